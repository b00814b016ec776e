"""A class at its devices, without browsers: thirty visitors draw, and thirty watch a run, over Streamlit's websocket.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.sessions [--sessions 30] [--seconds 20] [--only draw watch]

Each visitor sends what a browser would send, as soon as it would: the next picture of a stroke when the last one is
answered, and the looks at a run that the server asked for. A CNN trains meanwhile, niced as the app's own training
process is. Prints the time from pen up to the final answer, and the share of a core that watching costs the server.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.benchmarks.visitor import LOOK_EVERY, Pen, visit
from tests.browser import DIGITS
from tests.server import ROOT, Server, free_port

PAUSE = 1.0  # seconds between two strokes, at most
YOUNG = 12.0  # seconds of training in which the pages look often
NICENESS = 10


async def draw(server: Server, seconds: float, seed: int) -> tuple[list[float], float]:
    """One visitor draws for so long: seconds from each pen up to its answer, and updates a second of drawing."""
    rng, pen_ups, updates, drawing = random.Random(seed), [], 0, 0.0
    async with visit(server, "") as visitor:
        pen = Pen(visitor)
        await pen.wait()
        await asyncio.sleep(rng.uniform(0, PAUSE))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            async for took, is_down in pen.draw(rng.choice(list(DIGITS.values()))):
                updates, drawing = updates + 1, drawing + (max(took, LOOK_EVERY) if is_down else took)
                if not is_down:
                    pen_ups.append(took)
            await asyncio.sleep(rng.uniform(0, PAUSE))
    return pen_ups, updates / drawing


async def draw_together(server: Server, sessions: int, seconds: float) -> str:
    """What `sessions` visitors who draw at the same time experience, in words."""
    results = await asyncio.gather(*(draw(server, seconds, seed) for seed in range(sessions)))
    pen_ups = in_words([took for own, _ in results for took in own])
    return f"pen up to answer {pen_ups}; {statistics.median(rate for _, rate in results):.1f} updates a second"


def in_words(seconds: Sequence[float]) -> str:
    """What is usual among times, and what is slow."""
    slow = sorted(seconds)[int(0.95 * len(seconds))]
    return (
        f"{1000 * statistics.median(seconds):.0f} ms (median of {len(seconds)}), {1000 * slow:.0f} ms (95th percentile)"
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
