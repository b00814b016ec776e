"""Pictures of every page, desktop, phone and projector, light and dark, to look at before a change is called done.

    python -m tests.screenshots FOLDER

The pictures show the app after a digit was drawn and a short run trained, on the data that `MNIST_DEMO_DATA` names.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from mnist_demo.ui.common import projector
from mnist_demo.ui.mistakes.parts import PARTS as MISTAKES
from tests.browser import DIGITS, browser, card, draw, find_browser
from tests.server import Server, free_port

SIZES = {"desktop": (1280, 900), "phone": (390, 844), "projector": (1920, 1080)}


def prepare_draw(page: Page) -> None:
    """Draw a 3 and wait for its answer."""
    draw(page, DIGITS[3])
    card(page, "CNN").locator("li.top").wait_for()


def prepare_train(page: Page) -> None:
    """Wait for the curves of the run that has ended."""
    page.locator(".stVegaLiteChart svg").first.wait_for()


def prepare_map(page: Page) -> None:
    """Open an image, and draw a 7."""
    stage = page.locator(".stage")
    stage.focus()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Test image .*: label")).wait_for()
    draw(page, DIGITS[7])
    page.get_by_text("Your drawing: CNN says 7").wait_for()


def prepare_flip(page: Page) -> None:
    """Have the smallest change found."""
    page.get_by_role("button", name="Find the smallest change").click()
    page.locator(".stVegaLiteChart svg").first.wait_for()


PAGES: dict[str, tuple[str, Callable[[Page], object]]] = {
    "draw": ("", prepare_draw),
    "train": ("train", prepare_train),
    "data": ("data", lambda _: None),
    "class": ("class", lambda _: None),
    **{
        f"why-{part}": (f"evidence?split=test&index=3&part={part}", lambda _: None)
        for part in ("scores", "pixels", "hidden", "layers", "step", "similar")
    },
    "break-change": ("break_it?split=test&index=3&change=rotate&rotate=100", lambda _: None),
    "break-smallest": ("break_it?split=test&index=3&part=smallest", prepare_flip),
    "break-all": ("break_it?part=all", lambda _: None),
    "break-fool": ("break_it?part=fool", lambda _: None),
    **{f"mistakes-{part}": (f"mistakes?part={part}", lambda _: None) for part in MISTAKES},
    "map": ("map", prepare_map),
    **{f"lesson-{step}": (f"lesson?step={step}", lambda _: None) for step in (*range(1, 8), "all")},
    "glossary": ("glossary", lambda _: None),
}


def train_once(page: Page) -> None:
    """One run of the affine model's notebook recipe, for the Train page to show."""
    page.get_by_role("button", name="Start training").click()
    page.locator("button:enabled", has_text="Model .keras").first.wait_for(timeout=120_000)


def main(folder: Path) -> None:
    """Write `PAGE-SIZE-THEME.png` for all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_browser()
    if chromium is None:
        raise SystemExit("a browser is needed: apt-get install chromium")
    data = os.environ.get("MNIST_DEMO_DATA", "")
    with tempfile.TemporaryDirectory() as home, browser(chromium) as started:
        data_path = str(Path(data).absolute()) if data else ""
        with Server(free_port(), Path(home), MNIST_DEMO_DATA=data_path) as server:
            first = started.new_page()
            first.goto(f"{server.url}/train")
            train_once(first)
            for theme in ("light", "dark"):
                for size, (width, height) in SIZES.items():
                    for name, (path, prepare) in PAGES.items():
                        touches = size == "phone"
                        page = started.new_page(
                            viewport={"width": width, "height": height},
                            color_scheme=theme,
                            has_touch=touches,
                            is_mobile=touches,
                        )
                        if size == "projector":
                            page.context.add_cookies([{"name": projector.COOKIE, "value": "1", "url": server.url}])
                        page.goto(f"{server.url}/{path}")
                        page.locator("h1").wait_for()
                        prepare(page)
                        page.wait_for_timeout(2500)
                        if size != "projector":  # where all is to fit
                            content = page.evaluate("document.querySelector('.stMainBlockContainer').scrollHeight")
                            page.set_viewport_size({"width": width, "height": max(height, content)})
                            page.wait_for_timeout(1000)
                        page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
                        page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
