"""The Mistakes page in a real browser: from a number of the confusion matrix to the canvas, and back."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import canvas_of, card, draw, ink
from tests.in_browser.conftest import OpenPage
from tests.waiting import wait_for


def cell(page: Page, label: int, digit: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"\d+ images of a {label} read as {digit}"))


def go_to_mistakes(page: Page) -> None:
    """By the list of pages."""
    page.get_by_test_id("stHeader").get_by_text("Look inside").click()
    page.get_by_role("menuitem", name="Mistakes").click()
    page.locator("h1", has_text="Mistakes").wait_for()


def follow(page: Page, name: str, heading: str) -> None:
    """By a link on the page."""
    page.get_by_test_id("stMain").get_by_role("link", name=name).click()
    page.locator("h1", has_text=heading).wait_for()


def percents(page: Page) -> list[str]:
    return card(page, "Affine model").locator(".percent").all_inner_texts()


def test_from_the_confusion_matrix_to_a_mistake_to_its_evidence_to_the_canvas_and_its_new_answer(
    open_page: OpenPage,
) -> None:
    page = open_page("mistakes")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Affine model", exact=True).click()
    expect(page.get_by_text(re.compile("Affine model reads .* right: ")).first).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()  # its matrix comes after the words
    # A mistake: a number that is not on the diagonal.
    mistake = page.get_by_role("button", name=re.compile(r"^[1-9]\d* images of a (\d) read as (?!\1)\d$")).first
    label, digit = re.findall(r"\d+", str(mistake.get_attribute("aria-label")))[1:]
    mistake.click()
    expect(cell(page, int(label), int(digit))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(f"of a {label} read as {digit}, the surest first")).to_be_visible()
    image = page.get_by_role("button", name=re.compile(rf"^Test image [\d,]+: a {label}, read as {digit}$")).last
    image.focus()
    page.keyboard.press("Enter")
    expect(image).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(f"label {label}, read as {digit}, ")).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()  # the link comes after the words
    follow(page, "Why?", "Why")
    expect(page.get_by_text(re.compile(f"Affine model says ({digit}|Not sure: perhaps {digit})"))).to_be_visible()
    follow(page, "Draw over it", "Draw")
    canvas_of(page)
    wait_for(lambda: ink(page) > 1000)
    expect(card(page, "Affine model").locator(".headline")).not_to_have_text("")
    traced, before = ink(page), percents(page)
    draw(page, [[(0.2, 0.5), (0.8, 0.5)]])
    wait_for(lambda: ink(page) > traced + 500 and percents(page) != before)
    go_to_mistakes(page)
    expect(page.get_by_text(f"of a {label} read as {digit}, the surest first")).to_be_visible()
    follow(page, "Draw over it", "Draw")  # once more, and without what was drawn over it
    canvas_of(page)
    wait_for(lambda: abs(ink(page) - traced) < 50 and percents(page) == before)


def test_the_matrix_is_one_stop_of_the_tab_key_and_the_arrows_go_through_it(open_page: OpenPage) -> None:
    page = open_page("mistakes")
    chosen = page.locator("td button[aria-pressed=true]")
    expect(chosen).to_have_count(1)
    expect(page.locator("td button[tabindex='0']")).to_have_count(1)
    cell(page, 4, 8).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")  # the row has ended
    expect(cell(page, 4, 9)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 5, 9)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("of a 5 read as 9, the surest first")).to_be_visible()


def test_digits_that_were_drawn_and_cleared_are_asked_for_and_counted(open_page: OpenPage) -> None:
    page = open_page()
    for _ in range(2):
        draw(page, [[(0.5, 0.15), (0.5, 0.85)]])
        expect(card(page, "CNN").locator(".headline")).to_have_text("1")
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(card(page, "CNN").locator(".headline")).to_have_text("")
    draw(page, [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    go_to_mistakes(page)
    page.get_by_role("radio", name="Your drawings").click()
    for number, meant in ((1, 1), (2, 7)):  # both ones look the same, so there are two drawings
        asking = page.get_by_role("radiogroup", name=f"Your drawing {number}: what was it meant to be?")
        asking.wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for()  # before it, the one before may still be there
        asking.get_by_text(str(meant), exact=True).click()
        expect(asking).to_have_count(0)
    expect(page.get_by_text("0 mistakes in 2 drawings")).to_be_visible()
    follow(page, "Why?", "Why")
    expect(page.get_by_alt_text(re.compile(r"Your drawing \d"))).to_be_visible()
