"""A pupil takes part in a class with a phone, and nothing that is sent is lost or stored twice."""

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.classroom import asking, classes, drawings
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil, SchoolClass
from tests.browser import DIGITS, TWO_FRAMES, canvas_of, cards, draw, ink
from tests.conftest import furnish
from tests.in_browser.conftest import database_of
from tests.in_browser.test_drawing import Fingers
from tests.server import Server, free_port
from tests.tabs import Tabs
from tests.waiting import wait_for

SIDEWAYS = {"viewport": {"width": 844, "height": 390}, "has_touch": True, "is_mobile": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass
class Lesson:
    """A server with an open class, and the pages of its pupils."""

    server: Server
    database: Database
    opened: SchoolClass
    tabs: Tabs
    taken: list[Page] = field(default_factory=list)

    def new_tab(self, **options: object) -> Page:
        """A tab of the pupils' browser."""
        self.taken.append(self.tabs.take(1, **options))
        return self.taken[-1]

    def join(self, **options: object) -> Page:
        """The page of a new pupil, who came by the QR code."""
        page = self.new_tab(**options)
        page.goto(f"{self.server.url}/class?code={self.opened.code}")
        page.get_by_role("button", name="Join").wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for()  # another run would end the press
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
        return page

    @property
    def pupils(self) -> list[Pupil]:
        return classes.list_pupils(self.database, self.opened.id)

    @property
    def labels(self) -> list[int]:
        """Of the drawings that are stored."""
        return [one.label for one in drawings.list_drawings(self.database, self.opened.id)]


@pytest.fixture
def lesson(tabs: Tabs, server: Server, database: Database) -> Iterator[Lesson]:
    """On the server of all tests."""
    yield from _hold(tabs, server, database)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, measured_home: Path) -> Iterator[Server]:
    """A server that may be killed, and whose database may be taken away."""
    folder = tmp_path_factory.mktemp("own_home")
    furnish(folder, measured_home)
    with Server(free_port(), folder) as running:
        yield running


@pytest.fixture
def own_database(own_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    yield from database_of(own_server, monkeypatch)


@pytest.fixture
def own_lesson(tabs: Tabs, own_server: Server, own_database: Database) -> Iterator[Lesson]:
    """On the server that may be killed."""
    yield from _hold(tabs, own_server, own_database)


def _hold(tabs: Tabs, server: Server, database: Database) -> Iterator[Lesson]:
    errors, lesson = len(server.errors), Lesson(server, database, classes.open_class(database), tabs)
    yield lesson
    for page in lesson.taken:
        tabs.give_back(page)
    assert server.errors[errors:] == []


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def asked(page: Page) -> int:
    return int(page.locator("h2 b").inner_text())


def expect_asked(page: Page, pupil: Pupil, sent: int) -> None:
    expect(page.locator("h2 b")).to_have_text(str(asking.next_digit(pupil.id, sent)))


def status(page: Page) -> str:
    return page.locator(".st-key-send [role=status]").inner_text()


def expect_said(page: Page, pattern: str) -> None:
    expect(page.locator(".st-key-send [role=status]")).to_have_text(re.compile(pattern))


def test_a_pupil_joins_by_the_link_draws_with_a_finger_and_is_the_same_after_a_reload(lesson: Lesson) -> None:
    page = lesson.join(**PHONE)
    (pupil,) = lesson.pupils
    expect(page.get_by_text(f"You are the {pupil.colour} {pupil.animal}")).to_be_visible()
    expect_asked(page, pupil, 0)
    fingers = Fingers(page)
    fingers.send("touchStart", (0.5, 0.15))
    for step in range(1, 15):
        fingers.send("touchMove", (0.5, 0.15 + 0.05 * step))
    fingers.send("touchEnd")
    expect(cards(page).first.locator(".headline")).to_have_text("1")
    page.get_by_role("button", name="Send", exact=True).tap()
    expect_said(page, "has arrived")
    expect_asked(page, pupil, 1)
    expect(page.get_by_text("1 drawing sent · 1 from the whole class")).to_be_visible()
    assert wait_for_ink(page, 0)
    (stored,) = drawings.list_drawings(lesson.database, lesson.opened.id)
    assert (stored.pupil_id, stored.label) == (pupil.id, asking.next_digit(pupil.id, 0))
    assert stored.strokes is not None
    page.reload()
    expect(page.get_by_text(f"You are the {pupil.colour} {pupil.animal}")).to_be_visible()
    expect_asked(page, pupil, 1)
    other_tab = lesson.new_tab(**PHONE)
    other_tab.goto(f"{lesson.server.url}/class")
    expect(other_tab.get_by_text(f"You are the {pupil.colour} {pupil.animal}")).to_be_visible()
    assert lesson.pupils == [pupil]


def test_two_presses_of_join_make_one_pupil_whom_no_other_tab_makes_forgotten(lesson: Lesson) -> None:
    earlier, page = lesson.new_tab(), lesson.new_tab()
    earlier.goto(f"{lesson.server.url}/class")
    expect(earlier.get_by_role("button", name="Join")).to_be_visible()
    page.goto(f"{lesson.server.url}/class?code={lesson.opened.code}")
    page.get_by_role("button", name="Join").dblclick()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    (pupil,) = lesson.pupils
    page.wait_for_function(f"localStorage.getItem('mnist_demo_pupil') === '{pupil.key}'")
    earlier.get_by_label("The code on the projector").fill("AAAAAA")
    earlier.get_by_role("button", name="Join").click()
    expect(earlier.get_by_text("No class has this code")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"You are the {pupil.colour} {pupil.animal}")).to_be_visible()
    classes.close_class(lesson.database, lesson.opened.id)
    expect(page.get_by_text("The class that you were in is over")).to_be_visible()
    page.wait_for_function("localStorage.getItem('mnist_demo_pupil') === null")
    page.evaluate("localStorage.setItem('mnist_demo_pupil', 'newer')")  # in another tab
    page.get_by_label("The code on the projector").fill("AAAAAA")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("No class has this code")).to_be_visible()
    assert page.evaluate("localStorage.getItem('mnist_demo_pupil')") == "newer"
    assert lesson.pupils == [pupil]


def wait_for_ink(page: Page, pixels: int) -> bool:
    for _ in range(50):
        if ink(page) == pixels:
            return True
        page.wait_for_timeout(100)
    return False


def test_all_that_a_pupil_needs_is_in_sight_on_a_phone_that_lies_on_its_side(lesson: Lesson) -> None:
    page = lesson.join(**SIDEWAYS)
    for _ in range(50):  # until the style sheets are there
        canvas = canvas_of(page).bounding_box()
        if canvas and canvas["height"] < 300:
            break
        page.wait_for_timeout(100)
    button = page.get_by_role("button", name="Send", exact=True).bounding_box()
    assert canvas is not None
    assert button is not None
    assert canvas["height"] == canvas["width"] >= 240
    for box in (canvas, button):
        assert box["y"] >= 60  # below the bar
        assert box["y"] + box["height"] <= 390
    assert button["x"] >= canvas["x"] + canvas["width"]


def test_all_that_a_pupil_needs_is_in_sight_on_a_phone(lesson: Lesson) -> None:
    page = lesson.join(**PHONE)
    expect(cards(page)).to_have_count(2)
    assert page.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    for part in (page.locator("h2"), page.get_by_role("button", name="Send", exact=True), *cards(page).all()):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    answers = cards(page).first.locator("ol").bounding_box()
    assert answers is not None
    assert answers["y"] + answers["height"] <= 844


def test_thanks_go_when_the_next_drawing_begins_and_a_refused_one_can_be_mended(lesson: Lesson) -> None:
    page = lesson.join()
    send(page)
    expect_said(page, "The canvas is blank")
    draw(page, DIGITS[7])
    send(page)
    expect_said(page, "has arrived")
    wait_for_ink(page, 0)
    draw(page, DIGITS[2])
    assert status(page) == ""
    send(page)
    expect_said(page, "has arrived")
    wait_for_ink(page, 0)
    stored = drawings.list_drawings(lesson.database, lesson.opened.id)
    assert all(one.strokes for one in stored), "the strokes as they are painted here are what the browser shows"
    draw(page, DIGITS[7])
    send(page)
    expect_said(page, "almost the same")
    drawn = ink(page)
    assert drawn > 0
    draw(page, [[(0.3, 0.55), (0.8, 0.55)], [(0.2, 0.9), (0.85, 0.9)]])
    assert ink(page) > drawn


def test_what_the_computer_takes_for_no_digit_is_sent_with_a_second_press(lesson: Lesson) -> None:
    page = lesson.join()
    digit = asked(page)
    draw(page, [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.3), (0.9, 0.4), (0.1, 0.6), (0.9, 0.7), (0.1, 0.9)]])
    send(page)
    expect_said(page, "does not see a digit")
    draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    assert status(page) == ""
    send(page)  # judged anew
    expect_said(page, "does not see a digit")
    page.get_by_role("button", name=re.compile(f"It is an? {digit}: send it")).click()
    expect_said(page, "has arrived")
    assert lesson.labels == [digit]


def test_a_server_that_is_killed_in_mid_send_has_the_drawing_once_when_it_is_there_again(own_lesson: Lesson) -> None:
    page = own_lesson.join(**PHONE)
    digit = asked(page)
    draw(page, DIGITS[7])
    own_lesson.server.process.send_signal(signal.SIGSTOP)
    send(page)
    expect_said(page, "waits here")
    own_lesson.server.kill()
    own_lesson.server.start()
    expect_said(page, "has arrived")
    expect_asked(page, own_lesson.pupils[0], 1)
    page.wait_for_timeout(3000)  # whatever else is sent again
    assert own_lesson.labels == [digit]
    draw(page, DIGITS[2])
    expect(cards(page).first.locator(".headline")).to_have_text("2")
    page.wait_for_function("sessionStorage.getItem('mnist_demo_begun')?.length > 40")
    own_lesson.server.kill()
    own_lesson.server.start()  # what was begun is there again
    expect(page.get_by_text("Connecting")).to_have_count(0)
    page.wait_for_timeout(1000)
    wait_for(lambda: ink(page) > 0)
    send(page)
    expect_asked(page, own_lesson.pupils[0], 2)
    assert len(own_lesson.labels) == 2


def test_a_page_that_is_reloaded_in_mid_send_sends_the_drawing_then(own_lesson: Lesson) -> None:
    page = own_lesson.join()
    digit = asked(page)
    draw(page, DIGITS[7])
    page.evaluate(TWO_FRAMES)
    own_lesson.server.process.send_signal(signal.SIGSTOP)
    send(page)
    expect_said(page, "waits here")
    own_lesson.server.kill()
    own_lesson.server.start()
    page.reload()
    expect_asked(page, own_lesson.pupils[0], 1)
    expect_said(page, "has arrived")
    assert own_lesson.labels == [digit]


def test_a_drawing_waits_in_the_browser_while_the_database_is_away(own_lesson: Lesson) -> None:
    page = own_lesson.join()
    digit = asked(page)
    draw(page, DIGITS[7])
    file = Path(own_lesson.database.name)
    away = file.with_suffix(".away")
    file.rename(away)
    send(page)
    expect_said(page, "waits here")
    wait_for(lambda: ink(page) > 0)  # on a slow machine the canvas may be just loading it again
    away.rename(file)
    expect_said(page, "has arrived")
    assert own_lesson.labels == [digit]
    expect_asked(page, own_lesson.pupils[0], 1)


@pytest.mark.parametrize("end", [classes.close_class, classes.delete_class])
def test_when_the_class_ends_a_pupil_is_thanked_and_may_join_another(
    lesson: Lesson, end: Callable[[Database, int], None]
) -> None:
    page = lesson.join()
    draw(page, DIGITS[7])
    end(lesson.database, lesson.opened.id)
    expect(page.get_by_text("The class that you were in is over")).to_be_visible()
    lesson.opened = classes.open_class(lesson.database)
    page.get_by_label("The code on the projector").fill(lesson.opened.code)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("The code on the projector")).to_have_count(0)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert len(lesson.pupils) == 1
    page.reload()
    expect(page.get_by_text(f"You are the {lesson.pupils[0].colour}")).to_be_visible()
