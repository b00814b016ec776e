"""What a server knows of its database: asked seldom, right soon, and what was so before where it cannot be asked."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mnist_demo.classroom import classes, database, place
from mnist_demo.classroom.current import LOOK_EVERY, TRY_AGAIN_AFTER, Current
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from tests.command_line import ROOT


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def current(clock: Clock) -> Current:
    return Current(clock)


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """As long as often somebody has asked a database for its classes."""
    looks: list[object] = []
    ask = classes.list_classes

    def look(asked: Database) -> list[SchoolClass]:
        looks.append(asked)
        return ask(asked)

    monkeypatch.setattr(classes, "list_classes", look)
    return looks


def test_an_answer_holds_for_a_moment_and_is_asked_for_anew_then(
    named: str, current: Current, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert named
    assert not current.is_class_open()
    other = open_database()  # as another process has it
    opened = classes.open_class(other)
    looks = count_looks(monkeypatch)
    clock.now = LOOK_EVERY
    assert current.is_class_open()
    classes.close_class(other, opened.id)
    clock.now = 1.9 * LOOK_EVERY
    assert current.is_class_open()
    assert len(looks) == 1
    clock.now = 2 * LOOK_EVERY
    assert not current.is_class_open()
    other.close()


def test_who_opens_a_class_here_is_heard_at_once(current: Current) -> None:
    classes.open_class(current.database())
    current.look_again()
    assert current.is_class_open()
    classes.delete_class(current.database(), classes.list_classes(current.database())[0].id)
    current.look_again()
    assert not current.is_class_open()


def test_a_database_that_is_gone_leaves_what_was_so_before(
    current: Current, clock: Clock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = classes.open_class(current.database())
    assert current.is_class_open()
    path = home / place.FILE_NAME
    looks = count_looks(monkeypatch)
    away = path.rename(home / "away.db")
    for clock.now in (LOOK_EVERY, 2 * LOOK_EVERY, 0.99 * TRY_AGAIN_AFTER):
        assert current.is_class_open()
    assert len(looks) == 1  # nobody waits for it again and again
    away.rename(path)
    classes.close_class(current.database(), opened.id)
    clock.now = LOOK_EVERY + TRY_AGAIN_AFTER
    assert not current.is_class_open()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_class_counts_as_open_until_the_database_has_answered_once(
    is_there: bool, current: Current, clock: Clock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_there:
        open_database().close()

    def away(_: Database) -> list[SchoolClass]:
        raise UserError("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(classes, "list_classes", away)
        assert current.is_class_open() == is_there
        assert current.is_known() != is_there
    clock.now = TRY_AGAIN_AFTER
    assert not current.is_class_open()
    assert current.is_known()
    assert (home / place.FILE_NAME).exists() == is_there


def test_who_asks_while_the_database_does_not_answer_need_not_wait(
    current: Current, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes.open_one(current.database())
    assert current.is_class_open()
    is_asked, answer = threading.Event(), threading.Event()

    def wait(_: Database) -> list[SchoolClass]:
        is_asked.set()
        assert answer.wait(30)
        return []

    monkeypatch.setattr(classes, "list_classes", wait)
    clock.now = LOOK_EVERY
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(current.is_class_open)
        assert is_asked.wait(30)
        second = pool.submit(current.is_class_open)
        try:
            assert second.result(5)
        finally:
            answer.set()
        assert not first.result(5)
    assert not current.is_class_open()


def test_who_needs_a_database_that_is_tried_once_more_need_not_wait(
    current: Current, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, "nonsense")
    with pytest.raises(UserError, match="does not name a database"):
        current.database()
    is_tried, go_on = threading.Event(), threading.Event()

    def wait() -> Database:
        is_tried.set()
        assert go_on.wait(30)
        raise UserError("It is still away.")

    monkeypatch.setattr(database, "open_database", wait)
    clock.now = TRY_AGAIN_AFTER
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(current.database)
        assert is_tried.wait(30)
        second = pool.submit(current.database)
        try:
            with pytest.raises(UserError, match="does not name a database"):
                second.result(5)
        finally:
            go_on.set()
        with pytest.raises(UserError, match="still away"):
            first.result(5)


def test_one_that_cannot_be_opened_is_not_tried_by_each_who_asks(
    current: Current, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, "nonsense")
    with pytest.raises(UserError) as first:
        current.database()
    monkeypatch.delenv(place.DATABASE_VARIABLE)
    clock.now = 0.9 * TRY_AGAIN_AFTER
    with pytest.raises(UserError) as second:
        current.database()
    assert str(second.value) == str(first.value)
    clock.now = TRY_AGAIN_AFTER
    assert current.database() is current.database()


NEVER_A_CLASS = """
import sys
from streamlit.testing.v1 import AppTest
from mnist_demo.classroom.current import current
from mnist_demo.runs import store
from mnist_demo.ui.common import services
services.start = lambda: None
app = AppTest.from_file("app.py", default_timeout=60).run()
assert app.title[0].value == "Draw a digit"
assert not current.is_class_open()
assert not {"sqlalchemy", "alembic", "sqlite3"} & set(sys.modules)
assert not list(store.runs_folder().parent.glob("classroom*"))
"""


def test_where_there_was_never_a_class_nothing_is_imported_to_ask_for_one() -> None:
    subprocess.run([sys.executable, "-c", NEVER_A_CLASS], cwd=ROOT, check=True)
