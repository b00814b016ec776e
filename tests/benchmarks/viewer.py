"""What watching costs, and how soon there is something to see.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.viewer [--windows 8] [--seconds 10] [--starts 5]

One CNN run, trained by the server: windows of time with a browser on its Train page and windows without take turns, and
the medians of its steps a second are compared. The browser runs on the same cores, as on a teacher's laptop. Then, for
each model, the seconds from pressing Start to the first point on the chart, with a warm trainer.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.run_directory import Run
from tests.browser import browser, find_browser
from tests.server import Server, free_port

SETTLE_SECONDS = 3.0  # after a page was opened or closed
MODELS = {"affine": "Affine model", "cnn": "CNN"}


def open_train_page(chrome: Browser, server: Server, query: str = "") -> Page:
    """The Train page in a browser context of its own."""
    page = chrome.new_context().new_page()
    page.goto(f"{server.url}/train{query}")
    page.get_by_role("button", name="Start training").wait_for(timeout=60_000)
    return page


def press_start(page: Page) -> Run:
    """Start a run; returns it."""
    before = {run.id for run in store.list_runs()[0]}
    page.get_by_role("button", name="Start training").click()
    while not (new := [run for run in store.list_runs()[0] if run.id not in before]):
        time.sleep(0.01)
    return new[0]


def wait_for_step(run: Run, step: int) -> Run:
    """Wait until the run has taken so many steps."""
    while (now := run_directory.load(run.directory)).last_step < step:
        time.sleep(0.05)
    return now


def end(run: Run) -> None:
    """Stop the run and wait until it has ended."""
    control.request_stop(run)
    while run_directory.load(run.directory).is_active:
        time.sleep(0.05)


def steps_a_second(run: Run, seconds: float) -> float:
    """How fast the run is by the wall clock over the next so many seconds, evaluations included."""
    first, started = wait_for_step(run, run_directory.load(run.directory).last_step + 1), time.perf_counter()
    time.sleep(seconds)
    last = wait_for_step(run, run_directory.load(run.directory).last_step + 1)
    return (last.last_step - first.last_step) / (time.perf_counter() - started)


def cost_of_a_viewer(chrome: Browser, server: Server, windows: int, seconds: float) -> None:
    """Print the run's speed with a viewer and without."""
    page = open_train_page(chrome, server, "?model=cnn&recipe=notebook&steps=1000000")
    run = press_start(page)
    wait_for_step(run, 100)
    page.context.close()
    speeds: dict[bool, list[float]] = {False: [], True: []}
    for window in range(windows):
        is_watched = window % 2 == 1
        if is_watched:
            page = open_train_page(chrome, server)
        time.sleep(SETTLE_SECONDS)
        speeds[is_watched].append(steps_a_second(run, seconds))
        if is_watched:
            page.context.close()
    end(run)
    alone, watched = (statistics.median(speeds[key]) for key in (False, True))
    print(f"steps a second alone {alone:.1f}, watched {watched:.1f}: watching costs {1 - watched / alone:.1%}")


def seconds_to_first_point(chrome: Browser, server: Server, model: str, starts: int) -> None:
    """Print how long it takes from pressing Start until the page shows the first evaluation."""
    took = []
    for _ in range(starts):
        page = open_train_page(chrome, server, f"?model={model}&recipe=notebook")
        started = time.perf_counter()
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("Test accuracy after").first.wait_for(timeout=60_000)
        took.append(time.perf_counter() - started)
        for run in store.list_runs()[0]:
            if run.is_active:
                end(run)
        page.context.close()
    spread = f"{min(took):.2f} to {max(took):.2f}"
    print(f"{MODELS[model]}: start to first point {statistics.median(took):.2f} s (median; {spread})")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--starts", type=int, default=5)
    arguments = parser.parse_args()
    executable = find_browser()
    assert executable, "a browser is needed: apt-get install chromium"
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = folder
        source = os.environ.get(DATA_VARIABLE, "")
        with Server(free_port(), Path(folder), MNIST_DEMO_DATA=source) as server, browser(executable) as chrome:
            cost_of_a_viewer(chrome, server, arguments.windows, arguments.seconds)
            for model in MODELS:
                seconds_to_first_point(chrome, server, model, arguments.starts)


if __name__ == "__main__":
    main()
