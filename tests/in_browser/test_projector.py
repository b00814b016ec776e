"""The projector view, read from eight metres on a picture of 1920 x 1080: large enough, and nothing to scroll."""

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_demo.ui.breaking.parts import TITLES
from mnist_demo.ui.mistakes.parts import PARTS
from tests.browser import DIGITS, TWO_FRAMES, canvas_of, card, draw, ink, place, watch_shifts
from tests.in_browser.conftest import OpenPage
from tests.waiting import wait_for

SCREEN = {"width": 1920, "height": 1080}
# Pixels of the screen:
HEADLINE = 120
LABEL = 28
BAR = 24
CHART_TEXT = 24


def text_size(page: Page) -> float:
    return font_size(page.locator("html"))


def font_size(shown: Locator) -> float:
    return float(shown.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)"))


def height(shown: Locator) -> float:
    box = shown.bounding_box()
    assert box is not None
    return box["height"]


def has_large_canvas(page: Page) -> bool:
    box = canvas_of(page).bounding_box()
    return box is not None and box["height"] >= 0.8 * SCREEN["height"]


def project(page: Page) -> None:
    """Turn to the projector view."""
    page.get_by_role("button", name="Projector view").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()  # only then the page listens to keys
    page.keyboard.press("p")
    page.get_by_role("button", name="Normal view").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()


def assert_all_fits(page: Page) -> None:
    page.wait_for_function(
        "() => { const main = document.querySelector('.stMain');"
        "return main.scrollHeight <= main.clientHeight && main.scrollWidth <= main.clientWidth; }",
    )


def assert_charts_are_readable(page: Page) -> None:
    """All text of all charts on the page, where it has any."""
    page.wait_for_function(
        """least => [...document.querySelectorAll(".stVegaLiteChart")].every((chart) => {
        const sizes = [...chart.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
        return sizes.length && sizes.every((size) => size >= least); })""",
        arg=CHART_TEXT,
    )


def assert_answers_are_large(page: Page) -> None:
    for name in ("Affine model", "CNN"):
        shown = card(page, name)
        expect(shown.locator("li.top")).to_be_visible()
        assert font_size(shown.locator(".headline:not(.words)")) >= HEADLINE
        for part in (".digit", ".percent"):
            assert font_size(shown.locator(part).first) >= LABEL
        assert height(shown.locator(".track").first) >= BAR
        for part in ("h3", ".headline", "li:last-child"):
            expect(shown.locator(part)).to_be_in_viewport(ratio=1)


def test_one_key_or_one_button_makes_every_page_large_and_the_browser_remembers_it(open_page: OpenPage) -> None:
    page = open_page(viewport=SCREEN)
    button = page.get_by_role("button", name="Projector view")
    normal = text_size(page)
    project(page)
    assert text_size(page) == pytest.approx(LABEL, abs=0.1)
    page.reload()
    for name, heading in (("Train", "Train"), ("Data", "data"), ("Draw", "Draw")):
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text=heading).wait_for()
        assert text_size(page) == pytest.approx(LABEL, abs=0.1)
    page.get_by_role("button", name="Normal view").click()
    expect(button).to_be_visible()
    assert text_size(page) == normal
    page.get_by_role("link", name="Data").click()
    page.get_by_role("spinbutton").focus()
    page.keyboard.press("p")  # meant for the field
    page.evaluate(TWO_FRAMES)
    expect(button).to_be_visible()


def test_a_drawing_stays_when_the_view_changes_and_is_read_from_the_last_row(open_page: OpenPage) -> None:
    page = open_page(viewport=SCREEN)
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    drawn = ink(page)
    project(page)
    wait_for(lambda: has_large_canvas(page))
    assert_answers_are_large(page)
    assert_all_fits(page)
    assert ink(page) == drawn
    expect(page.get_by_role("slider")).to_be_hidden()
    page.get_by_text("What the models see, step by step").click()
    expect(page.get_by_text("The nearest of")).to_be_visible()
    assert_all_fits(page)
    page.get_by_text("What the models see, step by step").click()
    page.get_by_role("button", name="Clear", exact=True).click()
    for digit, dx in ((4, -0.05), (7, 0.5)):
        draw(page, [[(0.5 * x + dx, y) for x, y in stroke] for stroke in DIGITS[digit]])
    expect(page.get_by_text("Read from left to right")).to_be_in_viewport()
    assert_all_fits(page)
    drawn = ink(page)
    page.keyboard.press("p")
    expect(page.get_by_role("slider")).to_be_visible()
    assert height(canvas_of(page)) == 320
    assert ink(page) == drawn


# Where the ink is, in the canvas's own pixels: left, top, right, bottom.
INK_BOX = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const places = [...Array(data.length / 4).keys()].filter((at) => data[4 * at + 3] > 0 && data[4 * at] < 128);
  const [x, y] = [places.map((at) => at % canvas.width), places.map((at) => Math.floor(at / canvas.width))];
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)]; }"""


@pytest.mark.parametrize("pointer", ["mouse", "touch"])
def test_the_pen_draws_where_it_points_on_the_large_canvas(open_page: OpenPage, pointer: str) -> None:
    page = open_page(viewport=SCREEN, has_touch=True)
    project(page)
    wait_for(lambda: has_large_canvas(page))  # else it grows while one draws
    if pointer == "mouse":
        draw(page, [[(0.25, 0.5), (0.75, 0.5)]])
    else:
        touch = page.context.new_cdp_session(page)
        for kind, x in (("touchStart", 0.25), ("touchMove", 0.5), ("touchMove", 0.75), ("touchEnd", None)):
            points = [] if x is None else [dict(zip("xy", place(page, (x, 0.5)), strict=True))]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.evaluate(TWO_FRAMES)
    expect(page.locator("figure img")).to_be_visible()
    box = page.locator("canvas.lower-canvas").last.evaluate(INK_BOX)
    assert box == pytest.approx([80 - 10, 160 - 10, 240 + 10, 160 + 10], abs=3)  # the brush is 20 pixels wide


def test_data_shows_one_image_or_the_whole_split(open_page: OpenPage) -> None:
    page = open_page("data", viewport=SCREEN)
    project(page)
    page.get_by_role("button", name="Image 3, a", exact=False).first.click()
    assert_answers_are_large(page)
    image = page.get_by_alt_text("Image 3, a handwritten")
    expect(image).to_be_in_viewport(ratio=1)
    assert height(image) > 0.4 * SCREEN["height"]
    assert_all_fits(page)
    page.get_by_role("radio", name="The whole split").click()
    labels = page.locator(".stVegaLiteChart text")
    expect(labels.first).to_be_visible()
    assert min(font_size(label) for label in labels.all()) >= CHART_TEXT
    expect(page.get_by_alt_text("Average images, 0 to 9")).to_be_in_viewport(ratio=1)
    assert_all_fits(page)


def test_each_part_of_mistakes_is_seen_without_scrolling(open_page: OpenPage) -> None:
    page = open_page("mistakes", viewport=SCREEN)
    project(page)
    for part in PARTS.values():
        page.get_by_role("radio", name=part).click()
        expect(page.get_by_role("radio", name=part)).to_be_checked()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        assert_all_fits(page)
        assert_charts_are_readable(page)


def test_each_part_of_why_is_seen_without_scrolling(open_page: OpenPage) -> None:
    page = open_page("evidence?model=cnn&split=test&index=3", viewport=SCREEN)
    project(page)
    shown = card(page, "CNN")
    assert font_size(shown.locator(".headline:not(.words)")) >= HEADLINE
    assert font_size(shown.locator(".percent").first) >= LABEL
    for part in page.locator(".st-key-why_part").get_by_role("radio").all():
        part.click()
        expect(part).to_be_checked()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        if part.inner_text() == "Layer by layer":
            page.get_by_role("radio", name="conv2").click()  # the layer with most to show
            expect(page.get_by_text("conv2 at")).to_be_visible()
        assert_all_fits(page)
        page.wait_for_function(
            """least => [...document.querySelectorAll("td, th, caption")].every(
            (cell) => parseFloat(getComputedStyle(cell).fontSize) >= least)""",
            arg=CHART_TEXT,
        )


def test_each_part_of_break_it_is_seen_without_scrolling(open_page: OpenPage) -> None:
    page = open_page("break_it?split=test&index=3&change=rotate", viewport=SCREEN)
    project(page)
    for part in TITLES.values():
        page.get_by_role("radio", name=part).click()
        expect(page.get_by_role("radio", name=part)).to_be_checked()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        if part == TITLES["smallest"]:
            page.get_by_role("button", name="Find the smallest change").click()
            expect(page.get_by_alt_text("After:")).to_be_in_viewport(ratio=1)
        assert_charts_are_readable(page)
        assert_all_fits(page)


def test_what_jumps_is_measured(open_page: OpenPage) -> None:
    page = open_page(moves=True)
    canvas_of(page)
    page.get_by_text("What is a model, and what do the bars mean?").wait_for()
    page.wait_for_load_state("networkidle")
    with watch_shifts(page) as nothing:
        page.evaluate(TWO_FRAMES)
    assert nothing.total == 0
    with watch_shifts(page) as shifts:
        page.evaluate("document.querySelector('h1').style.marginTop = '200px'")
        page.wait_for_function("shifts.length > 0")
    assert shifts.total > 0.05
    assert shifts.moved
