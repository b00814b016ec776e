"""The Mistakes page in a real browser."""

from playwright.sync_api import expect

from tests.conftest import OpenPage


def test_from_the_confusion_matrix_to_an_image(open_page: OpenPage) -> None:
    page = open_page("mistakes")
    cell = page.get_by_role("button", name="images of a 3 read as 3")
    cell.focus()
    page.keyboard.press("Enter")
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Images of a 3 that were read as 3")).to_be_visible()
    page.get_by_role("button", name="Look at this image closely").click()
    expect(page.get_by_role("heading", name="a 3")).to_be_visible()
