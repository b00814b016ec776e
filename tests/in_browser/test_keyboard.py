"""The app by keyboard alone: drawing on the canvas, and a whole lesson."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_demo.runs import store
from tests.browser import DIGITS, TWO_FRAMES, canvas_of, card, draw, ink, place, shared_link
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_pages import TRAINING_STARTS, see_the_servers_home  # noqa: F401 (a fixture)
from tests.waiting import wait_for

MOST_STOPS = 200  # of the Tab key on a page


def tab_to(wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the element has the focus."""
    for _ in range(MOST_STOPS):
        if wanted.evaluate("element => element.getRootNode().activeElement === element"):
            return
        wanted.page.keyboard.press(key)
    raise AssertionError(f"the Tab key does not reach {wanted}")


def strike(page: Page, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def headline(page: Page) -> Locator:
    return card(page, "CNN").locator(".headline")


def keyboard_canvas(page: Page) -> Locator:
    """What the keyboard draws on, with the focus on it."""
    canvas_of(page)
    canvas = page.get_by_role("application", name="Canvas")
    tab_to(canvas)
    return canvas


def seven(page: Page) -> None:
    """Draw a 7 from the middle of the canvas, and leave the pen down."""
    strike(page, "ArrowLeft", 12)
    strike(page, "ArrowUp", 16)
    strike(page, "Space")
    strike(page, "ArrowRight", 25)
    page.keyboard.down("ArrowLeft")
    strike(page, "ArrowDown", 14)  # slantwise
    page.keyboard.up("ArrowLeft")
    strike(page, "ArrowDown", 18)


def test_a_digit_is_drawn_with_the_keyboard_and_is_a_drawing_like_any_other(open_page: OpenPage) -> None:
    page = open_page()
    canvas = keyboard_canvas(page)
    expect(canvas).to_have_accessible_description(re.compile("Arrow keys move the pen.*Space puts it down"))
    status, announced = page.locator(".status"), page.locator(".announcement")
    seven(page)
    expect(headline(page)).to_have_text("7")
    expect(status).to_have_text("Pen down, 46 % from the left, 82 % from the top, step 2 %")
    expect(announced).to_have_text("")  # that is for when the pen is up
    strike(page, "Space")
    expect(announced).to_contain_text(re.compile(r"CNN, 7, .* sure"))
    expect(status).to_contain_text("Pen up")
    drawn = ink(page)
    strike(page, "Control+z")
    expect(headline(page)).to_have_text("")
    strike(page, "Control+y")
    expect(headline(page)).to_have_text("7")
    strike(page, "Delete")
    expect(headline(page)).to_have_text("")
    strike(page, "Control+z")
    expect(headline(page)).to_have_text("7")
    wait_for(lambda: ink(page) == drawn)
    expect(canvas).to_be_focused()
    strike(page, "Tab")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_focused()

    page.get_by_role("button", name="Share").click()
    link = shared_link(page)
    other = open_page("?" + link.partition("?")[2])
    expect(headline(other)).to_have_text("7")
    assert ink(other) == pytest.approx(drawn, rel=0.05)
    page.keyboard.press("Escape")
    draw(page, [[(0.35, 0.5), (0.75, 0.5)]])
    assert ink(page) > drawn
    expect(headline(page)).to_have_text("7")
    page.get_by_role("button", name="Undo", exact=True).click()
    wait_for(lambda: ink(page) == drawn)


def test_a_drawing_is_the_same_after_the_keyboard_was_on_it(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[7])
    expect(headline(page)).to_have_text("7")
    share = page.get_by_role("button", name="Share")
    expect(share).to_be_enabled()
    page.wait_for_timeout(500)  # the answer to the last picture
    picture = page.locator("figure img").get_attribute("src")
    before = ink(page), card(page, "CNN").inner_text()
    tab_to(page.get_by_role("link", name="Draw"))
    keyboard_canvas(page)
    strike(page, "ArrowUp", 3)
    strike(page, "+")
    strike(page, "ArrowLeft")
    expect(page.locator(".status")).to_have_text("Pen up, 45 % from the left, 44 % from the top, step 5 %")
    strike(page, "Tab")
    page.wait_for_timeout(500)  # in which nothing is to happen
    assert (ink(page), card(page, "CNN").inner_text()) == before
    expect(page.locator("figure img")).to_have_attribute("src", str(picture))
    expect(share).to_be_enabled()


def test_shift_draws_while_it_is_held_and_a_mouse_adds_nothing_to_the_keyboards_stroke(open_page: OpenPage) -> None:
    page = open_page()
    canvas = keyboard_canvas(page)
    strike(page, "ArrowUp", 16)
    page.keyboard.down("Shift")
    strike(page, "ArrowDown", 20)
    page.mouse.move(*place(page, (0.9, 0.5)), steps=5)
    strike(page, "ArrowDown", 13)
    expect(headline(page)).to_have_text("1")
    expect(page.locator(".announcement")).to_have_text("")
    page.keyboard.up("Shift")
    expect(page.locator(".announcement")).to_contain_text("CNN, 1")
    strike(page, "ArrowLeft", 5)
    expect(page.locator(".status")).to_contain_text("Pen up")
    drawn = ink(page)
    strike(page, "Space")
    strike(page, "ArrowUp", 5)
    draw(page, [[(0.9, 0.2), (0.9, 0.8)]])  # the mouse takes over: the pen is lifted
    expect(canvas).not_to_be_focused()
    page.evaluate(TWO_FRAMES)
    assert ink(page) > drawn
    for left in (2, 1, 0):
        page.get_by_role("button", name="Undo", exact=True).click()
        if left == 1:
            wait_for(lambda: ink(page) == drawn)
    wait_for(lambda: ink(page) == 0)


def test_a_whole_lesson_by_keyboard_alone(open_page: OpenPage) -> None:
    """Draw, read the answer, train, pause, go on, stop, continue, browse."""
    page = open_page()
    progress = page.locator(".stProgress")
    keyboard_canvas(page)
    seven(page)
    strike(page, "Space")
    expect(page.locator(".announcement")).to_contain_text("CNN, 7")

    go_to(page, "Train", "Train a model")
    tab_to(page.get_by_role("spinbutton", name="Steps", exact=True))
    strike(page, "Control+a")
    page.keyboard.type("9000000")
    strike(page, "Enter")
    press(page, "Start training")
    expect(progress).to_contain_text(re.compile("Step .* steps/s"), timeout=TRAINING_STARTS)
    press(page, "Pause")
    expect(progress).to_contain_text("paused")
    press(page, "Resume")
    expect(progress).to_contain_text("steps/s")
    press(page, "Stop")
    expect(progress).to_have_count(0)
    tab_to(page.get_by_role("spinbutton", name="More steps"))
    strike(page, "Control+a")
    page.keyboard.type("500")
    strike(page, "Enter")
    press(page, "Continue")
    wait_for(lambda: store.list_runs()[0][0].status.state == "finished")
    expect(progress).to_have_count(0)

    go_to(page, "Data", "The data")
    tab_to(page.get_by_role("button", name=re.compile(r"^Image 3, a \d$")))
    strike(page, "Enter")
    expect(page.get_by_role("heading", name=re.compile(r"Training image 3: a \d"))).to_be_visible()


def go_to(page: Page, name: str, title: str) -> None:
    tab_to(page.get_by_role("link", name=name), "Shift+Tab")
    strike(page, "Enter")
    page.locator("h1", has_text=title).wait_for()


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled()
    tab_to(button)
    strike(page, "Enter")
