"""The Break it page in a real browser: a slider moves the image, and the smallest change flips the answer."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import watch_shifts
from tests.in_browser.conftest import OpenPage

MOST = 0.05  # of a cumulative layout shift


def said(page: Page) -> Locator:
    """What the CNN says of the changed image."""
    return page.locator(".st-key-break_said").get_by_test_id("stMarkdown").filter(has_text="CNN says")


def test_from_an_image_to_why_to_breaking_it_to_the_flipped_answer(open_page: OpenPage) -> None:
    page = open_page("evidence?split=test&index=3", moves=True)
    page.get_by_test_id("stMain").get_by_role("link", name="Break it").click()
    page.locator("h1", has_text="Break it").wait_for()
    expect(page.get_by_alt_text("Test image 3, 28 × 28 pixels")).to_be_visible()
    label = page.get_by_text("How probable each model finds").inner_text().split(";")[0][-1]
    expect(said(page)).to_contain_text(f"CNN says {label}")
    slider = page.get_by_role("slider", name="Shift to the right")
    before, answer = page.get_by_alt_text("The changed image").get_attribute("src"), said(page).inner_text()
    with watch_shifts(page) as shifts:
        slider.focus()
        page.keyboard.press("End")
        expect(page.get_by_alt_text("The changed image")).not_to_have_attribute("src", before or "")
        expect(said(page)).not_to_have_text(answer)
    assert shifts.total < MOST, shifts.moved
    page.get_by_role("radio", name="The smallest change").click()
    expect(page.get_by_text("Guess first")).to_be_visible()
    page.get_by_role("button", name="Find the smallest change").click()
    expect(page.get_by_alt_text(re.compile(rf"Before: {label}"))).to_be_visible()
    other = re.compile(rf"After: (?!{label})\d")
    expect(page.get_by_alt_text(other)).to_be_visible()
    expect(page.get_by_text(re.compile(rf"CNN said {label}, and now says (?!{label})\d"))).to_be_visible()
    strength = page.get_by_role("slider", name="How much of this change")
    strength.focus()
    page.keyboard.press("End")
    expect(said(page)).to_contain_text(re.compile(rf"says (?!{label})\d"))
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text(f"CNN says {label}")
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    page.locator("h1", has_text="Why").wait_for()
    expect(page.get_by_alt_text("Test image 3, 28 × 28 pixels")).to_be_visible()
