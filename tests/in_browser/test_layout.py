"""Where things are: on phones all that is needed is in sight, and nothing jumps while one draws."""

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.files import HOME_VARIABLE
from mnist_demo.runs import run_directory, store
from tests.browser import DIGITS, canvas_of, card, cards, draw, watch_shifts
from tests.conftest import tiny_recipe
from tests.in_browser.conftest import OpenPage
from tests.server import Server

PHONES = [(390, 844), (360, 640), (320, 568)]
APART = 4  # pixels at least between two buttons
MOST = 0.05  # of a cumulative layout shift


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def test_on_a_phone_both_answers_are_in_sight_while_one_draws(phone: Page) -> None:
    draw(phone, DIGITS[7])
    for width, height in PHONES:
        phone.set_viewport_size({"width": width, "height": height})
        expect(canvas_of(phone)).to_be_in_viewport(ratio=1)
        for name in ("Affine model", "CNN"):
            expect(card(phone, name).locator(".headline")).to_have_text("7")
            for part in ("h3", ".headline", ".remark", "li.top"):
                expect(card(phone, name).locator(part)).to_be_in_viewport(ratio=1)
        clear = phone.get_by_role("button", name="Clear", exact=True).bounding_box()
        pen = phone.get_by_role("radio", name="Pen").bounding_box()
        assert clear is not None
        assert pen is not None
        assert clear["x"] + clear["width"] + APART <= pen["x"]
        assert phone.evaluate("document.querySelector('.stMain').scrollTop") == 0


def test_on_a_phone_the_pages_are_named_and_filters_wrap(phone: Page) -> None:
    canvas_of(phone)
    pages = phone.locator(".st-key-pages")
    for width, height in PHONES:
        phone.set_viewport_size({"width": width, "height": height})
        for name in ("Draw", "Train", "Data"):
            expect(pages.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        for name in ("Look inside", "Learn"):
            expect(pages.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    pages.get_by_role("button", name="Look inside").tap()
    phone.get_by_role("link", name="Mistakes").tap()
    phone.locator("h1", has_text="Mistakes").wait_for()
    expect(phone.get_by_role("link", name="Mistakes")).to_be_hidden()  # the list is closed again
    pages.get_by_role("link", name="Data").tap()
    phone.locator("h1", has_text="data").wait_for()
    for width, height in PHONES:
        phone.set_viewport_size({"width": width, "height": height})
        for name in ("Training", "Test", "0", "9"):
            choice = phone.locator(".stButtonGroup").get_by_text(name, exact=True)
            choice.scroll_into_view_if_needed()
            box = choice.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_nothing_jumps_through_a_whole_drawing(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(viewport={"width": size[0], "height": size[1]}, moves=True)
    headline = card(page, "CNN").locator(".headline")
    reveal = page.get_by_role("button", name="Reveal the answers")
    canvas_of(page)
    expect(page.get_by_text("What is a model, and what do the bars mean?")).to_be_visible()
    with watch_shifts(page) as shifts:
        draw(page, DIGITS[7])
        expect(headline).to_have_text("7")
        page.get_by_text("Guess first").click()
        expect(headline).to_have_text("?")
        reveal.click()
        expect(headline).to_have_text("7")
        expect(reveal).to_be_hidden()
        draw(page, [[(0.3, 0.5), (0.7, 0.5)]])
        expect(headline).to_have_text("?")
        page.get_by_text("Guess first").click()
        expect(headline).not_to_have_text("?")
        page.get_by_role("button", name="Clear", exact=True).click()
        for digit, dx in ((4, -0.05), (7, 0.5)):
            draw(page, [[(0.5 * x + dx, y) for x, y in stroke] for stroke in DIGITS[digit]])
        expect(page.get_by_text("Read from left to right")).to_be_attached()
        page.get_by_text("What the models see, step by step").click()
        expect(page.get_by_text("The nearest of")).to_be_attached()
    assert shifts.total < MOST, shifts


def test_a_model_that_trains_offers_itself_and_answers_at_one_press(
    open_page: OpenPage, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(server.home))
    page = open_page(moves=True)
    offer = page.get_by_role("button", name=re.compile("is training: let it answer too"))
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    expect(offer).to_be_hidden()
    run = run_directory.set_status(store.create(tiny_recipe(), "bundled"), "running")
    try:
        with watch_shifts(page) as shifts:
            draw(page, [[(0.3, 0.5), (0.7, 0.5)]])  # until it trains, only the pen asks
            page.wait_for_timeout(500)
            expect(offer).to_be_hidden()  # it has no model yet
            shutil.copy(store.find("affine").model_path, run.model_path)
            draw(page, [[(0.3, 0.52), (0.7, 0.52)]])
            expect(offer).to_be_visible()
            offer.click()
            expect(cards(page)).to_have_count(3)
            expect(offer).to_be_hidden()
        assert shifts.unasked < MOST, shifts
    finally:
        run_directory.set_status(run, "finished")
