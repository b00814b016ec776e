"""The wall in a real browser: from a drawing that is stored to the projector, and away again."""

import re

import numpy as np
from playwright.sync_api import Locator, Page, expect

from mnist_demo.classroom import classes, drawings, teacher
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil, SchoolClass
from mnist_demo.data.images import SIDE
from mnist_demo.drawing.strokes import Stroke
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_projector import LABEL, SCREEN, assert_all_fits, font_size, project


def draw(database: Database, pupil: Pupil, identifier: str, label: int) -> None:
    """A stroke down the middle, which is a 1 whatever the pupil says that it is."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[5:23, 13:15] = 255
    stroke = [Stroke(8, ((100, 20), (100, 300)))]
    drawings.add_drawing(database, pupil.id, identifier, label=label, strokes=stroke, image=image)


def open_as_teacher(open_page: OpenPage, **options: object) -> Page:
    """By the link with the key, which does not stay in the address."""
    page = open_page(f"class#key={teacher.key()}", **options)
    page.get_by_role("button", name=re.compile("Open a class|Close the class")).wait_for()
    assert "key" not in page.url
    return page


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


def the_class(database: Database) -> SchoolClass:
    return classes.list_classes(database)[0]


def test_a_drawing_comes_onto_the_wall_is_hidden_covered_and_deleted(open_page: OpenPage, database: Database) -> None:
    page = open_as_teacher(open_page)
    page.get_by_role("button", name="Open a class").click()
    expect(page.get_by_text("Drawings appear")).to_be_visible()
    one = the_class(database)
    expect(page.locator(".code")).to_have_text(one.code)
    pupil = classes.join(database, one.code)
    for number, label in enumerate((1, 1, 7)):
        draw(database, pupil, str(number), label)
    expect(tiles(page)).to_have_count(3)
    expect(page.get_by_text("1 pupil has joined")).to_be_visible()
    wrong = page.get_by_role("button", name="the digit 7, read as 1")
    expect(wrong).to_have_text("7 → 1")
    expect(tiles(page).first).to_have_text("7 → 1")  # it came last
    wrong.click()
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(tiles(page)).to_have_count(2)
    expect(page.get_by_text("2 drawings by 1 pupil")).to_be_visible()
    # By the keyboard: one stop of the Tab key, arrows, Enter; and one is asked before anything is deleted.
    tiles(page).first.focus()
    page.keyboard.press("ArrowRight")
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(tiles(page).nth(1)).to_be_focused()
    assert len(drawings.marks(database, one.id)) == 3
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(tiles(page)).to_have_count(1)
    assert list(drawings.marks(database, one.id).values()) == [False, True]
    page.get_by_role("button", name="Hidden: 1").click()
    page.get_by_role("button", name="the digit 7, read as 1").click()
    page.get_by_role("button", name="Show again").click()
    page.get_by_role("button", name="Back to the wall").click()
    expect(tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Cover the wall").click()
    expect(page.get_by_text("The wall is covered")).to_be_visible()
    expect(tiles(page)).to_have_count(0)
    page.get_by_role("button", name="Uncover the wall").click()
    expect(tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Close the class").click()
    page.get_by_role("button", name="Close it").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Keep it").click()
    assert len(classes.list_classes(database)) == 1
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text(one.code)).to_have_count(0)
    assert classes.list_classes(database) == []


def test_on_the_projector_all_is_large_and_the_newest_that_fit_are_shown(
    open_page: OpenPage, database: Database
) -> None:
    one = classes.open_one(database)
    pupil = classes.join(database, one.code)
    for number in range(80):
        draw(database, pupil, str(number), 0 if number in (0, 1) else 1)
    page = open_as_teacher(open_page, viewport=SCREEN)
    project(page)
    expect(tiles(page)).to_have_count(80)
    assert_all_fits(page)
    shown = page.locator(".tile:visible")
    assert 20 <= shown.count() < 80
    expect(page.locator(".tile.wrong:visible")).to_have_count(2)  # the oldest, but misread
    for part in (shown.first, shown.last, page.locator(".code"), page.get_by_text("1 pupil has joined")):
        expect(part).to_be_in_viewport(ratio=1)
    assert font_size(page.locator(".code")) >= 3 * LABEL
    cover, part = page.get_by_text("Cover the wall"), page.get_by_text("Teach it")
    marked, counts = page.locator(".tile.wrong span").first, page.locator(".counts li").first
    for text in (marked, counts, page.get_by_text("CNN: "), cover, part):
        assert font_size(text) >= LABEL - 0.1


def test_the_pictures_are_sent_again_only_when_something_changed(open_page: OpenPage, database: Database) -> None:
    one = classes.open_one(database)
    pupil = classes.join(database, one.code)
    for number in range(60):
        draw(database, pupil, str(number), 1)
    sent: list[int] = []
    page = open_as_teacher(open_page)
    expect(tiles(page)).to_have_count(60)
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.webSocketFrameReceived", lambda frame: sent.append(len(frame["response"]["payloadData"])))
    page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 5000))")
    assert len(sent) > 3
    assert max(sent) < 10_000
    draw(database, pupil, "new", 1)
    expect(tiles(page)).to_have_count(61)
    assert max(sent) > 10_000
    client.detach()
