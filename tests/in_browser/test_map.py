"""The Map page in a real browser: the drawing is on it while it is drawn; it is moved, and a click opens an image."""

import re

from playwright.sync_api import Page, expect

from tests.browser import DIGITS, TWO_FRAMES, card, draw, ink
from tests.in_browser.conftest import OpenPage
from tests.waiting import wait_for

CLICKED = re.compile(r"Test image [\d,]+: label \d\. CNN says")

# The places of some pixels of points on the map, as fractions of it, none of them near its edge.
FIND_POINTS = """stage => {
  const canvas = stage.querySelector("canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const color = (x, y) => [0, 1, 2].map((part) => data[4 * (y * width + x) + part]).join();
  const found = [];
  for (let y = Math.round(0.2 * height); y < 0.7 * height; y += 7)
    for (let x = Math.round(0.3 * width); x < 0.7 * width; x += 7)
      if (color(x, y) !== color(0, 0)) found.push([x / width, y / height]);
  return found; }"""


def points_on(page: Page) -> list[tuple[float, float]]:
    page.evaluate(TWO_FRAMES)
    found: list[tuple[float, float]] = page.locator(".stage").evaluate(FIND_POINTS)
    return found


def mark(page: Page) -> list[float] | None:
    """Where the page says that the drawing is on the map."""
    place: list[float] | None = page.evaluate("window.mnistDemoMark?.place ?? null")
    return place


def test_a_drawing_is_on_the_map_and_moves_while_it_is_drawn_and_a_click_opens_an_image(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    page.get_by_test_id("stHeader").get_by_text("Look inside").click()
    page.get_by_role("menuitem", name="Map").click()
    page.locator("h1", has_text="map").wait_for()
    expect(page.get_by_text("Your drawing: CNN says 7:")).to_be_visible()
    wait_for(lambda: mark(page) is not None and ink(page) > 1000)  # it is on this page's canvas, too
    page.wait_for_function("document.querySelector('.stApp[data-test-script-state=notRunning]')")
    first = mark(page)

    draw(page, [[(0.35, 0.5), (0.7, 0.5)]])  # a bar across the seven
    wait_for(lambda: mark(page) != first)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("Draw a digit, and see where it is")).to_be_visible()
    wait_for(lambda: mark(page) is None)

    stage = page.locator(".stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    place = points_on(page)[0]
    x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]
    page.mouse.move(x, y)
    tip = page.locator(".tip")
    expect(tip).to_contain_text(re.compile(r"Test image \d+: a \d"))
    pointed_at = tip.inner_text()
    page.mouse.down()
    page.mouse.move(x + 90, y + 40, steps=8)
    expect(tip).to_be_hidden()
    page.mouse.up()
    page.mouse.move(x + 95, y + 40)
    page.mouse.move(x + 90, y + 40)
    expect(tip).to_be_visible()
    expect(tip).to_have_text(pointed_at)  # it came along
    expect(page.get_by_text(CLICKED)).to_have_count(0)  # that was no click
    page.mouse.click(x + 90, y + 40)
    expect(page.get_by_text(CLICKED)).to_be_visible()
    clicked = page.get_by_text(CLICKED).inner_text()
    number = re.findall(r"[\d,]+", clicked)[0].replace(",", "")
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    page.locator("h1", has_text="Why").wait_for()
    expect(page.get_by_alt_text(f"Test image {number}, 28 × 28 pixels")).to_be_visible()


def move(page: Page, key: str) -> None:
    """By a key, until the map shows it."""
    before = points_on(page)
    page.keyboard.press(key)
    wait_for(lambda: points_on(page) != before)


def test_the_map_is_moved_and_an_image_opened_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("map")
    stage = page.get_by_role("application", name=re.compile("Map of 500 test images"))
    stage.focus()
    whole = points_on(page)
    move(page, "ArrowUp")
    move(page, "+")
    page.keyboard.press("0")  # the whole map again
    wait_for(lambda: points_on(page) == whole)
    move(page, "ArrowRight")
    move(page, "+")
    said = page.locator(".said")
    expect(said).to_contain_text(re.compile(r"In the middle: Test image \d+: a \d"))
    page.wait_for_timeout(1000)  # it is said a moment after the map has moved
    number = re.findall(r"\d+", said.inner_text())[0]
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(f"Test image {number}: label"))).to_be_visible()
