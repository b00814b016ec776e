"""Driving the app in a real browser, for tests and benchmarks."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from mnist_demo.ui import pages

NAME = "classroom.test"  # a host name of this computer, such as a school's server has

# Without the last three Chromium asks its maker's servers for updates at every start, which a closed network refuses.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The addresses of all pages, as Streamlit makes them of the names of their files; the first page is the server's own.
# "class" is a word of Python, so that its file has another name.
PAGES = sorted(file.stem.rstrip("_") for file in Path(pages.__file__).parent.glob("[!_]*.py"))
PAGES[PAGES.index("draw")] = ""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# Notes what Chromium tells of elements that move without being moved: how much, whether somebody had just pressed
# something (which the usual measure leaves out), and which elements.
WATCH_SHIFTS = """() => {
  const name = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 120) ?? "gone";
  const side = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  window.shifts = [];
  window.shiftObserver?.disconnect();
  window.shiftObserver = new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      const moved = sources.map(({ node, previousRect, currentRect }) =>
        `${side(previousRect)} -> ${side(currentRect)}: ${name(node)}`);
      window.shifts.push({ value, hadRecentInput, moved });
    } });
  window.shiftObserver.observe({ type: "layout-shift" }); }"""

Stroke = Sequence[tuple[float, float]]  # points as fractions of the canvas, x to the right, y downwards

# How a person may write each digit; straight lines between points are enough for the models.
DIGITS: dict[int, list[Stroke]] = {
    0: [
        [(0.5, 0.15), (0.3, 0.25), (0.25, 0.5), (0.32, 0.75), (0.5, 0.85)],
        [(0.5, 0.85), (0.68, 0.75), (0.75, 0.5), (0.7, 0.25), (0.5, 0.15)],
    ],
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    2: [[(0.3, 0.3), (0.38, 0.18), (0.55, 0.15), (0.68, 0.28), (0.62, 0.48), (0.28, 0.82), (0.75, 0.82)]],
    3: [
        [(0.3, 0.2), (0.5, 0.15), (0.68, 0.25), (0.62, 0.42), (0.45, 0.48)],
        [(0.45, 0.48), (0.65, 0.55), (0.7, 0.7), (0.52, 0.85), (0.28, 0.78)],
    ],
    4: [[(0.35, 0.15), (0.28, 0.52), (0.7, 0.52)], [(0.66, 0.2), (0.62, 0.88)]],
    7: [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]],
}

ALL_DIGITS: dict[int, list[Stroke]] = {
    **DIGITS,
    5: [[(0.7, 0.15), (0.35, 0.15), (0.32, 0.45), (0.55, 0.42), (0.7, 0.58), (0.62, 0.8), (0.3, 0.82)]],
    6: [
        [(0.62, 0.15), (0.42, 0.35), (0.32, 0.65), (0.45, 0.85), (0.65, 0.78), (0.65, 0.6), (0.48, 0.54), (0.34, 0.66)]
    ],
    8: [
        [(0.65, 0.25), (0.5, 0.15), (0.35, 0.27), (0.42, 0.42), (0.62, 0.55), (0.68, 0.72), (0.5, 0.85)],
        [(0.5, 0.85), (0.32, 0.72), (0.38, 0.56), (0.58, 0.42), (0.65, 0.25)],
    ],
    9: [[(0.65, 0.3), (0.5, 0.16), (0.35, 0.3), (0.42, 0.46), (0.6, 0.44), (0.66, 0.3), (0.64, 0.55), (0.55, 0.86)]],
}


@dataclass
class Shifts:
    """How much of a page jumped: the sums of Chromium's layout shifts, and what moved from where to where."""

    unasked: float = 0.0  # what is known as the cumulative layout shift
    after_input: float = 0.0  # within half a second after somebody pressed something, which that leaves out
    moved: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Both sums together."""
        return self.unasked + self.after_input


@contextmanager
def watch_shifts(page: Page) -> Iterator[Shifts]:
    """What jumps on the page meanwhile; known at the end. Going to another address ends the watch."""
    shifts = Shifts()
    page.evaluate(WATCH_SHIFTS)
    yield shifts
    page.evaluate(TWO_FRAMES)
    for entry in page.evaluate("window.shifts"):
        if entry["hadRecentInput"]:
            shifts.after_input += entry["value"]
        else:
            shifts.unasked += entry["value"]
        shifts.moved += [f"{entry['value']:.4f} {line}" for line in entry["moved"]]


def find_browser() -> str | None:
    """The path of a Chromium: of the one without windows, which needs less of the machine, where it is installed."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


def canvas_of(page: Page) -> Locator:
    """The canvas that takes the pen, once it is there and takes it: not in the middle of a Clear, for example."""
    canvas = page.locator(".dc-root:not([inert]) canvas.upper-canvas")
    canvas.wait_for()
    return canvas


def place(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    """Where a point of the canvas, given as fractions, is on the page."""
    while (box := canvas_of(page).bounding_box()) is None:  # it began anew in this instant
        pass
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def ink(page: Page) -> int:
    """How many pixels of the canvas are dark."""
    return int(
        page.locator("canvas.lower-canvas").last.evaluate(
            """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const isDark = (at) => data[4 * at + 3] > 0 && data[4 * at] < 128;
            return [...Array(data.length / 4).keys()].filter(isDark).length; }"""
        )
    )


def draw(page: Page, strokes: Sequence[Stroke], steps: int = 2) -> None:
    """Draw with the mouse: press, move from point to point in so many steps, release.

    Few, for the browser renders the page at each: a stroke that is moved three times as finely costs as much again.
    """
    for stroke in strokes:
        points = [place(page, point) for point in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=steps)
        page.mouse.up()
    page.evaluate(TWO_FRAMES)  # the canvas shows the whole stroke one frame after the pen went up


def cards(page: Page) -> Locator:
    """The answer cards of all models. (Streamlit's own parts are sections too, but have no heading.)"""
    return page.locator("section", has=page.locator("h3"))


def card(page: Page, name: str) -> Locator:
    """The answer card of the model called `name`."""
    return page.locator("section", has=page.locator("h3", has_text=name))


def shared_link(page: Page) -> str:
    """The link in the open dialog to share a drawing; what it says of other devices may have code in it, too."""
    return page.get_by_role("dialog").locator("code", has_text="drawing=").inner_text().strip()
