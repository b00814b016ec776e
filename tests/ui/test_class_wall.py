"""The wall: what is shown of a class, marked, hidden and covered, and what is told where that cannot be found."""

from collections.abc import Sequence
from typing import Any

import pytest

from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Drawing
from mnist_demo.data.images import Floats, to_pixels
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import acting, reading, wall
from mnist_demo.ui.common import projector
from tests.ui.test_class_teacher import ask, close, draw, ids_on, images, on_wall, opened, teachers_page
from tests.ui.test_pages import press, texts

pytestmark = pytest.mark.usefixtures("quick_looks")


def test_the_wall_shows_the_newest_first_and_marks_what_the_chosen_model_misreads() -> None:
    one = opened()
    app = teachers_page()
    assert on_wall(app)["tiles"] == []
    assert "Drawings appear" in on_wall(app)["empty"]
    assert "No drawings yet" in texts(app)
    ids = draw(one, [3, 5, 7], labels=[3, 5, 1], pupils=2)
    tiles = on_wall(app.run())["tiles"]
    assert [(tile["id"], tile["label"], tile["read"]) for tile in tiles] == list(
        zip(reversed(ids), [1, 5, 3], [7, 5, 3], strict=True)
    )
    assert all(tile["picture"].startswith("data:image/png;base64,") for tile in tiles)
    said = texts(app)
    assert "3 drawings by 2 pupils" in said
    assert '<li aria-label="1 drawing of the digit 5"><b>5</b><span>1</span></li>' in said
    assert "CNN: **66.7 %** read right (95 % interval: 20.8 % to 93.9 %)" in said
    assert "Affine model: **" in said
    affine = loaded.classifier(loaded.shipped("affine"))
    expected = [int(affine.logits(to_pixels(image.reshape(1, -1))).argmax()) for image in images([7, 5, 3])]
    app.selectbox(key="wall_model").set_value("affine").run()
    assert [tile["read"] for tile in on_wall(app)["tiles"]] == expected


def test_each_drawing_is_read_once_by_each_model_for_all_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened()
    draw(one, [1, 2])
    fetched: list[int] = []
    read: list[str] = []
    fetch, classifier = drawings.fetch, loaded.classifier

    def note(database: Database, ids: Sequence[int]) -> list[Drawing]:
        fetched.extend(ids)
        return fetch(database, ids)

    monkeypatch.setattr(drawings, "fetch", note)

    class Counting:
        def __init__(self, run: Run) -> None:
            self._run = run

        def logits(self, pixels: Floats) -> Floats:
            read.extend([self._run.id] * len(pixels))
            return classifier(self._run).logits(pixels)

    first, second = teachers_page(), teachers_page()
    fetched.clear()
    ids = draw(one, [3, 4, 5])[2:]
    monkeypatch.setattr(loaded, "classifier", Counting)
    for app in (first, second, first):
        app.run()
    assert fetched == ids
    assert sorted(read) == 3 * ["affine"] + 3 * ["cnn"]


def test_a_drawing_is_hidden_shown_again_and_deleted() -> None:
    ids = draw(opened(), [1, 2, 3])
    app = teachers_page()
    ask(app, {"id": ids[0], "action": "hide"})
    assert ids_on(app) == [ids[2], ids[1]]
    assert "2 drawings by 1 pupil" in texts(app)
    press(app, "Hidden: 1 – show them")
    assert ids_on(app) == [ids[0]]
    assert on_wall(app)["actions"] == ["show", "delete"]
    ask(app, {"id": ids[0], "action": "show"})
    assert ids_on(app) == []
    press(app, "Back to the wall")
    assert ids_on(app) == ids[::-1]
    ask(app, {"id": ids[1], "action": "delete"})
    assert ids_on(app) == [ids[2], ids[0]]


def test_a_covered_wall_has_no_pictures_for_any_teacher_until_it_is_uncovered() -> None:
    draw(opened(), [1, 2])
    app, another = teachers_page(), teachers_page()
    press(app, "Cover the wall")
    for each in (app, another.run()):
        assert on_wall(each)["tiles"] == []
        assert "covered" in on_wall(each)["empty"]
    press(app, "Uncover the wall")
    assert len(ids_on(another.run())) == 2
    press(app, "Cover the wall")
    close(app)
    press(app, "Open a class")
    draw(opened(), [3])
    assert len(ids_on(app.run())) == 1


def test_a_wall_stays_covered_when_the_server_is_started_anew() -> None:
    draw(opened(), [1, 2])
    app = teachers_page()
    press(app, "Cover the wall")
    reading._of_class.cache_clear()  # as a new server knows nothing yet
    assert on_wall(teachers_page())["tiles"] == []


def test_of_more_drawings_than_are_shown_misread_ones_have_half_of_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "MOST_SHOWN", 4)
    ids = draw(opened(), [1, 2, 3, 4, 5, 6, 7, 8], labels=[9, 9, 9, 4, 5, 6, 7, 8])
    app = teachers_page()
    assert ids_on(app) == [ids[number] for number in (7, 6, 2, 1)]
    assert "4 of 8 drawings: the newest" in texts(app)


@pytest.mark.parametrize(
    "forged",
    [
        None, 5, "hide", [], {}, {"id": 1}, {"id": "1", "action": "hide"}, {"id": True, "action": "hide"},
        {"id": 1.0, "action": "delete"}, {"id": 10**30, "action": "delete"}, {"id": [1], "action": "delete"},
        {"id": 1, "action": "drop"}, {"id": 1, "action": None},
    ],
)  # fmt: skip
def test_what_our_script_never_sends_changes_nothing(forged: object) -> None:
    one = opened()
    ids = draw(one, [1, 2])
    assert ids[0] == 1
    app = teachers_page()
    ask(app, forged)
    assert drawings.marks(current.database(), one.id) == dict.fromkeys(ids, False)


def test_a_drawing_of_another_class_is_not_hidden() -> None:
    (other,) = draw(one := opened(), [1])
    classes.close_class(current.database(), one.id)
    opened()
    ask(teachers_page(), {"id": other, "action": "hide"})
    assert drawings.marks(current.database(), one.id) == {other: False}


def test_where_the_database_cannot_be_asked_the_page_says_so_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    draw(opened(), [1])
    app = teachers_page()

    def gone(*_: object) -> Any:
        raise UserError("The database is gone.")

    with monkeypatch.context() as patch:
        patch.setattr(drawings, "marks", gone)
        assert [error.value for error in app.run().error] == ["The database is gone."]
        patch.setattr(classes, "list_classes", gone)
        assert [error.value for error in app.run().error] == ["The database is gone."]
    assert len(ids_on(app.run())) == 1
    assert not app.error


def test_a_missing_database_is_told_once_and_on_a_projector_without_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    draw(opened(), [1])
    app = teachers_page()

    def gone(*_: object) -> Any:
        raise UserError("/home/teacher/classroom.db cannot be opened.")

    monkeypatch.setattr(drawings, "marks", gone)
    monkeypatch.setattr(classes, "sizes", gone)
    assert [error.value for error in app.run().error] == ["/home/teacher/classroom.db cannot be opened."]
    app.session_state[projector.KEY] = True
    assert [error.value for error in app.run().error] == [acting.FOR_PROJECTOR]
