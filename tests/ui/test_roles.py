"""Who may do what: all may do all until a class is open; what a browser forges, and how the teacher comes in."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import classes, teacher
from mnist_demo.classroom.current import current
from mnist_demo.data import datasets
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui import classroom, pupils
from mnist_demo.ui.roles import browser, roles
from tests.conftest import tiny_recipe
from tests.ui.test_pages import open_page, press, start_button, texts

WRONG_KEY = "as long as a key can be"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "WAIT", 0.0)


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of its two sides the Class page shows can be read from it."""

    def teachers(*_: object) -> None:
        st.caption("the teacher’s side")

    def pupils_own(key: str) -> None:
        st.caption(f"the side of pupil {key!r}")

    for package, name, show in ((classroom, "teacher", teachers), (pupils, "board", pupils_own)):
        side = SimpleNamespace(show=show)
        monkeypatch.setitem(sys.modules, f"{package.__name__}.{name}", side)  # whether it is imported or not
        monkeypatch.setattr(package, name, side, raising=False)


def open_class() -> None:
    classes.open_class(current.database())
    current.look_again()


def close_class() -> None:
    for one in classes.list_classes(current.database()):
        classes.close_class(current.database(), one.id)
    current.look_again()


def stored(home: Path) -> dict[str, bytes]:
    """All that the runs of this home consist of."""
    found = sorted((home / "runs").rglob("*"))
    return {str(path): path.read_bytes() for path in found if path.is_file()}


def become_teacher(app: AppTest) -> None:
    app.session_state[roles.IS_TEACHER] = True


# Each makes what a button of the Train page is about.


def nothing(_: Path, __: Run) -> None:
    """No runs at all."""


def waiting(_: Path, __: Run) -> None:
    for _number in range(2):
        store.create(tiny_recipe(), datasets.BUNDLED)


def waiting_group(_: Path, __: Run) -> None:
    store.create_group([tiny_recipe(learning_rate=rate) for rate in (0.1, 0.2)], datasets.BUNDLED, "learning_rate")


def training(_: Path, __: Run) -> Run:
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000), datasets.BUNDLED), "running", train_images=110)
    run_directory.append_metrics(run, Metrics(300, 4.0, images_per_second=5000.0))
    return run


def paused(home: Path, trained: Run) -> None:
    run = training(home, trained)
    control.request_pause(run)
    run_directory.set_status(run, "paused", train_images=110)


def ended(home: Path, trained: Run) -> None:
    shutil.copytree(trained.directory, home / "runs" / "20260101-000000-affine-notebook-abcd")


ACTIONS: dict[str, Callable[[Path, Run], object]] = {
    "Start training": nothing,
    "Train 3 runs": nothing,
    "Pause": training,
    "Resume": paused,
    "1 step": paused,
    "1 epoch": paused,
    "Reset": training,
    "Stop": training,
    "End the training process": training,
    "Cancel": waiting,
    "Cancel all that wait": waiting,
    "Cancel the group": waiting_group,
    "Continue": ended,
    "Delete for good": ended,
}


@pytest.mark.parametrize("label", ACTIONS)
def test_while_a_class_is_open_only_its_teacher_does_what_concerns_runs(
    label: str, home: Path, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ACTIONS[label](home, trained)
    if label == "End the training process":
        monkeypatch.setattr(control, "HANGS_AFTER", -1.0)
        monkeypatch.setattr(control, "end_process", control.request_stop)  # the tests' own process would be ended
    app = open_page("Train")
    app.session_state["several"] = True  # is open, where one tries several values
    app.run()
    if label == "Delete for good":
        press(app, "Delete")  # asked for before the class was opened
    open_class()
    before = stored(home)
    press(app, label)
    assert [toast.value for toast in app.toast] == [roles.REFUSED]
    assert stored(home) == before
    become_teacher(app)
    app.run()
    if label == "Delete for good":
        press(app, "Delete")
    press(app, label)
    assert not app.toast
    assert stored(home) != before


def test_a_pupil_is_not_even_asked_whether_a_run_is_to_be_deleted(home: Path, trained: Run) -> None:
    ended(home, trained)
    app = open_page("Train")
    open_class()
    press(app, "Delete")
    assert [toast.value for toast in app.toast] == [roles.REFUSED]
    assert "Delete **" not in texts(app)


def test_when_the_class_is_closed_everybody_may_do_all_again() -> None:
    app = open_page("Train")
    open_class()
    press(app, "Start training")
    assert store.list_runs()[0] == []
    close_class()
    press(app, "Start training")
    assert len(store.list_runs()[0]) == 1
    assert not app.toast


@pytest.mark.parametrize(("is_open", "pages"), [(False, ["Class"]), (True, ["Class", "Draw", "Train", "Glossary"])])
def test_the_browser_is_asked_on_the_class_page_and_on_all_while_a_class_is_open(
    is_open: bool, pages: list[str]
) -> None:
    if is_open:
        open_class()
    assert [name for name in ("Class", "Draw", "Train", "Glossary") if element(open_page(name))] == pages


def element(app: AppTest) -> Any:
    """What asks the browser, as the page has it; None where it has not."""
    found = [one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith(".browser")]
    return found[0] if found else None


def asked(app: AppTest) -> dict[str, Any]:
    """What the browser is asked, and told to keep."""
    return dict(json.loads(element(app).json))


def send(app: AppTest, answer: object) -> None:
    """The browser sends this as what the element says that asks it."""
    states = app._tree.get_widget_states()
    states.widgets.add(id=element(app).id, json_value=json.dumps(answer))
    app._run(states)
    assert not app.exception


def answer(app: AppTest, teacher_key: str = "", pupil_key: str = "") -> None:
    """The browser answers as our script does."""
    kept = {"visitor": asked(app)["visitor"], "teacher_key": teacher_key, "pupil_key": pupil_key}
    send(app, {"kept": kept})


def test_until_the_browser_has_answered_the_page_shows_neither_side() -> None:
    app = open_page("Class")
    assert asked(app)["is_known"] is False
    assert [caption.value for caption in app.caption] == ["One moment…"]
    assert not app.text_input
    answer(app, pupil_key="abc")
    assert [caption.value for caption in app.caption] == ["the side of pupil 'abc'"]
    app.run()
    assert asked(app)["is_known"] is True


def test_a_browser_that_has_the_key_is_the_teachers_on_every_page() -> None:
    open_class()
    app = open_page("Train")
    answer(app, teacher_key=teacher.key())
    press(app, "Start training")
    assert len(store.list_runs()[0]) == 1
    app.switch_page("mnist_demo/ui/pages/class_.py").run()
    assert [caption.value for caption in app.caption] == ["the teacher’s side"]


def test_a_browser_that_has_another_key_is_told_and_forgets_it() -> None:
    app = open_page("Class")
    answer(app, teacher_key=WRONG_KEY, pupil_key="abc")
    assert "the side of pupil 'abc'" in texts(app)
    assert [error.value for error in app.error] == [roles.WRONG]
    app.run()
    assert asked(app) == {**asked(app), "teacher_key": "", "pupil_key": None}


def test_what_this_session_has_not_changed_is_left_to_the_browsers_other_tabs() -> None:
    app = open_page("Class")
    answer(app, pupil_key="abc")
    app.run()
    assert asked(app) == {**asked(app), "teacher_key": None, "pupil_key": None, "forgotten": None}


@pytest.mark.parametrize("is_typed", [False, True])
def test_a_key_that_cannot_be_checked_now_is_kept_and_checked_again(is_typed: bool, home: Path) -> None:
    key, file, away = teacher.key(), home / teacher.FILE_NAME, home / "away.key"
    app = open_page("Class")
    if is_typed:
        answer(app)
    file.rename(away)
    file.mkdir()
    if is_typed:
        type_key(app, key)
    else:
        answer(app, teacher_key=key)
    assert str(file) in app.error[0].value
    app.run()
    assert asked(app)["teacher_key"] == key
    assert str(file) in app.error[0].value
    file.rmdir()
    away.rename(file)
    app.run()
    assert "the teacher’s side" in texts(app)
    assert not app.error


def test_a_wrong_key_that_could_not_be_checked_is_forgotten_when_it_is(home: Path) -> None:
    key, file, away = teacher.key(), home / teacher.FILE_NAME, home / "away.key"
    assert key
    app = open_page("Class")
    file.rename(away)
    file.mkdir()
    answer(app, teacher_key=WRONG_KEY)
    file.rmdir()
    away.rename(file)
    app.run()
    assert [error.value for error in app.error] == [roles.WRONG]
    app.run()
    assert asked(app)["teacher_key"] == ""


@pytest.mark.parametrize(
    "forged",
    [
        None,
        5,
        [],
        {},
        {"kept": None},
        {"kept": {}},
        {"kept": {"visitor": "VISITOR"}},
        {"kept": {"visitor": "another", "teacher_key": "KEY", "pupil_key": ""}},
        {"kept": {"visitor": "VISITOR", "teacher_key": True, "pupil_key": ""}},
        {"kept": {"visitor": "VISITOR", "teacher_key": ["KEY"], "pupil_key": {}}},
        {"kept": {"visitor": "VISITOR", "teacher_key": 201 * "x", "pupil_key": ""}},
        {"kept": {"visitor": "VISITOR", "teacher_key": "", "pupil_key": 201 * "x"}},
    ],
)
def test_an_answer_that_our_script_does_not_give_is_none(forged: object) -> None:
    app = open_page("Class")
    text = json.dumps(forged).replace("VISITOR", asked(app)["visitor"]).replace("KEY", teacher.key())
    send(app, json.loads(text))
    assert [caption.value for caption in app.caption] == ["One moment…"]


def test_an_answer_of_an_earlier_session_is_not_taken_for_one_of_this() -> None:
    """A browser that has lost its connection sends what it said before: the pupil's key may have changed since."""
    earlier = open_page("Class")
    old = {"kept": {"visitor": asked(earlier)["visitor"], "teacher_key": "", "pupil_key": ""}}
    app = open_page("Class")
    send(app, old)
    assert [caption.value for caption in app.caption] == ["One moment…"]
    answer(app, pupil_key="abc")
    assert "the side of pupil 'abc'" in texts(app)
    send(app, old)
    assert "the side of pupil 'abc'" in texts(app)


@pytest.mark.parametrize("name", [roles.IS_TEACHER, f"$$ID-abc-{roles.IS_TEACHER}", browser.KEPT])
def test_nobody_becomes_the_teacher_by_a_forged_state(name: str) -> None:
    open_class()

    def forge(app: AppTest) -> AppTest:
        states = app._tree.get_widget_states()
        states.widgets.add(id=name, bool_value=True)
        return app._run(states)

    app = open_page("Class")
    answer(app, pupil_key="abc")
    # Streamlit itself breaks the page of who sends a widget that has the name of what the session holds.
    assert "the side of pupil 'abc'" in texts(forge(app)) or (name == roles.IS_TEACHER and app.exception)
    assert "the teacher’s side" not in texts(app)
    app.switch_page("mnist_demo/ui/pages/train.py").run()
    start_button(app).click()
    assert [toast.value for toast in forge(app).toast] == [roles.REFUSED] or name == roles.IS_TEACHER
    assert store.list_runs()[0] == []


def type_key(app: AppTest, key: str) -> None:
    app.text_input(key=roles.TYPED).set_value(key)
    press(app, "Come in as the teacher")


def test_a_hundred_guesses_keep_nobody_out_and_let_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(roles, "WAIT", 1.0)
    monkeypatch.setattr(roles, "time", SimpleNamespace(sleep=waits.append))
    guesser = open_page("Class")
    answer(guesser)
    for number in range(100):
        type_key(guesser, f"{WRONG_KEY} {number}")
        assert "the side of pupil" in texts(guesser)
    assert [error.value for error in guesser.error] == [roles.WRONG]
    assert waits == 100 * [1.0]
    another = open_page("Class")  # from the same address
    answer(another)
    type_key(another, teacher.key())
    assert "the teacher’s side" in texts(another)
    type_key(guesser, f" {teacher.key()} ")  # it was the teacher who mistyped it
    assert "the teacher’s side" in texts(guesser)
    assert len(waits) == 100


def test_a_key_that_was_typed_is_kept_by_this_tab_so_that_a_refresh_keeps_the_role() -> None:
    app = open_page("Class")
    answer(app, pupil_key="abc")
    type_key(app, teacher.key())
    assert asked(app) == {**asked(app), "teacher_key": teacher.key(), "pupil_key": None}


def test_nothing_typed_is_no_guess() -> None:
    app = open_page("Class")
    answer(app)
    type_key(app, " ")
    assert not app.error
    type_key(app, WRONG_KEY)
    assert app.error
    type_key(app, " ")
    assert not app.error


def test_a_pupils_page_has_nothing_of_the_key() -> None:
    key = teacher.key()
    app = open_page("Class")
    answer(app)
    type_key(app, WRONG_KEY)
    assert key not in "".join(str(one.proto) for one in app if hasattr(one, "proto"))


def test_where_there_can_be_no_key_who_asks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(teacher.KEY_VARIABLE, "short")
    app = open_page("Class")
    answer(app, teacher_key="short")
    (error,) = app.error
    assert teacher.KEY_VARIABLE in error.value
    type_key(app, "short")
    assert teacher.KEY_VARIABLE in app.error[0].value
