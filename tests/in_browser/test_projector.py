"""The projector view, read from eight metres on a picture of 1920 x 1080."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import TWO_FRAMES, watch_shifts
from tests.conftest import OpenPage

SCREEN = {"width": 1920, "height": 1080}
LARGE = 28  # pixels, of the page's text


def text_size(page: Page) -> float:
    return float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))


def test_one_key_or_one_button_makes_every_page_large_and_the_browser_remembers_it(open_page: OpenPage) -> None:
    page = open_page(viewport=SCREEN)
    button = page.get_by_role("button", name="Projector view")
    normal = text_size(page)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Normal view")).to_be_visible()
    assert text_size(page) == pytest.approx(LARGE, abs=0.1)
    page.reload()
    for name, heading in (("Train", "Train"), ("Data", "data"), ("Draw", "Draw")):
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text=heading).wait_for()
        assert text_size(page) == pytest.approx(LARGE, abs=0.1)
    page.get_by_role("button", name="Normal view").click()
    expect(button).to_be_visible()
    assert text_size(page) == normal
    page.get_by_role("link", name="Data").click()
    field = page.get_by_role("spinbutton")
    field.focus()
    page.keyboard.press("p")  # meant for the field
    page.evaluate(TWO_FRAMES)
    expect(button).to_be_visible()


def test_what_jumps_is_measured(open_page: OpenPage) -> None:
    page = open_page()
    with watch_shifts(page) as nothing:
        page.evaluate(TWO_FRAMES)
    assert nothing.total == 0
    with watch_shifts(page) as shifts:
        page.evaluate("document.querySelector('h1').style.marginTop = '200px'")
        page.wait_for_function("shifts.length > 0")
    assert shifts.total > 0.05
    assert shifts.moved
