"""How the pen's messages are answered, those that come together and those that no page sends: without a browser."""

import asyncio
import json
from pathlib import Path

import pytest
import websockets

from mnist_demo.ui.answers import route
from tests.benchmarks.visitor import CANVAS, Visitor, canvas_of, growing_pictures, visit
from tests.browser import DIGITS
from tests.server import Server, free_port

PICTURES = [picture for picture, _ in growing_pictures(DIGITS[7])]
PATIENCE = 20.0  # seconds


STROKES: dict[str, object] = {"drawing": {"raw": canvas_of(DIGITS[7]), "data": None}}


def drawn(number: int, *, is_down: bool = False) -> dict[str, object]:
    return {"number": number, "is_down": is_down, "picture": PICTURES[number]}


async def answered(visitor: Visitor, number: int) -> None:
    """Wait until this picture is answered."""
    async with asyncio.timeout(PATIENCE):
        await visitor.wait_for(lambda: visitor.data("pen").get("answered") == number)


@pytest.mark.parametrize("is_down", [True, False])
def test_a_picture_is_answered_that_comes_with_the_news_that_the_one_before_has_settled(
    server: Server, is_down: bool
) -> None:
    async def draw() -> None:
        async with visit(server, "") as visitor:
            await answered(visitor, 0)
            await visitor.set_state("pen", drawn=drawn(1))
            await answered(visitor, 1)
            del visitor.runs[:]
            await visitor.set_state("pen", drawn=drawn(2, is_down=is_down), settled=1)
            await answered(visitor, 2)
            assert visitor.runs == [[(await visitor.find("pen")).fragment]], "what is below did not wait"

    asyncio.run(draw())


@pytest.mark.parametrize("first", [CANVAS, "pen"])
def test_strokes_run_nothing_but_their_canvas_and_what_comes_with_them_is_answered(server: Server, first: str) -> None:
    async def draw() -> None:
        async with visit(server, "") as visitor:
            await answered(visitor, 0)
            await visitor.set_state("pen", drawn=drawn(1))
            await answered(visitor, 1)
            both: dict[str, dict[str, object]] = {CANVAS: STROKES, "pen": {"drawn": drawn(2)}}
            states = {first: both[first], **both}
            del visitor.runs[:]
            await visitor.set_states(states)
            await answered(visitor, 2)
            assert first == CANVAS or all(visitor.runs), "the whole page ran"
            del visitor.runs[:]
            await visitor.set_state(CANVAS, drawing={"raw": canvas_of(DIGITS[4]), "data": None})
            await visitor.wait_for(lambda: visitor.runs)
            assert visitor.runs == [[(await visitor.find(CANVAS)).fragment]]
            assert visitor.runs != [[(await visitor.find("canvas_tools")).fragment]]

    asyncio.run(draw())


@pytest.mark.parametrize("message", ["nonsense", "1\n2\n3", b"bytes", json.dumps({"number": 1}) + " " * 100_000])
def test_who_sends_what_no_page_sends_is_shown_the_door_and_others_are_answered(
    server: Server, message: str | bytes
) -> None:
    async def ask() -> None:
        address = f"{server.url.replace('http', 'ws')}/{route.ADDRESS}"
        async with websockets.connect(address) as other, websockets.connect(address) as own:
            await own.send(message)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await own.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == route.UNSUPPORTED
            asked = {"number": 1, "models": ["cnn"], "picture": PICTURES[0]}
            await other.send(json.dumps(asked))
            assert json.loads(await other.recv())["number"] == 1

    asyncio.run(ask())


def test_a_page_of_another_server_is_not_answered(server: Server) -> None:
    async def ask() -> None:
        address = f"{server.url.replace('http', 'ws')}/{route.ADDRESS}"
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address, origin=websockets.Origin("http://elsewhere.example"))
        async with websockets.connect(address, origin=websockets.Origin(server.url)):
            pass

    asyncio.run(ask())


def test_the_terminal_tells_how_to_lead_a_class_before_anybody_has_come(tmp_path: Path) -> None:
    with Server(free_port(), tmp_path) as fresh:
        assert fresh.log.count("To lead a class, run") == 1
