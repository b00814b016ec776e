"""How soon the answers follow the pen: in mid-stroke, after pen-up, beside plain `st_canvas`, and while a CNN trains.

    python -m tests.benchmarks.pen

Browser, server and the hand that moves the mouse share the machine. A `MutationObserver` in the page notes when the
answers change. An update is a change between pen-down and pen-up; the final bars are the last change after pen-up.
Plain `st_canvas` is the same app without what makes it quicker: the script that follows the pen, and the line of
another that sends the strokes before the 200 ms are over for which st_canvas itself waits.
"""

import math
import random
import re
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import browser, canvas_of, find_browser
from tests.server import ROOT, Server, free_port

STROKES = 30
SECONDS = 1.0  # a stroke
PAUSE = 1.2  # seconds after a stroke, in which the final answer comes
ASSETS = Path("mnist_demo") / "ui" / "draw" / "assets"

# Notes when the pen goes down and up, and when what the answer cards say becomes something else.
WATCH = """() => {
  const root = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean)
    .find((root) => root.querySelector("section"));
  const said = () => [...root.querySelectorAll(".percent")].map((element) => element.textContent).join()
    + root.querySelector("figure img")?.src;
  window.log = [];
  let before = said();
  new MutationObserver(() => {
    const now = said();
    if (now !== before) window.log.push(["answer", performance.now()]);
    before = now;
  }).observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  for (const name of ["mousedown", "mouseup"])
    window.addEventListener(name, () => window.log.push([name, performance.now()]), true);
}"""


@dataclass
class Result:
    """Updates a second in each stroke, and milliseconds from each pen-up to the final bars."""

    rates: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        median, worst = statistics.median(self.delays), statistics.quantiles(self.delays, n=20)[-1]
        rate, slowest = statistics.median(self.rates), min(self.rates)
        return (
            f"{rate:4.1f} updates/s (slowest stroke {slowest:.1f})   "
            f"pen-up to final bars: median {median:.0f} ms, 95th percentile {worst:.0f} ms"
        )


def scribble(page: Page, number: int) -> None:
    """One stroke in curves that never rest, by a hand that moves about 100 times a second."""
    box = canvas_of(page).bounding_box()
    assert box is not None
    generator = random.Random(number)
    across, down, phase = generator.uniform(2, 5), generator.uniform(2, 5), generator.uniform(0, math.tau)

    def point(at: float) -> tuple[float, float]:
        x, y = 0.5 + 0.35 * math.sin(across * at + phase), 0.5 + 0.35 * math.cos(down * at)
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    begin = time.perf_counter()
    page.mouse.move(*point(0))
    page.mouse.down()
    while (passed := time.perf_counter() - begin) < SECONDS:
        page.mouse.move(*point(passed))
        time.sleep(0.008)
    page.mouse.up()


def measure(started: Browser, url: str) -> Result:
    """Draw, wait, clear, and again."""
    page = started.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    canvas_of(page)
    page.wait_for_timeout(5000)  # TensorFlow is being imported behind the first page
    page.evaluate(WATCH)
    result = Result()
    for number in range(-2, STROKES):  # the first two warm up
        page.evaluate("window.log.length = 0")
        scribble(page, number)
        page.wait_for_timeout(1000 * PAUSE)
        log = page.evaluate("window.log")
        down, up = (next(at for name, at in log if name == kind) for kind in ("mousedown", "mouseup"))
        answers = [at for name, at in log if name == "answer"]
        if number >= 0:
            result.rates.append(1000 * sum(down < at < up for at in answers) / (up - down))
            result.delays.append(max(0.0, max(answers) - up))
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_timeout(500)
    page.close()
    return result


def start_training(started: Browser, url: str) -> None:
    """A CNN that trains for longer than the measurement takes."""
    page = started.new_page()
    page.goto(f"{url}/train")
    page.get_by_role("radio", name="CNN").click()
    steps = page.get_by_role("spinbutton", name="Steps", exact=True)
    page.wait_for_timeout(1000)
    steps.fill("1000000")
    steps.press("Enter")
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Start training").click()
    page.get_by_text(re.compile("Step .* steps/s")).first.wait_for(timeout=120_000)
    page.close()


def plain_app(folder: Path) -> Path:
    """A copy of the app in which st_canvas is left to itself."""
    shutil.copytree(ROOT / "mnist_demo", folder / "mnist_demo")
    (folder / ASSETS / "pen.js").write_text("export default () => {};\n")
    tools = folder / ASSETS / "canvas_tools.js"
    tools.write_text(re.sub(r"const sendStrokes = .*", "const sendStrokes = () => {};", tools.read_text()))
    return Path(shutil.copy(ROOT / "app.py", folder))


def main() -> None:
    """Print the three rows."""
    chromium = find_browser()
    if chromium is None:
        raise SystemExit("a browser is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, browser(chromium) as started:
        homes = [Path(folder) / name for name in ("plain", "live")]
        for home in homes:
            home.mkdir()
        with Server(free_port(), homes[0], plain_app(homes[0])) as server:
            print(f"plain st_canvas        {measure(started, server.url)}", flush=True)
        with Server(free_port(), homes[1]) as server:
            print(f"this app               {measure(started, server.url)}", flush=True)
            start_training(started, server.url)
            print(f"while a CNN trains     {measure(started, server.url)}", flush=True)


if __name__ == "__main__":
    main()
