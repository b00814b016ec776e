"""A visitor without a browser, one session over Streamlit's websocket, and what else those who measure many share."""

import asyncio
import base64
import contextlib
import functools
import io
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import websockets
from PIL import Image, ImageDraw
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX

from mnist_demo.drawing import strokes as kept_strokes
from mnist_demo.ui.answers.route import ADDRESS
from tests.browser import ALL_DIGITS, Stroke
from tests.server import ROOT, Server

SIDE = 160  # pixels of a picture that the pen sends
LOOK_EVERY = 0.1  # seconds between two pictures of a growing stroke, as `pen.js` has it
TIMES = 3  # as long as the last answer took, before the next picture of a stroke or the same once more, as there
PATIENCE = 60.0  # seconds that anything may take
PEN_PATIENCE = 2.0  # seconds without an answer, after which `pen.js` sends a picture again
STARTS = 5.0  # seconds after the first visitor has come, until the server has begun all that it does then
IDLE = 0.1  # of a core
MOST_WAITS = 60  # of two seconds
VARIANTS = 12  # of each digit
PAUSE = 1.0  # seconds between two drawings, at most
YOUNG = 12.0  # seconds of training in which the pages look often
NICENESS = 10
CANVAS = "streamlit_drawable_canvas"  # the name of st_canvas among the components
CANVAS_SIDE, BRUSH, INK, PAPER = 320, 20, "#15181f", "#ffffff"  # as `ui.draw.canvas` has them, which needs a server

Value = tuple[str, Any]  # of a widget: the name of its field in Streamlit's message, and what it holds


@dataclass
class Element:
    """A widget as the page shows it now; `data` is what one of our components is given."""

    id: str
    fragment: str  # that is run when the widget changes, "" for the whole page
    data: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)  # that a component has set


class Visitor:
    """One session: keeps what a browser keeps of the page, and answers as it does."""

    def __init__(self, socket: websockets.ClientConnection, answers: websockets.ClientConnection, page: str) -> None:
        self._socket, self._answers = socket, answers
        self._page = page
        self._messages: dict[str, ForwardMsg] = {}  # large ones are sent once, then named by their hash
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._values: dict[str, Value] = {}  # by the widget's id
        self._elements: dict[str, Element] = {}  # components by their name, buttons and fields by their label
        self._script = ""
        self._answered = 0  # the number of the picture that was answered last, beside the page
        self.runs: list[list[str]] = []  # the fragments of each run, none for the whole page
        self.news = asyncio.Condition()

    async def ask(self, fragment: str = "", trigger: tuple[str, Value] | None = None, *, is_auto: bool = False) -> None:
        """Have the page run, or one fragment of it; `trigger` is the id and value of what is pressed, sent once."""
        message = BackMsg()
        if self._script:
            message.rerun_script.page_script_hash = self._script
        else:  # only the server knows the page by its hash
            message.rerun_script.page_name = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = is_auto
        for name, (kind, value) in [*self._values.items(), *([trigger] if trigger else [])]:
            message.rerun_script.widget_states.widgets.add(id=name, **{kind: value})
        await self._socket.send(message.SerializeToString())

    async def ask_for_answers(self, asked: Mapping[str, object]) -> None:
        """Ask what models say of a picture, at the address beside the page, and wait for it."""
        await self._answers.send(json.dumps(asked))
        await self.wait_for(lambda: self._answered == asked["number"])

    async def listen_to_answers(self) -> None:
        """Take in what is answered beside the page, until the connection ends."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._answers:
                async with self.news:
                    self._answered = json.loads(raw)["number"]
                    self.news.notify_all()

    async def listen(self) -> None:
        """Take in what the server sends, until the connection ends."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._socket:
                message = ForwardMsg.FromString(raw)
                if message.WhichOneof("type") == "ref_hash":
                    message = self._messages[message.ref_hash]
                elif message.hash:
                    self._messages[message.hash] = message
                async with self.news:
                    self._take(message)
                    self.news.notify_all()

    @property
    def is_looking(self) -> bool:
        """Whether it looks at something by itself, as a page may ask for."""
        return bool(self._timers)

    def close(self) -> None:
        """Look no more."""
        for fragment in list(self._timers):
            self._stop(fragment)

    def _stop(self, fragment: str) -> None:
        if (timer := self._timers.pop(fragment, None)) is not None:
            timer.cancel()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "new_session":
            self.runs.append(list(message.metadata.run.fragment_ids))
            if not self.runs[-1]:  # the whole page runs: its timers begin anew
                self.close()
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop(fragment)
        elif kind == "auto_rerun":
            asked = message.auto_rerun
            self._stop(asked.fragment_id)
            self._timers[asked.fragment_id] = asyncio.create_task(self._look(asked.fragment_id, asked.interval))
        elif kind == "delta":
            self._show(message)

    def _show(self, message: ForwardMsg) -> None:
        new = message.delta.new_element
        kind, fragment = new.WhichOneof("type"), message.delta.fragment_id
        if kind == "bidi_component":
            shown, name = new.bidi_component, new.bidi_component.component_name.rpartition(".")[2]
            state = self._elements[name].state if name in self._elements else {}
            self._elements[name] = Element(shown.id, fragment, json.loads(shown.json or "{}"), state)
        elif kind in ("button", "text_input"):
            shown = getattr(new, kind)
            self._elements[shown.label] = Element(shown.id, fragment)

    async def _look(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(fragment, is_auto=True)

    def data(self, name: str) -> dict[str, Any]:
        """What a component of our own was given last; empty before it is there."""
        return self._elements[name].data if name in self._elements else {}

    async def wait_for(self, is_so: Callable[[], object]) -> None:
        """Wait until what the server has sent makes it so."""
        async with self.news, asyncio.timeout(PATIENCE):
            await self.news.wait_for(is_so)

    async def find(self, name: str) -> Element:
        """The element of this name, as soon as it is there."""
        await self.wait_for(lambda: name in self._elements)
        return self._elements[name]

    async def set_state(self, name: str, **state: object) -> None:
        """Have a component tell its state."""
        await self.set_states({name: state})

    async def set_states(self, states: Mapping[str, Mapping[str, object]]) -> None:
        """Have components tell their states at the same instant: the browser then asks for the first one's fragment."""
        elements = [await self.find(name) for name in states]
        for element, state in zip(elements, states.values(), strict=True):
            element.state.update(state)
            self._values[element.id] = "json_value", json.dumps(element.state)
        await self.ask(elements[0].fragment)

    async def trigger(self, name: str, event: str, value: object) -> None:
        """Have a component tell an event."""
        element = await self.find(name)
        events = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{element.id}{EVENT_DELIM}events"
        told = json.dumps([{"event": event, "value": value}])
        await self.ask(element.fragment, (events, ("json_trigger_value", told)))

    async def type(self, label: str, text: str) -> None:
        """Type into the field of a form, which is sent when its button is pressed."""
        element = await self.find(label)
        self._values[element.id] = "string_value", text

    async def press(self, label: str) -> None:
        """Press a button."""
        element = await self.find(label)
        await self.ask(element.fragment, (element.id, ("trigger_value", True)))


@contextlib.asynccontextmanager
async def visit(server: Server, page: str) -> AsyncIterator[Visitor]:
    """A session on `page`, "" for the first."""
    address = server.url.replace("http", "ws")
    async with (
        websockets.connect(f"{address}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket,  # type: ignore[list-item]
        websockets.connect(f"{address}/{ADDRESS}") as answers,
    ):
        visitor = Visitor(socket, answers, page)
        listening = asyncio.gather(visitor.listen(), visitor.listen_to_answers())
        await visitor.ask()
        yield visitor
        visitor.close()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def get_ready(server: Server) -> None:
    """Have somebody come first, and wait for what the server does then, such as importing TensorFlow in its trainer."""
    warm_up_hands()
    async with visit(server, ""):
        await asyncio.sleep(STARTS)
    for _ in range(MOST_WAITS):
        processes = [process := psutil.Process(server.process.pid), *process.children(recursive=True)]
        if await cores(processes, 2.0) <= IDLE:
            return


async def cores(processes: Sequence[psutil.Process], seconds: float) -> float:
    """How many cores these take together in so long."""

    def used() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    before, started = used(), time.perf_counter()
    await asyncio.sleep(seconds)
    return (used() - before) / (time.perf_counter() - started)


class Pen:
    """The pen of a visitor and the canvas below it, drawn on at a hand's speed; sends pictures as `pen.js` does."""

    def __init__(self, visitor: Visitor) -> None:
        self.picture = ""  # that was sent last
        self.updates = 0  # answers that came while the pen was down
        self._visitor, self._number, self._took, self._page_took = visitor, 0, 0.0, 0.0
        self._telling: set[asyncio.Task[None]] = set()

    async def wait(self, number: int = 0) -> None:
        """Wait until the page has it, and has answered this picture."""
        await self._visitor.wait_for(lambda: self._visitor.data("pen").get("answered", -1) >= number)

    async def send(self, picture: str, *, is_down: bool) -> float:
        """Send what is drawn; returns the seconds until it is answered."""
        self.picture, self._number = picture, self._number + 1
        started = time.perf_counter()
        asked = {"number": self._number, "models": self._visitor.data("pen")["models"], "picture": picture}
        await self._visitor.ask_for_answers(asked)
        self._took = min(time.perf_counter() - started, PEN_PATIENCE)
        if not self._visitor.data("pen")["is_heard"]:
            if self._number == 1:  # the page hears that there is a pen, and nothing else
                await self._visitor.set_state("pen", drawn={"number": 0, "is_down": True, "picture": BLANK})
        elif not is_down or self._number == 1:
            telling = asyncio.create_task(self._tell(self._number, picture, is_down))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)
        return time.perf_counter() - started

    async def _tell(self, number: int, picture: str, is_down: bool) -> None:
        """Have the page hear of a picture, again and again where it does not answer, and that it has settled."""
        started, patience = time.perf_counter(), max(PEN_PATIENCE, TIMES * self._page_took)
        while number == self._number or is_down:
            await self._visitor.set_state("pen", drawn={"number": number, "is_down": is_down, "picture": picture})
            if is_down:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self.wait(number)
                break
            patience *= 2
        self._page_took = min(time.perf_counter() - started, PEN_PATIENCE)
        if number == self._number:
            await self._visitor.set_state("pen", settled=number)

    async def draw(self, digit: int, variant: int) -> list[float]:
        """Draw a digit; returns the seconds from each time that the pen goes up to the answer."""
        strokes, pictures = handwritten(digit, variant)
        done, took = 0, []
        for is_down, growing in itertools.groupby(pictures, key=lambda each: each[1]):
            if is_down:
                await self._draw_on([picture for picture, _ in growing])
                continue
            done += 1  # st_canvas tells its strokes, just before the pen its picture
            await self._visitor.set_state(CANVAS, drawing={"raw": canvas_of(strokes[:done]), "data": None})
            took += [await self.send(picture, is_down=False) for picture, _ in growing]
        return took

    async def _draw_on(self, pictures: Sequence[str]) -> None:
        """Let a stroke grow, whether or not what is sent of it is answered."""
        following = asyncio.create_task(self._follow(shown := [pictures[0]]))
        for picture in pictures:
            shown[:] = [picture]
            await asyncio.sleep(LOOK_EVERY)
        following.cancel()

    async def _follow(self, shown: list[str]) -> None:
        """Send what is `shown` of a stroke, for ever."""
        while True:
            await self.send(shown[0], is_down=True)
            self.updates += 1
            await asyncio.sleep(max(TIMES * self._took, LOOK_EVERY) - self._took)


def handwriting(strokes: Sequence[Stroke], rng: random.Random) -> list[Stroke]:
    """A digit as a hand writes it this time."""
    across, down = rng.uniform(0.75, 1.1), rng.uniform(0.8, 1.1)
    slant = rng.uniform(-0.15, 0.15)

    def move(x: float, y: float) -> tuple[float, float]:
        x, y = (x - 0.5) * across + slant * (y - 0.5), (y - 0.5) * down
        return 0.5 + x + rng.gauss(0, 0.015), 0.5 + y + rng.gauss(0, 0.015)

    return [[move(*point) for point in stroke] for stroke in strokes]


@functools.cache
def handwritten(digit: int, variant: int) -> tuple[list[Stroke], list[tuple[str, bool]]]:
    """The strokes of a digit, and the pictures as it is drawn."""
    strokes = handwriting(ALL_DIGITS[digit], random.Random(f"{digit} {variant}"))
    return strokes, list(growing_pictures(strokes))


def warm_up_hands() -> None:
    """Make all that can be drawn: the pictures of thirty hands would else take more than the server."""
    for digit, variant in itertools.product(ALL_DIGITS, range(VARIANTS)):
        handwritten(digit, variant)


def canvas_of(strokes: Sequence[Stroke]) -> dict[str, Any]:
    """What st_canvas says of strokes."""
    points = [tuple((round(CANVAS_SIDE * x), round(CANVAS_SIDE * y)) for x, y in stroke) for stroke in strokes]
    return kept_strokes.to_canvas([kept_strokes.Stroke(BRUSH, each) for each in points], INK, PAPER)


def growing_pictures(strokes: Sequence[Stroke]) -> Iterator[tuple[str, bool]]:
    """A digit as it is drawn: pictures as data addresses, and whether the pen is down."""
    sheet = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(SIDE * x, SIDE * y) for x, y in stroke]
        for start, end in itertools.pairwise(points):
            pen.line([start, end], fill=INK, width=10)
            yield address(sheet), True
        yield address(sheet), False


def address(sheet: Image.Image) -> str:
    """A picture as a browser sends it."""
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


BLANK = address(Image.new("RGB", (SIDE, SIDE), "white"))


def in_words(seconds: Sequence[float]) -> str:
    """What is usual among times, and what is slow."""
    slow = sorted(seconds)[int(0.95 * len(seconds))]
    return (
        f"{1000 * statistics.median(seconds):.0f} ms (median of {len(seconds)}), {1000 * slow:.0f} ms (95th percentile)"
    )


@contextlib.contextmanager
def training(home: Path, source: str, steps: int = 1_000_000) -> Iterator[None]:
    """A CNN that trains as long as this lasts, begun when it has its first metrics."""
    directory = home / "runs" / f"20260101-000000-cnn-notebook-{random.randrange(16**4):04x}"
    command = [sys.executable, "-m", "mnist_demo", "train", "--model", "cnn", "--steps", str(steps)]
    if source:
        command += ["--data", source]
    process = subprocess.Popen(
        ["nice", "-n", str(NICENESS), *command, "--out", str(directory)],
        cwd=ROOT,
        env={**os.environ, "MNIST_DEMO_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        metrics = directory / "metrics.jsonl"
        while not metrics.is_file() or metrics.read_bytes().count(b"\n") < 2:
            assert process.poll() is None, "the training process ended"
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()
