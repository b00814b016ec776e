"""A class at its devices: pupils join, draw and send while a CNN trains and a teacher's wall shows what comes.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.lesson [--pupils 30 100] [--seconds 20] [--pause 1]

Two of the pupils have real browsers, where there is one; each other and the teacher send what a browser would send, as
`sessions` does. Between two drawings a pupil pauses for `--pause` seconds at most. At the end all pupils vote within a
second. Prints a table: how long the pupils wait for the answers to their pen and for the thanks for their drawings, how
soon these are on the wall, and how much memory the server has, beside what is wanted. Fails where a drawing or a vote
is lost, or is there twice.
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

from mnist_demo.classroom import classes, drawings, votes
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.voting import asked
from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.files import HOME_VARIABLE
from tests.benchmarks.lesson_in_browser import Thanked, take_part
from tests.benchmarks.visitor import (
    BLANK,
    PAUSE,
    VARIANTS,
    Pen,
    Visitor,
    get_ready,
    in_words,
    training,
    visit,
)
from tests.browser import find_browser
from tests.server import Server, free_port

TEACHER_KEY = "a-teacher-of-benchmarks"
PAGE = "class"
CODE = "The code on the projector"  # the field
PATIENCE, LONGEST_PATIENCE = 2.0, 16.0  # seconds without an answer, after which `send.js` sends again
LAST_LOOK = 5.0  # seconds after the last drawing, in which the wall has to show it
QUESTION = "test-0"


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

    def __init__(self, visitor: Visitor, seed: int, pause: float) -> None:
        self._visitor, self._rng, self._pause = visitor, random.Random(seed), pause
        self._pen = Pen(visitor)

    async def join(self, code: str) -> None:
        """Come in by the form."""
        await tell_kept(self._visitor)
        await self._visitor.type(CODE, code)
        await self._visitor.press("Join")
        await self._pen.wait()

    async def draw(self, seconds: float, figures: Figures) -> None:
        """Draw what is asked for and send it, again and again for so long."""
        await asyncio.sleep(self._rng.uniform(0, self._pause))
        until = time.monotonic() + seconds
        first = self._rng.randrange(VARIANTS)
        for number in itertools.count():
            if time.monotonic() > until:
                break
            label = self._visitor.data("send")["label"]
            figures.pen_ups += await self._pen.draw(label, (first + number) % VARIANTS)
            await self._send(label, figures)
            await asyncio.sleep(self._rng.uniform(0, self._pause))

    async def _send(self, label: int, figures: Figures) -> None:
        """Send the drawing, once more where the server wants to be told that it is a digit."""
        for is_sure in (False, True):
            message = {"label": label, "picture": self._pen.picture, "is_sure": is_sure}
            started = time.perf_counter()
            receipt = await self._deliver({"identifier": secrets.token_hex(16), **message})
            figures.sendings.append(time.perf_counter() - started)
            if receipt["outcome"] != "unsure":
                break
        if receipt["outcome"] == "stored":
            figures.stored[receipt["identifier"]] = time.perf_counter()
            await self._pen.send(BLANK, is_down=False)  # the canvas was cleared
        else:
            figures.refused.append(receipt["sentence"])

    async def _deliver(self, message: dict[str, object]) -> dict[str, str]:
        """Send a message until the server has said what became of it."""
        patience = PATIENCE
        for attempt in itertools.count(1):
            await self._visitor.trigger("send", "sent", {**message, "attempt": attempt})
            try:
                async with asyncio.timeout(patience):
                    await self._visitor.wait_for(lambda: self._receipt()["identifier"] == message["identifier"])
                return self._receipt()
            except TimeoutError:
                patience = min(2 * patience, LONGEST_PATIENCE)
        raise AssertionError

    def _receipt(self) -> dict[str, str]:
        return self._visitor.data("send")["receipt"] or {"identifier": ""}


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


@dataclass(frozen=True)
class Wanted:
    """The times in seconds that 95 of 100 waits may take, and the memory of the server in MB."""

    answer: float
    thanks: float
    wall: float = 3.0
    memory: float = 1000.0


IN_A_ROOM, IN_A_HALL = Wanted(0.4, 0.5), Wanted(1.5, 1.5)
ROOM = 30  # pupils
IN_BROWSERS = 2  # of these


async def hold(server: Server, database: Database, pupils: int, seconds: float, pause: float) -> None:
    """Hold the lesson, and print the figures."""
    async with AsyncExitStack() as stack:
        teacher = await stack.enter_async_context(visit(server, PAGE))
        await tell_kept(teacher, TEACHER_KEY)
        await teacher.press("Open a class")
        await teacher.find("wall")
        (opened,) = classes.list_classes(database)
        chromium = find_browser() if pupils <= ROOM else None
        others = pupils - (IN_BROWSERS if chromium else 0)
        figures, started = Figures(), time.perf_counter()
        devices = [Pupil(await stack.enter_async_context(visit(server, PAGE)), seed, pause) for seed in range(others)]
        await asyncio.gather(*(pupil.join(opened.code) for pupil in devices))
        print(f"{others} pupils join at once: {time.perf_counter() - started:.1f} s", flush=True)
        watching = asyncio.create_task(watch_wall(teacher, figures))
        link, browsing = f"{server.url}/{PAGE}?code={opened.code}", None
        if chromium:
            browsing = asyncio.create_task(asyncio.to_thread(take_part, chromium, link, IN_BROWSERS, seconds))
        await asyncio.gather(*(pupil.draw(seconds, figures) for pupil in devices))
        thanked = await browsing if browsing else Thanked()
        await asyncio.sleep(LAST_LOOK)
        watching.cancel()
    stored = {one.identifier: one.id for one in drawings.list_drawings(database, opened.id)}
    assert set(figures.stored) <= set(stored), "a drawing that was acknowledged is not stored"
    assert len(stored) == len(figures.stored) + thanked.stored, "what was acknowledged is not what is stored"
    waits = [figures.shown[stored[name]] - at for name, at in figures.stored.items()]
    memory = psutil.Process(server.process.pid).memory_info().rss / 1e6
    report(figures, thanked, waits, memory, IN_A_ROOM if pupils <= ROOM else IN_A_HALL)
    vote_together(database, opened.id)


def report(figures: Figures, thanked: Thanked, waits: list[float], memory: float, wanted: Wanted) -> None:
    """Print the table; `waits` are those of drawings for the wall."""

    def row(what: str, limit: str, measured: str) -> None:
        print(f"| {what:36} | {limit:10} | {measured} |", flush=True)

    row("", "wanted", "measured")
    row("-" * 36, "-" * 10, "-" * 8)
    row("pen up to answer", f"{1000 * wanted.answer:,.0f} ms", in_words(figures.pen_ups))
    row("sent to acknowledged", f"{1000 * wanted.thanks:,.0f} ms", in_words(figures.sendings))
    if thanked.pen_ups:
        row("pen up to answer, in browsers", f"{1000 * wanted.answer:,.0f} ms", in_words(thanked.pen_ups))
        row("sent to acknowledged, in browsers", f"{1000 * wanted.thanks:,.0f} ms", in_words(thanked.sendings))
    row("acknowledged to shown on the wall", f"{1000 * wanted.wall:,.0f} ms", in_words(waits))
    row("stored, none lost, none twice", "all", f"{len(figures.stored) + thanked.stored} drawings")
    row("memory of the server", f"{wanted.memory:,.0f} MB", f"{memory:,.0f} MB")
    print(f"refused: {len(figures.refused)}")


def vote_together(database: Database, class_id: int) -> None:
    """Let each pupil vote at the same time, and print how long that takes."""
    pupils = classes.list_pupils(database, class_id)
    asked.ask(database, class_id, QUESTION, None)
    started = time.perf_counter()
    with ThreadPoolExecutor(len(pupils)) as pool:
        taken = list(pool.map(lambda pupil: votes.vote(database, pupil.id, QUESTION, pupil.id % 10), pupils))
    took = time.perf_counter() - started
    assert all(taken) and sum(votes.count_votes(database, class_id, QUESTION)) == len(pupils), "votes are missing"
    print(f"{len(pupils)} vote at once, wanted within 1 s: all counted once, in {took:.2f} s", flush=True)


def measure(pupils: int, seconds: float, pause: float) -> None:
    """Hold a lesson on a server of its own, while a CNN trains."""
    source = os.environ.get(DATA_VARIABLE, "")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = folder
        database = open_database()
        server = Server(free_port(), Path(folder), MNIST_DEMO_DATA=source, MNIST_DEMO_TEACHER_KEY=TEACHER_KEY)
        with server:
            asyncio.run(get_ready(server))
            with training(server.home, source):
                asyncio.run(hold(server, database, pupils, seconds, pause))
            assert not server.errors, server.errors[0]
        database.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, nargs="+", default=[ROOM, 100])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pause", type=float, default=PAUSE)
    arguments = parser.parse_args()
    for pupils in arguments.pupils:
        measure(pupils, arguments.seconds, arguments.pause)


if __name__ == "__main__":
    main()
