"""A class at its devices, without browsers: thirty visitors draw, and thirty watch a run, over Streamlit's websocket.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.sessions [--sessions 30] [--seconds 20] [--only draw watch]

Each visitor sends what a browser would send, as soon as it would: pictures of strokes that grow at a hand's speed, and
the looks at a run that the server asked for. A CNN trains meanwhile, niced as the app's own training process is. Prints
the time from pen up to the final answer, and the share of a core that watching costs the server.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.visitor import PAUSE, VARIANTS, YOUNG, Pen, cores, get_ready, in_words, training, visit
from tests.server import Server, free_port


async def draw(server: Server, seconds: float, seed: int) -> tuple[list[float], float]:
    """One visitor draws for so long: seconds from each pen up to its answer, and updates a second of drawing."""
    rng, pen_ups, drawing = random.Random(seed), [], 0.0
    async with visit(server, "") as visitor:
        pen = Pen(visitor)
        await pen.wait()
        await asyncio.sleep(rng.uniform(0, PAUSE))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            pen_ups += await pen.draw(rng.randrange(10), rng.randrange(VARIANTS))
            drawing += time.monotonic() - begun
            await asyncio.sleep(rng.uniform(0, PAUSE))
    return pen_ups, pen.updates / drawing


async def draw_together(server: Server, sessions: int, seconds: float) -> str:
    """What `sessions` visitors who draw at the same time experience, in words."""
    results = await asyncio.gather(*(draw(server, seconds, seed) for seed in range(sessions)))
    pen_ups = in_words([took for own, _ in results for took in own])
    return f"pen up to answer {pen_ups}; {statistics.median(rate for _, rate in results):.1f} updates a second"


async def watch(server: Server, source: str, sessions: int, seconds: float) -> None:
    """Print the cores that the server takes while `sessions` visitors, who are on the Train page, watch a run begin."""
    async with contextlib.AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visit(server, "train")) for _ in range(sessions)]
        processes = [psutil.Process(server.process.pid)]
        await asyncio.sleep(5)  # until all their pages are there
        run = training(server.home, source)
        await asyncio.to_thread(run.__enter__)
        stack.push(run.__exit__)
        print(f"{sessions} watch a run, young: {await cores(processes, YOUNG - 2):.2f} of a core", flush=True)
        await asyncio.sleep(YOUNG)
        print(f"{sessions} watch a run, settled: {await cores(processes, seconds):.2f} of a core", flush=True)
        assert all(visitor.is_looking for visitor in visitors)


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
            asyncio.run(get_ready(server))
            asyncio.run(draw_together(server, 1, 5.0))  # the first drawing waits for what answers it to be imported
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
