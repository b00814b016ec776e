"""How fluid the map of digits is, and how soon it is there: in Chromium, without a graphics card.

    python -m tests.benchmarks.map [--data PATH] [--seconds 4] [--tsne]

A frame counts where the map was drawn anew. `--tsne` also makes the map by t-SNE, and counts the answers to a pen on
another visitor's Draw page meanwhile and before.
"""

import argparse
import math
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from mnist_demo.data.formats import DATA_VARIABLE
from tests.browser import DIGITS, browser, canvas_of, card, draw, find_browser, place
from tests.server import Server, free_port

SIZES = ((1280, 800), (1920, 1080))
ROUNDS = 5

# Counts what the map draws, and how often the place of the drawing is told.
COUNT = """
  window.frames_drawn = window.marks_told = 0;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    window.frames_drawn += 1;
    return put.apply(this, given);
  };
  window.addEventListener("mnist-demo-mark", () => (window.marks_told += 1));"""
COUNT_ANSWERS = """() => {
  window.answers_shown = 0;
  const roots = [...document.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot);
  const answers = roots.find((root) => root?.querySelector("figure"));
  const pictures = { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] };
  window.answersObserver?.disconnect();
  window.answersObserver = new MutationObserver(() => (window.answers_shown += 1));
  window.answersObserver.observe(answers.querySelector("figure"), pictures); }"""
IS_DRAWN = "() => window.frames_drawn > 0 && document.querySelector('.stApp[data-test-script-state=notRunning]')"


def open_map(page: Page, url: str) -> float:
    """Go from the Draw page to the map; the seconds until all of it is there."""
    page.goto(url)
    canvas_of(page)
    page.wait_for_function("document.querySelector('.stApp[data-test-script-state=notRunning]')")
    page.evaluate("window.frames_drawn = 0")
    page.get_by_test_id("stHeader").get_by_text("Look inside").click()
    started = time.perf_counter()
    page.get_by_role("menuitem", name="Map").click()
    page.wait_for_function(IS_DRAWN, timeout=60_000)
    return time.perf_counter() - started


def frames_a_second(page: Page, seconds: float) -> float:
    """Of the map while it is dragged in circles."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"] / 4
    page.mouse.move(x + radius, y)
    page.mouse.down()
    before, started = page.evaluate("window.frames_drawn"), time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        page.mouse.move(x + radius * math.cos(3 * now), y + radius * math.sin(3 * now))
    drawn = page.evaluate("window.frames_drawn") - before
    page.mouse.up()
    return float(drawn / seconds)


def places_a_second(page: Page, seconds: float) -> float:
    """How often the cross moves while somebody draws beside the map."""
    canvas_of(page).scroll_into_view_if_needed()
    page.mouse.move(*place(page, (0.5, 0.1)))
    page.mouse.down()
    before, started = page.evaluate("window.marks_told"), time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        page.mouse.move(*place(page, (0.5 + 0.2 * math.sin(5 * now), 0.1 + 0.8 * now / seconds)))
    told = page.evaluate("window.marks_told") - before
    page.mouse.up()
    return float(told / seconds)


def answers_a_second(page: Page, seconds: float) -> float:
    """How often the answers change while somebody draws on the Draw page."""
    page.evaluate(COUNT_ANSWERS)
    page.mouse.move(*place(page, (0.5, 0.1)))
    page.mouse.down()
    started = time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        page.mouse.move(*place(page, (0.5 + 0.2 * math.sin(5 * now), 0.1 + 0.8 * now / seconds)))
    shown = page.evaluate("window.answers_shown")
    page.mouse.up()
    page.get_by_role("button", name="Clear", exact=True).click()
    return float(shown / seconds)


def fluidity(page: Page, url: str, seconds: float) -> None:
    """Print how soon the map is there and how fluidly it moves."""
    page.goto(f"{url}/train")
    page.get_by_role("button", name="Start training").wait_for(timeout=60_000)  # TensorFlow is there
    print(f"the first visit of a map on this server: {open_map(page, url):.2f} s")
    later = [open_map(page, url) for _ in range(ROUNDS)]
    print(
        f"from Draw to the map, later: median {statistics.median(later):.2f} s, longest {max(later):.2f} s of {ROUNDS}"
    )
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Show all").click()
        whole = frames_a_second(page, seconds)
        for _ in range(4):
            page.get_by_role("button", name="Zoom in").click()
        print(
            f"panning, {width} × {height}: {whole:.0f} frames/s whole, {frames_a_second(page, seconds):.0f} zoomed in"
        )
    print(f"the drawing is placed anew {places_a_second(page, seconds):.1f} times a second while it is drawn")


def tsne(page: Page, other: Page, url: str, seconds: float) -> None:
    """Print how long t-SNE takes, and what it does to another visitor's drawing."""
    other.goto(url)
    draw(other, DIGITS[1])
    card(other, "CNN").locator("li.top").wait_for()
    before = answers_a_second(other, seconds)
    page.goto(f"{url}/map")
    page.get_by_role("radio", name="t-SNE").click()
    page.get_by_role("button", name="Let the points find their neighbours").click()
    started = time.perf_counter()
    page.get_by_role("button", name="Cancel").wait_for()
    meanwhile = [answers_a_second(other, seconds) for _ in range(3)]
    page.get_by_role("button", name="Cancel").wait_for(state="detached", timeout=300_000)
    print(f"the map by t-SNE: {time.perf_counter() - started:.0f} s, with a visitor who draws for a part of it")
    print(f"answers a second on the Draw page: {before:.1f} before, {statistics.median(meanwhile):.1f} meanwhile")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get(DATA_VARIABLE, ""))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--tsne", action="store_true")
    arguments = parser.parse_args()
    chromium = find_browser()
    if chromium is None:
        raise SystemExit("a browser is needed: apt-get install chromium")
    data = str(Path(arguments.data).absolute()) if arguments.data else ""
    with (
        tempfile.TemporaryDirectory() as home,
        browser(chromium) as chrome,
        Server(free_port(), Path(home), MNIST_DEMO_DATA=data) as server,
    ):
        page = new_page(chrome)
        fluidity(page, server.url, arguments.seconds)
        if arguments.tsne:
            tsne(page, new_page(chrome), server.url, arguments.seconds)


def new_page(chrome: Browser) -> Page:
    """Of a visitor of their own."""
    page = chrome.new_context(viewport={"width": SIZES[0][0], "height": SIZES[0][1]}).new_page()
    page.add_init_script(COUNT)
    return page


if __name__ == "__main__":
    main()
