"""The Why page in a real browser: from an image to a number of a layer, whose arithmetic can be checked."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import DIGITS, card, draw
from tests.in_browser.conftest import OpenPage
from tests.waiting import wait_for


def numbers_in(text: str) -> list[float]:
    return [float(each.replace("−", "-")) for each in re.findall(r"[−-]?\d+\.\d+", text)]


def place_of(page: Page) -> Locator:
    """The line that says which number is looked at."""
    return page.get_by_test_id("stMarkdown").filter(has_text="row, column, picture, counted from 0")


def adds_up(page: Page) -> bool:
    """Whether the products on the page add up to the sum on the page, and that with the bias to the number."""
    cells = page.locator("table", has_text="= products").locator("td").all_inner_texts()
    products, bias, total = numbers_in(page.get_by_text("The sum of all products is").inner_text())[:3]
    shown = [number for cell in cells for number in numbers_in(cell)]
    is_sum = len(shown) == 25 and abs(sum(shown) - products) < 26 * 0.0005 and abs(products + bias - total) < 0.002
    return is_sum and abs(numbers_in(place_of(page).inner_text())[-1] - total) < 0.001


def test_from_an_image_to_its_evidence_to_a_number_that_can_be_checked(open_page: OpenPage) -> None:
    page = open_page("data", has_touch=True)
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    page.locator("h1", has_text="Why").wait_for()
    expect(page.get_by_alt_text("Training image 10, 28 × 28 pixels")).to_be_visible()
    page.get_by_role("radio", name="Layer by layer").click()
    board = page.get_by_role("application")
    expect(place_of(page)).to_contain_text("conv1 at")
    wait_for(lambda: adds_up(page))  # the parts of the page arrive one after the other
    box = board.bounding_box()
    assert box is not None
    cell = box["width"] / 28
    board.click(position={"x": 9.5 * cell, "y": 12.5 * cell})
    expect(place_of(page)).to_contain_text("conv1 at (12, 9,")
    wait_for(lambda: adds_up(page))  # the parts of the page arrive one after the other
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(place_of(page)).to_contain_text("conv1 at (13, 10,")
    wait_for(lambda: adds_up(page))  # the parts of the page arrive one after the other
    board.tap(position={"x": 20.5 * cell, "y": 5.5 * cell})
    expect(place_of(page)).to_contain_text("conv1 at (5, 20,")
    page.reload()  # all of it is in the address, but for the number
    expect(place_of(page)).to_contain_text("conv1 at")


def test_from_a_drawing_to_its_evidence_by_an_address_that_others_can_open(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    link = page.get_by_test_id("stMain").get_by_role("link", name="Why?")
    expect(link).to_have_attribute("href", re.compile("drawing="))
    link.click()
    page.locator("h1", has_text="Why").wait_for()
    expect(page.get_by_test_id("stMain").get_by_text("CNN says 7:")).to_be_visible()
    page.reload()
    expect(page.get_by_alt_text("A drawing, 28 × 28 pixels")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_text("CNN says 7:")).to_be_visible()
