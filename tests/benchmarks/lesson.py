"""A class at its devices, without browsers: pupils join, draw and send while a teacher's wall shows what comes.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.lesson [--pupils 30] [--seconds 20]

Each pupil and the teacher send what a browser would send, as `sessions` does, and a CNN trains meanwhile. Prints how
long the pupils wait for the answers to their pen and for the thanks for their drawings, how soon these are on the wall,
and how much memory the server has; then all pupils vote within a second. Fails where a drawing or a vote is lost, or
is there twice.
"""

import argparse
import asyncio
import itertools
import os
import random
import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from PIL import Image

from mnist_demo.classroom import classes, drawings, votes
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.files import HOME_VARIABLE
from tests.benchmarks.sessions import PAUSE, YOUNG, in_words, training
from tests.benchmarks.visitor import SIDE, Pen, Visitor, address, visit
from tests.browser import DIGITS, Stroke
from tests.server import Server, free_port

TEACHER_KEY = "a-teacher-of-benchmarks"
PAGE = "class"
CODE = "The code on the projector"  # the field
PATIENCE, LONGEST_PATIENCE = 2.0, 16.0  # seconds without an answer, after which `send.js` sends again
LAST_LOOK = 5.0  # seconds after the last drawing, in which the wall has to show it
QUESTION = "test-0"
ALL_DIGITS: dict[int, list[Stroke]] = {
    **DIGITS,
    5: [[(0.7, 0.15), (0.35, 0.15), (0.32, 0.45), (0.55, 0.42), (0.7, 0.58), (0.62, 0.8), (0.3, 0.82)]],
    6: [
        [(0.62, 0.15), (0.42, 0.35), (0.32, 0.65), (0.45, 0.85), (0.65, 0.78), (0.65, 0.6), (0.48, 0.54), (0.34, 0.66)]
    ],
    8: [
        [(0.65, 0.25), (0.5, 0.15), (0.35, 0.27), (0.42, 0.42), (0.62, 0.55), (0.68, 0.72), (0.5, 0.85)],
        [(0.5, 0.85), (0.32, 0.72), (0.38, 0.56), (0.58, 0.42), (0.65, 0.25)],
    ],
    9: [[(0.65, 0.3), (0.5, 0.16), (0.35, 0.3), (0.42, 0.46), (0.6, 0.44), (0.66, 0.3), (0.64, 0.55), (0.55, 0.86)]],
}
BLANK = address(Image.new("RGB", (SIDE, SIDE), "white"))


@dataclass
class Figures:
    """What was measured, in seconds; times of day are by `time.perf_counter`."""

    pen_ups: list[float] = field(default_factory=list)  # to the answer
    sendings: list[float] = field(default_factory=list)  # to the acknowledgement
    stored: dict[str, float] = field(default_factory=dict)  # when each identifier was acknowledged
    shown: dict[int, float] = field(default_factory=dict)  # when the wall first had the drawing of this id
    refused: list[str] = field(default_factory=list)  # in the words in which the pupil was told


class Pupil:
    """One pupil at a device."""

    def __init__(self, visitor: Visitor, seed: int) -> None:
        self._visitor, self._rng = visitor, random.Random(seed)
        self._pen = Pen(visitor)

    async def join(self, code: str) -> None:
        """Come in by the form."""
        await tell_kept(self._visitor)
        await self._visitor.type(CODE, code)
        await self._visitor.press("Join")
        await self._pen.wait()

    async def draw(self, seconds: float, figures: Figures) -> None:
        """Draw what is asked for and send it, again and again for so long."""
        await asyncio.sleep(self._rng.uniform(0, PAUSE))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            label = self._visitor.data("send")["label"]
            async for took, is_down in self._pen.draw(handwriting(ALL_DIGITS[label], self._rng)):
                if not is_down:
                    figures.pen_ups.append(took)
            await self._send(label, figures)
            await asyncio.sleep(self._rng.uniform(0, PAUSE))

    async def _send(self, label: int, figures: Figures) -> None:
        """Send the drawing, once more where the server wants to be told that it is a digit."""
        for is_sure in (False, True):
            message = {"label": label, "picture": self._pen.picture, "is_sure": is_sure}
            started = time.perf_counter()
            answer = await self._deliver({"identifier": secrets.token_hex(16), **message})
            figures.sendings.append(time.perf_counter() - started)
            if answer["outcome"] != "unsure":
                break
        if answer["outcome"] == "stored":
            figures.stored[answer["identifier"]] = time.perf_counter()
            await self._pen.send(BLANK, is_down=False)  # the canvas was cleared
        else:
            figures.refused.append(answer["sentence"])

    async def _deliver(self, message: dict[str, object]) -> dict[str, str]:
        """Send a message until the server has said what became of it."""
        patience = PATIENCE
        for attempt in itertools.count(1):
            await self._visitor.trigger("send", "sent", {**message, "attempt": attempt})
            try:
                async with asyncio.timeout(patience):
                    await self._visitor.wait_for(lambda: self._answer()["identifier"] == message["identifier"])
                return self._answer()
            except TimeoutError:
                patience = min(2 * patience, LONGEST_PATIENCE)
        raise AssertionError

    def _answer(self) -> dict[str, str]:
        return self._visitor.data("send")["answer"] or {"identifier": ""}


def handwriting(strokes: list[Stroke], rng: random.Random) -> list[Stroke]:
    """A digit as a hand writes it this time."""
    across, down = rng.uniform(0.75, 1.1), rng.uniform(0.8, 1.1)
    slant = rng.uniform(-0.15, 0.15)

    def move(x: float, y: float) -> tuple[float, float]:
        x, y = (x - 0.5) * across + slant * (y - 0.5), (y - 0.5) * down
        return 0.5 + x + rng.gauss(0, 0.015), 0.5 + y + rng.gauss(0, 0.015)

    return [[move(*point) for point in stroke] for stroke in strokes]


async def tell_kept(visitor: Visitor, teacher_key: str = "") -> None:
    """Answer what the page asks a browser: what it keeps."""
    asked = (await visitor.find("browser")).data["visitor"]
    await visitor.set_state("browser", kept={"visitor": asked, "teacher_key": teacher_key, "pupil_key": ""})


async def watch_wall(teacher: Visitor, figures: Figures) -> None:
    """Note when the wall shows what, for ever."""
    async with teacher.news:
        while True:
            for tile in teacher.data("wall")["tiles"]:
                figures.shown.setdefault(tile["id"], time.perf_counter())
            await teacher.news.wait()


async def hold(server: Server, database: Database, pupils: int, seconds: float) -> None:
    """Hold the lesson, and print the figures."""
    async with AsyncExitStack() as stack:
        teacher = await stack.enter_async_context(visit(server, PAGE))
        await tell_kept(teacher, TEACHER_KEY)
        await teacher.press("Open a class")
        await teacher.find("wall")
        (opened,) = classes.list_classes(database)
        await asyncio.sleep(YOUNG)  # for the server's own training process, which imports TensorFlow meanwhile
        figures, started = Figures(), time.perf_counter()
        devices = [Pupil(await stack.enter_async_context(visit(server, PAGE)), seed) for seed in range(pupils)]
        await asyncio.gather(*(pupil.join(opened.code) for pupil in devices))
        print(f"{pupils} pupils join at once: {time.perf_counter() - started:.1f} s", flush=True)
        watching = asyncio.create_task(watch_wall(teacher, figures))
        await asyncio.gather(*(pupil.draw(seconds, figures) for pupil in devices))
        await asyncio.sleep(LAST_LOOK)
        watching.cancel()
        report(figures, {one.identifier: one.id for one in drawings.list_drawings(database, opened.id)})
        print(f"memory of the server: {psutil.Process(server.process.pid).memory_info().rss / 1e6:,.0f} MB")
    vote_together(database, opened.id)


def report(figures: Figures, ids: dict[str, int]) -> None:
    """Print the figures; `ids` are those of the drawings in the database, by their identifiers."""
    assert sorted(ids) == sorted(figures.stored), "what was acknowledged is not what is stored"
    print(f"pen up to answer: {in_words(figures.pen_ups)}")
    print(f"sent to acknowledged: {in_words(figures.sendings)}; {len(figures.refused)} refused")
    waits = [figures.shown[ids[name]] - at for name, at in figures.stored.items()]
    print(f"stored to shown on the wall: {in_words(waits)}", flush=True)


def vote_together(database: Database, class_id: int) -> None:
    """Let each pupil vote at the same time, and print how long that takes."""
    pupils = classes.list_pupils(database, class_id)
    started = time.perf_counter()
    with ThreadPoolExecutor(len(pupils)) as pool:
        taken = list(pool.map(lambda pupil: votes.vote(database, pupil.id, QUESTION, pupil.id % 10), pupils))
    took = time.perf_counter() - started
    assert all(taken) and sum(votes.count_votes(database, class_id, QUESTION)) == len(pupils), "votes are missing"
    print(f"{len(pupils)} vote at once: all counted in {took:.2f} s")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    source = os.environ.get(DATA_VARIABLE, "")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = folder
        server = Server(free_port(), Path(folder), MNIST_DEMO_DATA=source, MNIST_DEMO_TEACHER_KEY=TEACHER_KEY)
        with server, training(server.home, source):
            asyncio.run(hold(server, open_database(), arguments.pupils, arguments.seconds))
            assert not server.errors, server.errors[0]


if __name__ == "__main__":
    main()
