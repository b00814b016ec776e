"""The Class page in a browser: who comes in as the teacher, and where the key is to be seen afterwards."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import furnish
from tests.server import Server, free_port
from tests.tabs import Tabs

KEY = "Grüße & 1+1=zwei"
LINK = f"class#key={quote(KEY, safe='')}"


@pytest.fixture(scope="module")
def class_server(tmp_path_factory: pytest.TempPathFactory, measured_home: Path) -> Iterator[Server]:
    """A server of its own, on which a class may be opened."""
    folder = tmp_path_factory.mktemp("class_home")
    furnish(folder, measured_home)
    with Server(free_port(), folder, MNIST_DEMO_TEACHER_KEY=KEY) as running:
        yield running


@pytest.fixture
def visitor(tabs: Tabs) -> Iterator[Page]:
    """A visitor who is new."""
    page = tabs.take(1)
    yield page
    tabs.give_back(page)


def expect_teacher(page: Page) -> None:
    """The page has ended, and takes this visitor for the teacher."""
    page.locator("h1").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_text("One moment…")).to_be_hidden()
    expect(page.get_by_text("I am the teacher")).to_be_hidden()


def expect_pupil(page: Page) -> None:
    expect(page.get_by_text("I am the teacher")).to_be_visible()


def test_the_link_makes_the_teacher_and_leaves_no_key_behind(class_server: Server, visitor: Page) -> None:
    visitor.goto(f"{class_server.url}/lesson")
    visitor.locator("h1").wait_for()
    visitor.goto(f"{class_server.url}/{LINK}")
    expect_teacher(visitor)
    assert visitor.url == f"{class_server.url}/class"
    visitor.reload()
    expect_teacher(visitor)
    visitor.goto(f"{class_server.url}/lesson")
    visitor.go_back()
    expect_teacher(visitor)
    assert visitor.url == f"{class_server.url}/class"
    visitor.go_back()
    visitor.wait_for_url(f"{class_server.url}/lesson**")
    visitor.go_forward()
    assert visitor.url == f"{class_server.url}/class"
    another = visitor.context.new_page()  # of the same browser: what a tab keeps is its own
    another.goto(f"{class_server.url}/class")
    expect_pupil(another)
    another.close()
    assert quote(KEY) not in class_server.log
    assert KEY not in class_server.log
    assert "key=" not in class_server.log
    assert "python -m mnist_demo teacher" in class_server.log  # which shows it


def test_the_link_is_followed_where_the_page_is_open_already(class_server: Server, visitor: Page) -> None:
    visitor.goto(f"{class_server.url}/class")
    expect_pupil(visitor)
    visitor.goto(f"{class_server.url}/{LINK}")
    expect_teacher(visitor)
    assert visitor.url == f"{class_server.url}/class"


def test_a_key_that_is_typed_makes_the_teacher_until_the_tab_is_closed(class_server: Server, visitor: Page) -> None:
    visitor.goto(f"{class_server.url}/class")
    visitor.get_by_text("I am the teacher").click()
    field = visitor.get_by_label("The teacher’s key")
    field.fill("this is not the key")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("This is not the key of this server")).to_be_visible()
    field.fill(KEY)
    visitor.keyboard.press("Enter")
    expect_teacher(visitor)
    visitor.reload()
    expect_teacher(visitor)


def test_a_browser_that_may_store_nothing_answers_all_the_same(class_server: Server, visitor: Page) -> None:
    visitor.add_init_script(
        """for (const name of ["sessionStorage", "localStorage"])
             Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    visitor.goto(f"{class_server.url}/class")
    expect_pupil(visitor)
