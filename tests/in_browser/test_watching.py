"""A run is watched on the Train page: all in sight, nothing jumps, and on a projector it is read from the last row."""

import re
import shutil

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from mnist_demo.data import datasets
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common.run_titles import title
from tests.browser import watch_shifts
from tests.conftest import tiny_recipe
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_pages import (  # noqa: F401 (pytest finds fixtures by their names)
    TRAINING_STARTS,
    see_the_servers_home,
    start_training,
)
from tests.in_browser.test_training import ended_run
from tests.waiting import wait_for

ENDLESS = 9_000_000  # steps: no test waits for them
MOST_SHIFT = 0.05  # in all, of which a tenth is called good for a whole page
SCREEN = {"width": 1280, "height": 800}
PROJECTOR = {"width": 1920, "height": 1080}
TEXT_SIZES = "texts => texts.map((text) => parseFloat(getComputedStyle(text).fontSize))"


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def newest() -> Run:
    return store.list_runs()[0][0]


def pictures(page: Page) -> Locator:
    return page.get_by_alt_text(re.compile("The weights for the digit"))


def boxes(elements: Locator) -> list[FloatRect]:
    """Where they all are at one instant: the page may be drawn anew at any."""
    measure = "({ x, y, width, height }) => ({ x, y, width, height })"
    found: list[FloatRect] = elements.evaluate_all(
        f"elements => elements.map((element) => element.getBoundingClientRect()).map({measure})"
    )
    return found


def bottom(box: FloatRect) -> float:
    return box["y"] + box["height"]


def test_a_run_is_in_sight_from_start_to_end_nothing_jumps_and_it_fills_a_projector(open_page: OpenPage) -> None:
    page = open_page("train", viewport=SCREEN, moves=True)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".stVegaLiteChart svg")).to_have_count(2)
    with watch_shifts(page) as from_start_to_end:
        start_training(page, "Affine model", ENDLESS)
        expect(page.locator(".stProgress")).to_contain_text("steps/s", timeout=TRAINING_STARTS)
        expect(pictures(page)).to_have_count(10)
        places = assert_in_sight(page)
        button(page, "Pause").click()
        expect(page.locator(".stProgress")).to_contain_text("paused")
        expect(button(page, "10 steps")).to_be_enabled()
        button(page, "Resume").click()
        expect(page.locator(".stProgress")).to_contain_text("steps/s")
        assert_fills_a_projector(open_page("train", viewport=PROJECTOR))
        button(page, "Stop").click()
        expect(page.get_by_text(re.compile(r"Step [\d,]+ of 9,000,000 · stopped"))).to_be_visible()
        expect(page.locator("[data-stale=true]")).to_have_count(0)
    assert from_start_to_end.total < MOST_SHIFT, from_start_to_end
    wait_for(lambda: boxes(pictures(page)) == places)
    expect(page.locator(".legend")).to_contain_text(title(newest()))


def assert_in_sight(page: Page) -> list[FloatRect]:
    """Progress, charts and ten large pictures, without scrolling; returns where the pictures are."""
    page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")  # filling in the form may have scrolled
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    for element in (page.locator(".stProgress"), page.locator(".stVegaLiteChart"), pictures(page)):
        assert [box for box in boxes(element) if bottom(box) > SCREEN["height"]] == []
    places: list[FloatRect] = []

    def are_large() -> bool:
        places[:] = boxes(pictures(page))
        return all(min(box["width"], box["height"]) >= 100 for box in places)

    wait_for(are_large)  # each new picture has no size until it is drawn
    return places


def assert_fills_a_projector(page: Page) -> None:
    """Text to be read from the last row, and nothing to scroll to or that only the operator needs."""
    page.get_by_role("button", name="Projector view").click()
    expect(button(page, "Start training")).to_have_count(0)
    expect(button(page, "Stop")).to_have_count(0)
    expect(page.locator(".stProgress")).to_have_count(1)  # the other view's has gone
    expect(page.locator(".stProgress")).to_contain_text("steps/s")
    expect(pictures(page)).to_have_count(10)
    wait_for_text(page.locator(".stVegaLiteChart svg text"), 24)
    wait_for_text(page.locator(".stProgress p, .legend li, .templates figcaption"), 24)
    wait_for_text(page.locator(".st-key-large_progress output"), 60)
    assert min(box["width"] for box in boxes(pictures(page))) >= 160
    assert min(box["height"] for box in boxes(page.locator(".stVegaLiteChart"))) >= 350
    main = page.locator(".stMain")
    assert main.evaluate("main => main.scrollHeight - main.clientHeight") <= 0
    assert max(bottom(box) for box in boxes(pictures(page))) <= PROJECTOR["height"]


def wait_for_text(texts: Locator, least: float) -> None:
    """Until there is text, all of it of this size at least; it has no size in an instant in which it is replaced."""

    def is_large() -> bool:
        sizes = texts.evaluate_all(TEXT_SIZES)
        return bool(sizes) and all(size >= least for size in sizes)

    wait_for(is_large)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_legends_lines_have_the_colours_of_the_charts(open_page: OpenPage, scheme: str) -> None:
    ended_run()
    page = open_page("train", color_scheme=scheme)
    in_legend, in_charts = page.locator(".legend i"), page.locator(".stVegaLiteChart svg .mark-line path")
    expect(in_legend.first).to_be_visible()
    colors = "lines => lines.map((line) => getComputedStyle(line)).map((style) => style.stroke + style.backgroundImage)"

    def found(lines: Locator) -> set[str]:
        return {color for text in lines.evaluate_all(colors) for color in re.findall(r"rgb\(\d+, \d+, \d+\)", text)}

    wait_for(lambda: len(found(in_legend)) > 0 and found(in_legend) == found(in_charts))


def test_the_charts_of_a_home_without_runs_have_their_place(open_page: OpenPage) -> None:
    folder, aside = store.runs_folder(), store.runs_folder().with_name("aside")
    folder.rename(aside)
    try:
        page = open_page("train", viewport=SCREEN, moves=True)
        expect(page.get_by_text("No run yet.")).to_be_visible()
        expect(page.locator(".stVegaLiteChart svg")).to_have_count(2)
        before = boxes(page.locator(".stVegaLiteChart"))
        run = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "running")
        expect(page.locator(".stProgress")).to_be_visible()
        assert boxes(page.locator(".stVegaLiteChart")) == before
        run_directory.set_status(run, "stopped")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
