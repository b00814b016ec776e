"""How soon a page is there, and how much memory the server takes after ten models: in Chromium.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.pages [--only switch memory]

One visitor goes from page to page by the bar on top: first while the server has none of what these pages show, then
again, and while a CNN trains. A page is usable when its heading and the first of its controls are shown, and whole when
its script has ended. Then ten CNNs are looked at on all pages that look inside, each time in a new tab. The browser
runs on the same cores.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page

from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.models import registry
from mnist_demo.runs import run_directory, store
from tests.benchmarks.visitor import training
from tests.browser import browser, canvas_of, find_browser
from tests.server import Server, free_port

# What of each page's controls comes first.
PAGES = {
    "Train": "st-key-model",
    "Data": "st-key-filters",
    "Why?": "st-key-why_model",
    "Mistakes": "st-key-mistakes_model",
    "Map": "st-key-map_choices",
    "Break it": "st-key-break_models",
}
ROUNDS = 5
SETTLE_SECONDS = 45.0  # in which the server’s own training process imports TensorFlow and measures the machine
MODELS = 10
FORGOTTEN_SECONDS = 130.0  # after which Streamlit has forgotten tabs that were closed, and what they looked at
LOOKS = ("evidence?part=scores", "evidence?part=layers", "evidence?part=similar", "mistakes?part=matrix", "map?")

IS_USABLE = "name => document.querySelector(`.stMain .${name}`)?.checkVisibility()"
IS_WHOLE = "() => document.querySelector('.stApp[data-test-script-state=notRunning]')"


def go_to(page: Page, name: str) -> tuple[float, float]:
    """By the bar on top; the seconds until the page can be used, and until all of it is there."""
    bar = page.get_by_test_id("stHeader")
    link = bar.get_by_role("link", name=name)
    if name not in ("Train", "Data"):
        bar.get_by_text("Look inside").click()
        link = page.get_by_role("menuitem", name=name)
    link.wait_for()
    started = time.perf_counter()
    link.click()
    page.wait_for_function(IS_USABLE, arg=PAGES[name], polling="raf")
    usable = time.perf_counter() - started
    page.wait_for_function(IS_WHOLE, polling="raf")
    return usable, time.perf_counter() - started


def switch(page: Page, rounds: int, when: str) -> None:
    """Print how soon each page is there, and that of the slowest."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PAGES}
    for _ in range(rounds):
        for name, each in found.items():
            each.append(go_to(page, name))
            page.wait_for_timeout(500)
    for name, each in found.items():
        usable, whole = (statistics.median(seconds) for seconds in zip(*each, strict=True))
        print(f"{when:28} {name:10} usable {usable:5.2f} s   whole {whole:5.2f} s   median of {rounds}", flush=True)


def add_models(home: Path) -> list[str]:
    """Ten CNNs, of which no two are the same."""
    os.environ[HOME_VARIABLE] = str(home)
    content = bytearray(store.find("cnn").model_path.read_bytes())
    ids = []
    for number in range(MODELS):
        run = store.create(registry.get_recipe("cnn", "best"), "bundled")
        content[len(content) // 2] = number  # within the weights of the dense layer
        run.model_path.write_bytes(content)
        ids.append(run_directory.set_status(run, "finished").id)
    return ids


def megabytes(server: Server) -> float:
    """Of the server's process, without those that it has started."""
    return psutil.Process(server.process.pid).memory_info().rss / 1e6


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=["switch", "memory"], default=["switch", "memory"])
    arguments = parser.parse_args()
    chromium = find_browser()
    assert chromium, "a browser is needed: apt-get install chromium"
    source = os.environ.get(DATA_VARIABLE, "")
    with tempfile.TemporaryDirectory() as folder, browser(chromium) as started:
        home = Path(folder)
        with Server(free_port(), home, MNIST_DEMO_DATA=source) as server:
            page = started.new_page(viewport={"width": 1280, "height": 800})
            page.goto(server.url)
            canvas_of(page)
            page.wait_for_timeout(1000 * SETTLE_SECONDS)
            print(f"the server before: {megabytes(server):.0f} MB", flush=True)
            if "switch" in arguments.only:
                switch(page, 1, "first visit")
                switch(page, ROUNDS, "again")
                with training(home, source):
                    switch(page, ROUNDS, "again, while a CNN trains")
                print(f"the server then: {megabytes(server):.0f} MB", flush=True)
            if "memory" in arguments.only:
                for name in add_models(home):
                    for look in LOOKS:
                        page.goto(f"{server.url}/{look}&model={name}".replace("?&", "?"))
                        page.locator("h1").wait_for()
                        page.wait_for_function(IS_WHOLE, timeout=60_000)
                    print(f"the server after another CNN: {megabytes(server):.0f} MB", flush=True)
                page.wait_for_timeout(1000 * FORGOTTEN_SECONDS)
                page.goto(server.url)  # only then Streamlit looks whom it can forget
                canvas_of(page)
                print(f"the server when the tabs before are forgotten: {megabytes(server):.0f} MB", flush=True)


if __name__ == "__main__":
    main()
