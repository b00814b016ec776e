"""A class at its devices, without browsers: thirty visitors draw, and thirty watch a run, over Streamlit's websocket.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.sessions [--sessions 30] [--seconds 20] [--only draw watch]

Each visitor sends what a browser would send, as soon as it would: the next picture of a stroke when the last one is
answered, and the looks at a run that the server asked for. A CNN trains meanwhile, niced as the app's own training
process is. Prints the time from pen up to the final answer, and the share of a core that watching costs the server.
"""

import argparse
import asyncio
import base64
import contextlib
import io
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import websockets
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser import DIGITS
from tests.server import ROOT, Server, free_port

SIDE = 160  # pixels of a picture that the pen sends
LOOK_EVERY = 0.1  # seconds between two pictures of a growing stroke, as `pen.js` has it
PAUSE = 1.0  # seconds between two strokes, at most
YOUNG = 12.0  # seconds of training in which the pages look often
NICENESS = 10
PATIENCE = 60.0  # seconds that anything may take


class Visitor:
    """One session: keeps what a browser keeps of the page, and answers as it does."""

    def __init__(self, socket: websockets.ClientConnection, page: str) -> None:
        self._socket = socket
        self._page = page
        self._messages: dict[str, ForwardMsg] = {}  # large ones are sent once, then named by their hash
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._states: dict[str, str] = {}
        self._pen: dict[str, object] = {}
        self._script = ""
        self.pen_id = self.pen_fragment = ""
        self.answered = 0
        self.news = asyncio.Condition()

    async def ask(self, fragment: str = "", *, is_auto: bool = False) -> None:
        """Have the page run, or one fragment of it."""
        message = BackMsg()
        if self._script:
            message.rerun_script.page_script_hash = self._script
        else:  # only the server knows the page by its hash
            message.rerun_script.page_name = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = is_auto
        for name, value in self._states.items():
            message.rerun_script.widget_states.widgets.add(id=name, json_value=value)
        await self._socket.send(message.SerializeToString())

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
        """Whether it looks at the runs by itself, as the Train page asks for."""
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
            if not message.metadata.run.fragment_ids:  # the whole page runs: its timers begin anew
                self.close()
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop(fragment)
        elif kind == "auto_rerun":
            asked = message.auto_rerun
            self._stop(asked.fragment_id)
            self._timers[asked.fragment_id] = asyncio.create_task(self._look(asked.fragment_id, asked.interval))
        elif kind == "delta" and message.delta.new_element.bidi_component.component_name.endswith("mnist_demo.pen"):
            pen = message.delta.new_element.bidi_component
            self.pen_id, self.pen_fragment = pen.id, message.delta.fragment_id
            self.answered = int(json.loads(pen.json)["answered"])

    async def _look(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(fragment, is_auto=True)

    async def wait_for_pen(self, number: int) -> None:
        """Wait until the pen is there and its message of this number is answered."""
        async with self.news, asyncio.timeout(PATIENCE):
            await self.news.wait_for(lambda: self.pen_id and self.answered >= number)

    async def send_picture(self, number: int, picture: str, *, is_down: bool) -> float:
        """Send what is drawn; returns the seconds until it is answered."""
        self._pen["drawn"] = {"number": number, "is_down": is_down, "picture": picture}
        started = time.perf_counter()
        await self._tell_pen()
        await self.wait_for_pen(number)
        took = time.perf_counter() - started
        if not is_down:
            self._pen["settled"] = number
            await self._tell_pen()
        return took

    async def _tell_pen(self) -> None:
        self._states[self.pen_id] = json.dumps(self._pen)
        await self.ask(self.pen_fragment)


def growing_pictures(strokes: Sequence[Sequence[tuple[float, float]]]) -> Iterator[tuple[str, bool]]:
    """A digit as it is drawn: pictures as data addresses, and whether the pen is down."""
    sheet = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(SIDE * x, SIDE * y) for x, y in stroke]
        for start, end in itertools.pairwise(points):
            pen.line([start, end], fill="#15181f", width=10)
            yield _address(sheet), True
        yield _address(sheet), False


def _address(sheet: Image.Image) -> str:
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@contextlib.asynccontextmanager
async def visit(server: Server, page: str) -> Any:
    """A session on `page`, "" for the first."""
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        visitor = Visitor(socket, page)
        listening = asyncio.create_task(visitor.listen())
        await visitor.ask()
        yield visitor
        visitor.close()
        listening.cancel()


async def draw(server: Server, seconds: float, seed: int) -> tuple[list[float], float]:
    """One visitor draws for so long: seconds from each pen up to its answer, and updates a second of drawing."""
    rng, number, pen_ups, updates, drawing = random.Random(seed), 0, [], 0, 0.0
    async with visit(server, "") as visitor:
        await visitor.wait_for_pen(0)
        await asyncio.sleep(rng.uniform(0, PAUSE))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for picture, is_down in growing_pictures(rng.choice(list(DIGITS.values()))):
                number += 1
                took = await visitor.send_picture(number, picture, is_down=is_down)
                updates, drawing = updates + 1, drawing + (max(took, LOOK_EVERY) if is_down else took)
                if is_down:
                    await asyncio.sleep(max(0.0, LOOK_EVERY - took))
                else:
                    pen_ups.append(took)
            await asyncio.sleep(rng.uniform(0, PAUSE))
    return pen_ups, updates / drawing


async def draw_together(server: Server, sessions: int, seconds: float) -> str:
    """What `sessions` visitors who draw at the same time experience, in words."""
    results = await asyncio.gather(*(draw(server, seconds, seed) for seed in range(sessions)))
    pen_ups = sorted(took for own, _ in results for took in own)
    rates = [rate for _, rate in results]
    worst = pen_ups[int(0.95 * len(pen_ups))]
    return (
        f"pen up to answer {1000 * statistics.median(pen_ups):.0f} ms (median of {len(pen_ups)}), "
        f"{1000 * worst:.0f} ms (95th percentile); {statistics.median(rates):.1f} updates a second"
    )


async def watch(server: Server, source: str, sessions: int, seconds: float) -> None:
    """Print the cores that the server takes while `sessions` visitors, who are on the Train page, watch a run begin."""
    async with contextlib.AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visit(server, "train")) for _ in range(sessions)]
        await asyncio.sleep(5)  # until all their pages are there
        run = training(server.home, source)
        await asyncio.to_thread(run.__enter__)
        stack.push(run.__exit__)
        print(f"{sessions} watch a run, young: {await cores(server, YOUNG - 2):.2f} of a core", flush=True)
        await asyncio.sleep(YOUNG)
        print(f"{sessions} watch a run, settled: {await cores(server, seconds):.2f} of a core", flush=True)
        assert all(visitor.is_looking for visitor in visitors)


async def cores(server: Server, seconds: float) -> float:
    """How many cores the server takes in so long."""
    process = psutil.Process(server.process.pid)
    before, started = process.cpu_times(), time.perf_counter()
    await asyncio.sleep(seconds)
    after, took = process.cpu_times(), time.perf_counter() - started
    return (after.user + after.system - before.user - before.system) / took


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


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", nargs="+", choices=["draw", "watch"], default=["draw", "watch"])
    arguments = parser.parse_args()
    source = os.environ.get("MNIST_DEMO_DATA", "")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Server(free_port(), home, MNIST_DEMO_DATA=source) as server:
            asyncio.run(draw_together(server, 1, 5.0))  # the first visitor waits for what the server starts with
            time.sleep(YOUNG)  # for the server's own training process, which imports TensorFlow meanwhile
            if "draw" in arguments.only:
                told = asyncio.run(draw_together(server, arguments.sessions, arguments.seconds))
                print(f"{arguments.sessions} draw, nothing trains: {told}", flush=True)
                with training(home, source):
                    told = asyncio.run(draw_together(server, arguments.sessions, arguments.seconds))
                    print(f"{arguments.sessions} draw, a CNN trains: {told}", flush=True)
            if "watch" in arguments.only:
                asyncio.run(watch(server, source, arguments.sessions, arguments.seconds))


if __name__ == "__main__":
    main()
