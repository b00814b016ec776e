"""Pupils with real browsers, in a lesson that the others attend without."""

import random
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.benchmarks.pen import WATCH
from tests.benchmarks.visitor import PAUSE, handwriting
from tests.browser import ALL_DIGITS, browser, canvas_of, draw

LONGEST = 1000  # ms, in which the final answer comes to a pen that is up


@dataclass
class Thanked:
    """What was measured in browsers, in seconds."""

    pen_ups: list[float] = field(default_factory=list)  # to the last change of the answers
    sendings: list[float] = field(default_factory=list)  # to the acknowledgement
    stored: int = 0  # drawings that were acknowledged


def take_part(chromium: str, address: str, pupils: int, seconds: float) -> Thanked:
    """Join at `address`, and draw what is asked for and send it, one pupil after the other, for so long."""
    thanked, rng = Thanked(), random.Random("browsers")
    with browser(chromium) as started:
        pages = [join(started, address) for _ in range(pupils)]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for page in pages:
                draw_and_send(page, rng, thanked)
                page.wait_for_timeout(1000 * rng.uniform(0, PAUSE))
    return thanked


def join(started: Browser, address: str) -> Page:
    """The page of a new pupil, who came by the QR code."""
    page = started.new_context().new_page()
    page.goto(address)
    page.get_by_role("button", name="Join").click()
    page.locator("section h3").first.wait_for()
    canvas_of(page)
    page.evaluate(WATCH)
    return page


def draw_and_send(page: Page, rng: random.Random, thanked: Thanked) -> None:
    """Draw what is asked for, and send it, once more where the page wants to be told that it is a digit."""
    page.evaluate("window.log.length = 0")
    draw(page, handwriting(ALL_DIGITS[int(page.locator("h2 b").inner_text())], rng))
    page.wait_for_timeout(LONGEST)
    log = page.evaluate("window.log")
    up = max(at for name, at in log if name == "mouseup")
    thanked.pen_ups.append(max([0.0, *(at - up for name, at in log if name == "answer")]) / 1000)
    while (outcome := send(page, thanked)) == "unsure":
        pass
    if outcome == "stored":
        thanked.stored += 1
    else:
        page.get_by_role("button", name="Clear", exact=True).click()


def send(page: Page, thanked: Thanked) -> str:
    """Press Send; returns what became of the drawing, as `visit.Receipt` calls it."""
    said = page.locator(".st-key-send [role=status]:is(.stored, .refused, .unsure)")
    started = time.perf_counter()
    page.locator(".st-key-send button").click()  # what was said before goes with it
    said.wait_for(timeout=60_000)
    thanked.sendings.append(time.perf_counter() - started)
    return said.get_attribute("class") or ""
