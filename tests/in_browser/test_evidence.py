"""The Why page in a real browser: from an image to a number of a layer, whose arithmetic can be checked."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.conftest import OpenPage


def numbers_in(text: str) -> list[float]:
    return [float(each.replace("−", "-")) for each in re.findall(r"[−-]?\d+\.\d+", text)]


def place_of(page: Page) -> Locator:
    """The line that says which number is looked at."""
    return page.get_by_test_id("stMarkdown").filter(has_text="row, column, picture, counted from 0")


def check_arithmetic(page: Page) -> None:
    """The products on the page add up to the sum on the page, and that with the bias to the number."""
    cells = page.locator("table", has_text="= products").locator("td").all_inner_texts()
    products, bias, total = numbers_in(page.get_by_text("The sum of all products is").inner_text())[:3]
    assert len(cells) == 25
    assert abs(sum(sum(numbers_in(cell)) for cell in cells) - products) < 26 * 0.0005
    assert abs(products + bias - total) < 0.002
    assert abs(numbers_in(place_of(page).inner_text())[-1] - total) < 0.001


def test_from_an_image_to_its_evidence_to_a_number_that_can_be_checked(open_page: OpenPage) -> None:
    page = open_page("data", has_touch=True)
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    page.locator("h1", has_text="Why").wait_for()
    expect(page.get_by_alt_text("Training image 10, 28 × 28 pixels")).to_be_visible()
    page.get_by_role("radio", name="Layer by layer").click()
    board = page.get_by_role("application")
    expect(place_of(page)).to_contain_text("conv1 at")
    check_arithmetic(page)
    box = board.bounding_box()
    assert box is not None
    cell = box["width"] / 28
    board.click(position={"x": 9.5 * cell, "y": 12.5 * cell})
    expect(place_of(page)).to_contain_text("conv1 at (12, 9,")
    check_arithmetic(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(place_of(page)).to_contain_text("conv1 at (13, 10,")
    check_arithmetic(page)
    board.tap(position={"x": 20.5 * cell, "y": 5.5 * cell})
    expect(place_of(page)).to_contain_text("conv1 at (5, 20,")
    page.reload()  # all of it is in the address, but for the number
    expect(place_of(page)).to_contain_text("conv1 at")
