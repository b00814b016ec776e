"""The vote on the Class page: the teacher's part, the pupils', and that nobody else does any of it."""

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import classes, drawings, votes
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil, SchoolClass
from mnist_demo.classroom.voting import asked, questions
from mnist_demo.classroom.voting.asked import Asked, lookout
from mnist_demo.data import datasets, formats
from mnist_demo.data.images import CLASSES, to_bytes
from mnist_demo.models import registry
from mnist_demo.runs import run_directory, store
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import reading, teaching, wall
from mnist_demo.ui.common import projector, services
from mnist_demo.ui.common.run_titles import title
from mnist_demo.ui.draw import state
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.roles import browser, roles
from mnist_demo.ui.roles.browser import Kept
from mnist_demo.ui.voting import leading, putting, subjects, taking_part
from mnist_demo.ui.voting.subjects import IMAGES
from tests.classroom.test_classes import LINE, cast
from tests.ui.test_class_teacher import ask as ask_on_wall
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import open_page, texts


def teachers_page() -> AppTest:
    app = open_page("Class")
    app.session_state[roles.IS_TEACHER] = True
    app.run()
    app.button_group(key="class_part").set_value("vote").run()
    assert not app.exception
    return app


def pupils_page(pupil: Pupil) -> AppTest:
    lookout.look_again()
    app = open_page("Class")
    app.session_state[browser.KEPT] = Kept("", pupil.key)
    app.run()
    app.run()  # which it does by itself in a browser
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def look(app: AppTest) -> None:
    """What the page does by itself a moment later."""
    lookout.look_again()
    app.run()
    assert not app.exception


def digits(app: AppTest, question: str) -> list[bool]:
    """Of each of the ten buttons for this question, whether it can be pressed; nothing where they are not there."""
    return [not button.disabled for button in app.button if (button.key or "").startswith(f"vote_{question}_")]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def now(database: Database, opened: SchoolClass) -> Asked:
    return asked.read(database)[opened.id]


def shown_answers(app: AppTest) -> list[dict[str, Any]]:
    """The cards that are shown after the reveal."""
    found = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith(".answers")]
    return [answer for proto in found for answer in json.loads(proto.json)["answers"]]


def label_of(database: Database, name: str) -> int:
    return subjects.find(database, [name])[name].label


# What is voted on


def test_ten_hard_images_are_those_that_the_models_find_hardest(opened: SchoolClass) -> None:
    names = subjects.series(IMAGES, opened.id)
    split = services.dataset(datasets.BUNDLED).test
    said = [loaded.classifier(run).probabilities(split.pixels()) for run in subjects.shipped()]
    assert names == [f"subset-{index}" for index in questions.hardest(said)]
    assert len(set(names)) == questions.HARD
    found = subjects.find(current.database(), names)
    pixels = np.stack([found[name].pixels.ravel() for name in names])
    wrong = [
        loaded.classifier(run).logits(pixels).argmax(1) != [found[n].label for n in names] for run in subjects.shipped()
    ]
    assert np.any(wrong, axis=0).sum() > questions.HARD / 2


def test_questions_of_the_subset_stay_what_they_were_when_mnist_arrives(
    database: Database, tiny_npz: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = subjects.find(database, ["subset-3", "test-3"])
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tiny_npz))
    after = subjects.find(database, ["subset-3", "test-3"])
    assert np.array_equal(before["subset-3"].pixels, after["subset-3"].pixels)
    assert not np.array_equal(before["test-3"].pixels, after["test-3"].pixels)
    assert all(name.startswith("test-") for name in subjects.series(IMAGES, 1))


def test_what_is_not_there_is_not_found(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    draw(database, pupil, 3)
    (drawing,) = drawings.list_drawings(database, opened.id)
    names = ["subset-99999", "test-99999", f"drawing-{drawing.id}", "drawing-999", "nonsense"]
    assert list(subjects.find(database, names)) == [f"drawing-{drawing.id}"]
    drawings.hide(database, drawing.id)
    assert subjects.find(database, names) == {}


def draw(database: Database, pupil: Pupil, digit: int) -> None:
    """The first test image of this digit, as if the pupil had drawn it."""
    split = services.dataset(datasets.BUNDLED).test
    image = to_bytes(split.pixels()[np.flatnonzero(split.labels == digit)[0]])
    drawings.add_drawing(database, pupil.id, f"d{digit}", label=digit, strokes=LINE, image=image)


def test_what_follows_is_what_nobody_has_voted_on() -> None:
    names = ["a", "b", "c", "d"]
    assert subjects.following(names, [], None) == "a"
    assert subjects.following(names, ["a", "b"], None) == "c"
    assert subjects.following(names, [], "b") == "c"
    assert subjects.following(names, ["d"], "c") == "a"
    assert subjects.following(names, ["a", "b", "c"], "d") is None
    assert subjects.following(names, [], "gone") == "a"
    assert subjects.following([], [], None) is None


# The teacher


def test_a_teacher_asks_reveals_goes_on_and_ends(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    first, second, *_ = subjects.series(IMAGES, opened.id)
    app = teachers_page()
    press(app, "vote_images")
    assert now(database, opened) == Asked(first)
    assert "Image 1 of 10" in texts(app)
    assert "<b>0</b> of 1 pupil has voted" in texts(app)
    digit = label_of(database, first)
    votes.vote(database, pupil.id, first, digit)
    look(app)
    assert "<b>1</b> of 1 pupil has voted" in texts(app)
    assert f"meant a {digit}" not in texts(app)
    assert shown_answers(app) == []
    press(app, "vote_reveal")
    assert now(database, opened) == Asked(first, is_revealed=True)
    assert f"Its writer meant a {digit}." in texts(app)
    of_class, *of_models = shown_answers(app)
    assert (of_class["headline"], of_class["remark"]) == (str(digit), "1 of 1 vote")
    assert of_class["probabilities"] == [float(each == digit) for each in range(CLASSES)]
    assert of_class["shares"][digit] == "100.0 %"
    assert [each["name"] for each in of_models] == ["Affine model", "CNN"]
    assert all(sum(each["probabilities"]) == pytest.approx(1) for each in of_models)
    press(app, "vote_next")
    assert now(database, opened) == Asked(second)
    press(app, "vote_end")
    assert now(database, opened) == Asked()
    assert keys(app) >= {"vote_images", "vote_drawings"}


def test_the_table_counts_the_class_and_each_model(database: Database, opened: SchoolClass) -> None:
    pupils = [classes.join(database, opened.code) for _ in range(3)]
    names = subjects.series(IMAGES, opened.id)[:3]
    labels = [label_of(database, name) for name in names]
    for name, label, wrong in zip(names, labels, (1, 2, 0), strict=True):  # so many of three are wrong
        for number, each in enumerate(pupils):
            cast(database, each, name, (label + 1) % CLASSES if number < wrong else label)
    asked.end(database, opened.id, names[-1])
    app = teachers_page()
    (table,) = [each.proto.body for each in app.get("html") if "<table" in each.proto.body]
    assert table.count("<tr>") == 5
    assert [f"({share} of the votes are right)" in table for share in ("67 %", "33 %", "100 %")] == [True] * 3
    found = subjects.find(database, names)
    pixels = np.stack([found[name].pixels.ravel() for name in names])
    right = [int((loaded.classifier(run).logits(pixels).argmax(1) == labels).sum()) for run in subjects.shipped()]
    totals = "".join(f"<td><b>{count} of 3</b></td>" for count in (2, *right))
    assert totals in table
    assert "may have seen them in training: Affine model, CNN" in texts(app)


def test_every_term_is_explained_where_it_is_said(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    for is_voted in (False, True):
        if is_voted:
            cast(database, pupil, "subset-1", 3)
            asked.end(database, opened.id, "subset-1")
            lookout.look_again()
        said, explained = words_and_help(teachers_page())
        found = [word_of(term).title for term in terms_in(re.sub("<[^>]*>", " ", said))]
        assert found
        assert not [title for title in found if f"**{title}**" not in explained]


def test_drawings_of_the_class_are_voted_on(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    app = teachers_page()
    assert app.button(key="vote_drawings").disabled
    draw(database, pupil, 4)
    reading._of_class.cache_clear()
    look(app)
    press(app, "vote_drawings")
    question = now(database, opened).question
    assert question is not None
    assert question.startswith("drawing-")
    votes.vote(database, pupil.id, question, 4)
    press(app, "vote_reveal")
    assert "Its writer meant a 4." in texts(app)
    assert app.button(key="vote_next").disabled
    drawings.delete(database, int(question.partition("-")[2]))
    look(app)
    assert "not there any more" in texts(app)


def test_nobody_has_voted_or_the_class_disagrees() -> None:
    assert leading.of_class([0] * CLASSES).remark == "No votes"
    tie = leading.of_class([0, 2, 0, 2, 0, 0, 0, 0, 0, 1])
    assert (tie.headline, tie.remark) == ("1 or 3", "2 of 5 votes each")
    assert leading.of_class([1] * CLASSES).headline == "a tie"


@pytest.mark.parametrize("action", [leading.ask, leading.reveal, leading.end])
def test_nobody_but_a_teacher_asks_reveals_or_ends(action: Any, database: Database, opened: SchoolClass) -> None:
    asked.ask(database, opened.id, "test-1", None)
    given = ("test-2", "test-1") if action is leading.ask else ("test-1",)
    action(opened.id, *given)
    assert now(database, opened) == Asked("test-1")


def test_presses_from_a_page_of_somebody_who_is_no_teacher_any_more_change_nothing(
    database: Database, opened: SchoolClass
) -> None:
    first, *_ = subjects.series(IMAGES, opened.id)
    for before, key in ((None, "vote_images"), (first, "vote_reveal"), (first, "vote_end")):
        if before is not None and now(database, opened) == Asked():
            asked.ask(database, opened.id, before, None)
            lookout.look_again()
        app = teachers_page()
        app.session_state[roles.IS_TEACHER] = False
        press(app, key)
        assert now(database, opened) == Asked(before)


def test_two_teachers_lead_one_vote(database: Database, opened: SchoolClass) -> None:
    first, *_ = subjects.series(IMAGES, opened.id)
    one, other = teachers_page(), teachers_page()
    press(one, "vote_images")
    press(other, "vote_images")  # whose page shows no question yet
    assert now(database, opened) == Asked(first)
    press(other, "vote_reveal")
    press(one, "vote_reveal")  # whose page has not seen that it is revealed
    assert now(database, opened) == Asked(first, is_revealed=True)
    press(one, "vote_end")
    look(other)
    assert "vote_images" in keys(other)


def test_the_teachers_page_waits_for_a_database_that_is_away(
    database: Database, opened: SchoolClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = teachers_page()
    press(app, "vote_images")

    def fail(*_: object) -> None:
        raise UnavailableError("The database is away.")

    with monkeypatch.context() as away:
        away.setattr(asked, "reveal", fail)
        press(app, "vote_reveal")
        assert [toast.value for toast in app.toast] == ["The database is away."]
        away.setattr(votes, "list_votes", fail)
        look(app)
        assert [error.value for error in app.error] == ["The database is away."]
        app.session_state[projector.KEY] = True
        assert [error.value for error in app.run().error] == ["The database is away."]  # there is no folder in it
        app.session_state[projector.KEY] = False
    look(app)
    assert not app.error
    press(app, "vote_reveal")
    assert now(database, opened).is_revealed


def test_hard_images_and_drawings_have_a_table_each_and_a_projector_shows_the_last(
    database: Database, opened: SchoolClass, pupil: Pupil
) -> None:
    draw(database, pupil, 4)
    (drawing,) = drawings.list_drawings(database, opened.id)
    names = [*(f"subset-{index}" for index in range(questions.HARD + 2)), f"drawing-{drawing.id}"]
    for name in names:
        cast(database, pupil, name, 4)
    asked.end(database, opened.id, names[-1])
    lookout.look_again()
    app = teachers_page()
    tables = [each.proto.body for each in app.get("html") if "<table" in each.proto.body]
    assert ["own drawings" in table for table in tables] == [True, False]
    assert [table.count("<tr>") - 2 for table in tables] == [1, questions.HARD]
    press(app, "projector_view")
    assert len([each for each in app.get("html") if "<table" in each.proto.body]) == 1


def test_the_model_that_was_taught_last_votes_too(
    database: Database, opened: SchoolClass, pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(registry.get_recipe("affine", "fast"), datasets.BUNDLED)
    run.model_path.write_bytes(loaded.shipped("affine").model_path.read_bytes())
    taught = run_directory.set_status(run, "finished")
    monkeypatch.setattr(teaching, "last_taught", lambda _: taught)
    assert subjects.models(opened) == [*subjects.shipped(), taught]
    cast(database, pupil, "subset-1", 3)
    lookout.look_again()
    app = teachers_page()
    press(app, "vote_reveal")
    assert [each["name"] for each in shown_answers(app)] == ["The class", "Affine model", "CNN", title(taught)]
    press(app, "vote_end")
    (table,) = [each.proto.body for each in app.get("html") if "<table" in each.proto.body]
    assert table.count(" of 1</b>") == 4


def test_a_drawing_of_the_wall_is_put_to_the_vote_by_one_press(
    database: Database, opened: SchoolClass, pupil: Pupil
) -> None:
    draw(database, pupil, 4)
    (drawing,) = drawings.list_drawings(database, opened.id)
    wall.take(reading.of_class(database, opened.id), {"id": drawing.id, "action": "vote"})  # from nobody's page
    assert now(database, opened) == Asked()
    app = teachers_page()
    app.button_group(key="class_part").set_value("wall").run()
    ask_on_wall(app, {"id": drawing.id + 1, "action": "vote"})
    assert now(database, opened) == Asked()
    ask_on_wall(app, {"id": drawing.id, "action": "vote"})
    assert now(database, opened) == Asked(f"drawing-{drawing.id}")
    app.run()
    assert "vote_reveal" in keys(app)


# Pupils


def test_a_pupil_is_asked_answers_once_and_sees_the_own_score(
    database: Database, opened: SchoolClass, pupil: Pupil
) -> None:
    other = classes.join(database, opened.code)
    app = pupils_page(pupil)
    assert digits(app, "test-0") == []
    asked.ask(database, opened.id, "test-0", None)
    look(app)
    digit = label_of(database, "test-0")
    assert digits(app, "test-0") == [True] * CLASSES
    assert "the first answer counts" in texts(app)
    press(app, f"vote_test-0_{digit}")
    assert f"You said {digit}: wait for the others." in texts(app)
    assert "right so far" not in texts(app)  # which would tell the answer
    assert digits(app, "test-0") == [False] * CLASSES
    assert votes.votes_of(database, pupil.id) == {"test-0": digit}
    votes.vote(database, other.id, "test-0", (digit + 1) % CLASSES)
    asked.reveal(database, opened.id, "test-0")
    look(app)
    assert "right!" in texts(app)
    assert "1 of 1 right so far" in texts(app)
    assert "0 of 1 right so far" in texts(pupils_page(other))
    asked.ask(database, opened.id, "test-1", "test-0")
    again = pupils_page(pupil)  # after a reload
    assert "1 of 1 right so far" in texts(again)
    press(again, f"vote_test-1_{(label_of(database, 'test-1') + 1) % CLASSES}")
    assert "1 of 1 right so far" in texts(again)
    asked.reveal(database, opened.id, "test-1")
    look(again)
    assert "not this time" in texts(again)
    assert "1 of 2 right so far" in texts(again)
    asked.end(database, opened.id, "test-1")
    look(again)
    assert digits(again, "test-1") == []
    assert "Draw a" in texts(again)


def test_a_canvas_whose_state_came_late_begins_with_the_drawing_after_a_vote(
    database: Database, opened: SchoolClass, pupil: Pupil
) -> None:
    """See tests/ui/test_canvas.py: here it is the same page that has the canvas and the vote."""
    app = pupils_page(pupil)
    board: state.Board = app.session_state[state.KEY]
    drawn: dict[str, Any] = {"objects": []}
    board.drawing.canvas = drawn
    asked.ask(database, opened.id, "test-0", None)
    look(app)
    asked.end(database, opened.id, "test-0")
    app.session_state["class_canvas"] = {}
    look(app)
    assert board.loaded is drawn


def test_who_did_not_vote_is_told_what_was_right(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    asked.ask(database, opened.id, "test-0", None)
    asked.reveal(database, opened.id, "test-0")
    app = pupils_page(pupil)
    assert "You did not vote on this one." in texts(app)
    assert "right so far" not in texts(app)
    assert digits(app, "test-0") == [False] * CLASSES


def test_a_press_that_comes_too_late_or_from_a_forged_page_is_not_counted(
    database: Database, opened: SchoolClass, pupil: Pupil
) -> None:
    asked.ask(database, opened.id, "test-0", None)
    app = pupils_page(pupil)
    asked.reveal(database, opened.id, "test-0")  # the page has not seen it yet
    lookout.look_again()
    press(app, "vote_test-0_7")
    assert "no more votes are taken" in texts(app)
    asked.ask(database, opened.id, "test-1", "test-0")
    app = pupils_page(pupil)
    asked.ask(database, opened.id, "test-2", "test-1")
    press(app, "vote_test-1_7")
    assert votes.list_votes(database, opened.id) == []
    classes.close_class(database, opened.id)
    press(app, "vote_test-1_7")
    assert votes.list_votes(database, opened.id) == []


def test_the_page_waits_for_a_database_that_is_away(
    database: Database, opened: SchoolClass, pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.ask(database, opened.id, "test-0", None)
    app = pupils_page(pupil)

    def fail(*_: object) -> None:
        raise UnavailableError("/a/secret/path is away")

    with monkeypatch.context() as away:
        away.setattr(votes, "vote", fail)
        away.setattr(votes, "votes_of", fail)
        press(app, "vote_test-0_7")
        assert texts(app).count(visits.AWAY) == 1
        assert "secret" not in texts(app)
        assert not digits(app, "test-0")
    look(app)
    assert digits(app, "test-0") == [True] * CLASSES
    with monkeypatch.context() as busy:
        busy.setattr(votes, "vote", fail)
        press(app, "vote_test-0_7")
    assert taking_part.NOT_COUNTED in texts(app)
    press(app, "vote_test-0_7")
    assert taking_part.NOT_COUNTED not in texts(app)
    assert votes.votes_of(database, pupil.id) == {"test-0": 7}


def test_an_image_that_is_gone_is_told(database: Database, opened: SchoolClass, pupil: Pupil) -> None:
    asked.ask(database, opened.id, "drawing-999", None)
    assert "wait for the next one" in texts(pupils_page(pupil))
    assert "go on with another one" in texts(teachers_page())
    asked.ask(database, opened.id, "no question", "drawing-999")
    assert "wait for the next one" in texts(pupils_page(pupil))


@pytest.mark.parametrize(
    ("name", "part", "key"),
    [
        ("Data", "", "vote_put"),
        ("Mistakes", "matrix", "mistakes_of_cell_vote"),
        ("Mistakes", "surest", "mistakes_confident_mistakes_vote"),
    ],
)
def test_any_test_image_is_put_to_the_vote_by_the_teacher_alone(
    name: str, part: str, key: str, database: Database, opened: SchoolClass
) -> None:
    asked.ask(database, opened.id, "subset-1", None)
    app = open_page(name)
    if name == "Data":
        app.button_group(key="split").set_value("test").run()
    elif part != "matrix":
        app.query_params["part"] = part
        app.run()
    assert key not in keys(app)
    app.session_state[roles.IS_TEACHER] = True
    app.run()
    press(app, key)
    question = now(database, opened).question
    assert question is not None and question != "subset-1"
    assert subjects.find(database, [question])[question].address in str(texts(app))  # the Class page, and it
    putting.put(datasets.BUNDLED, 7)  # by nobody's page
    assert now(database, opened).question == question


@pytest.mark.usefixtures("opened")
def test_what_is_no_test_image_is_not_put_to_the_vote() -> None:
    app = open_page("Data")
    app.session_state[roles.IS_TEACHER] = True
    assert "vote_put" not in keys(app.run())
