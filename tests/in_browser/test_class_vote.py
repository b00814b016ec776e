"""A vote in real browsers: the teacher's on a projector, a pupil's of phone size."""

import re

from playwright.sync_api import Page, ViewportSize, expect

from mnist_demo.classroom import classes, teacher, votes
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil, SchoolClass
from mnist_demo.classroom.voting import asked, questions
from mnist_demo.data import datasets
from tests.browser import DIGITS, card, draw, ink
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_projector import (
    CHART_TEXT,
    HEADLINE,
    SCREEN,
    assert_all_fits,
    assert_answers_are_large,
    font_size,
    project,
)
from tests.waiting import wait_for

PHONE = {"has_touch": True, "is_mobile": True}
PHONE_SIZE: ViewportSize = {"width": 390, "height": 844}
PHONE_ON_ITS_SIDE: ViewportSize = {"width": 844, "height": 390}
SMALLEST = 44  # pixels a side of what is tapped


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def tap(page: Page, digit: int) -> None:
    page.get_by_role("button", name=re.compile(f"^{digit}\\b")).tap()


def expect_said(page: Page, pattern: str) -> None:
    expect(page.locator(".vote-said")).to_have_text(re.compile(pattern))


def assert_text_is_large(board: Page) -> None:
    """All text of the vote, on a projector."""
    found = board.locator(".st-key-large_class").evaluate(
        """(part) => [...part.querySelectorAll("*")].filter((each) => each.checkVisibility() && each.offsetHeight > 1
        && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()))
        .map((each) => [parseFloat(getComputedStyle(each).fontSize), each.textContent.trim()])"""
    )
    assert found
    assert not [text for size, text in found if size < CHART_TEXT]


def asked_now(database: Database, one: SchoolClass) -> tuple[str, int]:
    """The question that the class is asked, and what is right."""
    name = asked.read(database)[one.id].question
    question = questions.parse(name or "")
    assert name is not None
    assert question is not None
    return name, int(datasets.load(datasets.BUNDLED).test.labels[question.number])


def join(open_page: OpenPage, database: Database, one: SchoolClass, locale: str) -> tuple[Page, Pupil]:
    """A new pupil; of another `locale` is another browser."""
    page = open_page(f"class?code={one.code}", viewport=PHONE_SIZE, locale=locale, **PHONE)
    press(page, "Join")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    return page, classes.list_pupils(database, one.id)[-1]


def lead(open_page: OpenPage) -> Page:
    page = open_page(f"class#key={teacher.key()}", viewport=SCREEN)
    page.get_by_role("radio", name="Vote").or_(page.get_by_role("button", name="Vote", exact=True)).first.click()
    project(page)
    return page


def test_a_class_votes_with_a_phone_and_a_refresh_keeps_the_score(open_page: OpenPage, database: Database) -> None:
    one = classes.open_class(database)
    phone, pupil = join(open_page, database, one, "en-GB")
    board = lead(open_page)
    press(board, "Vote on 10 hard images")
    expect(board.get_by_text("0 of 1 pupil has voted")).to_be_visible()
    expect(phone.get_by_role("heading", name="Which digit is this?")).to_be_visible()
    assert_all_fits(board)
    assert_text_is_large(board)
    for size in (PHONE_ON_ITS_SIDE, PHONE_SIZE):
        phone.set_viewport_size(size)
        assert_all_fits(phone)
        boxes = [button.bounding_box() for button in phone.locator(".st-key-vote_digits button").all()]
        assert len(boxes) == 10
        assert all(box and min(box["width"], box["height"]) >= SMALLEST for box in boxes)
        expect(phone.locator(".vote-own img")).to_be_in_viewport(ratio=1)
    question, right = asked_now(database, one)
    tap(phone, right)
    expect_said(phone, f"You said {right}: wait for the others")
    expect(board.get_by_text("1 of 1 pupil has voted")).to_be_visible()
    assert votes.votes_of(database, pupil.id) == {question: right}
    phone.reload()
    expect_said(phone, f"You said {right}: wait for the others")
    press(board, "Reveal")
    expect(board.get_by_text(re.compile(f"Its writer meant an? {right}"))).to_be_visible()
    expect(board.locator("section h3")).to_have_text(["The class", "Affine model", "CNN"])
    assert_answers_are_large(board)
    assert font_size(card(board, "The class").locator(".headline")) >= HEADLINE
    assert_all_fits(board)
    assert_text_is_large(board)
    expect_said(phone, "right!1 of 1 right so far")
    press(board, "Next image")
    expect(board.get_by_text("Image 2 of 10")).to_be_visible()
    expect_said(phone, "the first answer counts.1 of 1 right so far")
    second, right = asked_now(database, one)
    phone.keyboard.press(str((right + 1) % 10))  # as on a device with keys
    expect_said(phone, "wait for the others")
    press(board, "Reveal")
    expect_said(phone, "not this time.1 of 2 right so far")
    phone.reload()
    expect_said(phone, "not this time.1 of 2 right so far")
    press(board, "End the vote")
    expect(board.locator(".vote-table tbody tr")).to_have_count(2)
    expect(board.locator(".vote-table tfoot td").first).to_have_text("1 of 2")
    for _ in range(2, questions.HARD):  # as large as it gets
        board.locator(".vote-table tbody").evaluate("(rows) => rows.append(rows.firstElementChild.cloneNode(true))")
    expect(board.locator(".vote-table tbody tr")).to_have_count(questions.HARD)
    assert_all_fits(board)
    assert_text_is_large(board)
    expect(phone.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert set(votes.votes_of(database, pupil.id)) == {question, second}


def test_a_drawing_is_still_there_after_a_vote(open_page: OpenPage, database: Database) -> None:
    one = classes.open_class(database)
    phone, _ = join(open_page, database, one, "en-US")
    draw(phone, DIGITS[7])
    before = ink(phone)
    asked.ask(database, one.id, "subset-1", None)
    expect(phone.get_by_role("heading", name="Which digit is this?")).to_be_visible()
    asked.end(database, one.id, "subset-1")
    expect(phone.get_by_role("button", name="Send", exact=True)).to_be_visible()
    wait_for(lambda: ink(phone) >= before / 2)
