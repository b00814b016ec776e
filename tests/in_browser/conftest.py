"""The browser that the tests of this folder share, and what they open in it."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize, expect

from mnist_demo.classroom import classes
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.files import HOME_VARIABLE
from tests.browser import browser, find_browser
from tests.server import Server
from tests.tabs import Tabs

OpenPage = Callable[..., Page]
# Two browsers, two servers and two training processes share two cores: what comes at all may come late.
PATIENCE = 60_000  # ms
expect.set_options(timeout=PATIENCE)
VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
# st_canvas says this where it has been thrown away while it loaded a drawing; the one that follows it loads it again.
THROWN_AWAY = "Cannot read properties of undefined (reading 'clearRect')"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path; skips without one."""
    if (found := find_browser()) is None:
        pytest.skip("a browser is needed: apt-get install chromium")
    return found


@pytest.fixture(scope="package")
def chrome(chromium: str) -> Iterator[Browser]:
    """A browser for the tests of this folder. While it runs, they cannot use asyncio."""
    with browser(chromium) as started:
        yield started


@pytest.fixture(scope="package")
def tabs(chrome: Browser) -> Tabs:
    """Its tabs, which the tests use one after another."""
    return Tabs(chrome, PATIENCE)


@pytest.fixture
def open_page(tabs: Tabs, server: Server) -> Iterator[OpenPage]:
    """Opens a page of the app, for a visitor who is new; fails the test on an error in the page's scripts.

    `script` runs before the page's own. The visitor has asked the browser for less motion, of which the browser renders
    each step, where not `moves`. Where the test changes the tab for good, as by a clock or a route, it asks for `own`:
    such a tab has a context to itself, and no test has it afterwards.
    """
    opened: list[tuple[Page, bool]] = []
    errors: list[Error] = []

    def note(error: Error) -> None:
        errors.append(error)

    def open_(
        path: str = "",
        *,
        script: str = "",
        moves: bool = False,
        own: bool = False,
        viewport: ViewportSize | None = None,
        color_scheme: Literal["light", "dark"] = "light",
        **options: object,
    ) -> Page:
        page = tabs.alone(**options) if own or script else tabs.take(0, **options)
        opened.append((page, own or bool(script)))
        page.on("pageerror", note)
        motion: Literal["no-preference", "reduce"] = "no-preference" if moves else "reduce"
        page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=motion)
        page.set_viewport_size(viewport or VIEWPORT)
        if script:
            page.add_init_script(script)
        page.goto(f"{server.url}/{path}")
        page.locator("h1").wait_for()
        return page

    yield open_
    for page, is_own in opened:
        if is_own:
            page.context.close()
        else:
            tabs.give_back(page)
            page.remove_listener("pageerror", note)
    assert not [error for error in errors if error.message != THROWN_AWAY]


@pytest.fixture
def database(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The server's, without a class; no class is left open for other tests."""
    yield from database_of(server, monkeypatch)


def database_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of a server, whose home is the tests' own meanwhile; without a class afterwards."""
    monkeypatch.setenv(HOME_VARIABLE, str(server.home))
    opened = open_database()
    yield opened
    for one in classes.list_classes(opened):
        classes.delete_class(opened, one.id)
    opened.close()
