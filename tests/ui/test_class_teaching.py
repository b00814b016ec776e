"""Teaching a model on the Class page: what begins, what is refused, and what is told of its worth."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.data import formats
from mnist_demo.data.images import CLASSES, PIXELS
from mnist_demo.errors import UserError
from mnist_demo.models.evaluation import Evaluation
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.teaching.taught import Worth
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import teaching
from mnist_demo.ui.common import services
from tests.classroom.test_classes import LINE
from tests.ui.test_class_teacher import choose_part, draw, opened, teachers_page
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import press, texts

pytestmark = pytest.mark.usefixtures("quick_looks")


@pytest.fixture
def own_data(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A data set that the shipped CNN has not seen."""
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tiny_npz))
    return str(tiny_npz)


def add_many(one: SchoolClass, count: int) -> None:
    """Drawings by six pupils, whatever they show."""
    rng, database = np.random.default_rng(0), current.database()
    joined = [classes.join(database, one.code).id for _ in range(6)]
    for number in range(count):
        image = rng.integers(0, 256, PIXELS).astype(np.uint8)
        drawings.add_drawing(
            database, joined[number % 6], str(number), label=number % CLASSES, strokes=LINE, image=image
        )


def begin(app: AppTest) -> Run:
    """Press the button that teaches; the run that this has made."""
    choose_part(app, "teach")
    press(app, "Teach the CNN our handwriting")
    (run,) = store.list_runs()[0]
    return run


def test_the_class_teaches_the_chosen_model_its_own_drawings(own_data: str) -> None:
    gone = opened()
    add_many(gone, 30)
    classes.close_class(current.database(), gone.id)
    add_many(opened(), 50)
    app = teachers_page()
    choose_part(app, "teach")
    press(app, "Teach the CNN our handwriting")
    assert not app.error
    (run,) = store.list_runs()[0]
    assert (run.recipe, run.settings.data, run.settings.start) == (teaching.RECIPE, own_data, "cnn")
    assert len(material.read(run).labels) == 50
    assert "Waiting for" in texts(app)
    press(app, "Teach the CNN our handwriting")
    assert "being taught already" in app.error[0].value
    assert len(store.list_runs()[0]) == 1


def test_with_too_few_drawings_or_a_model_that_has_seen_the_images_it_says_what_to_do() -> None:
    one = opened()
    draw(one, [1, 2, 3])
    app = teachers_page()
    choose_part(app, "teach")
    assert "Fetch it now (11 MB)" in [button.label for button in app.button]
    press(app, "Teach the CNN our handwriting")
    assert "there are 3: the class must send 17 more" in app.error[0].value
    add_many(one, 30)
    press(app, "Teach the CNN our handwriting")
    assert "on the Data page" in app.error[0].value
    assert store.list_runs()[0] == []


def test_only_models_that_can_be_taught_are_offered(own_data: str, trained: Run, home: Path) -> None:
    (home / "runs").mkdir()
    (home / "runs" / "20260101-000000-affine-notebook-abcd").symlink_to(trained.directory)
    one = opened()
    add_many(one, 40)
    found = drawings.collect(current.database())
    prepared = material.prepare(found.images, found.labels, found.writers, 1)
    run = taught.create(teaching.RECIPE, own_data, store.find("cnn"), prepared)
    run.model_path.write_bytes(store.find("cnn").model_path.read_bytes())
    run_directory.set_status(run, "finished")
    app = teachers_page()
    choose_part(app, "teach")
    assert app.selectbox(key="teach_start").options == ["CNN"]


@pytest.mark.usefixtures("own_data")
def test_what_it_was_worth_is_computed_once_and_told_with_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened()
    add_many(one, 50)
    app = teachers_page()
    run = begin(app)
    run.model_path.write_bytes(run.start_path.read_bytes())
    run_directory.set_status(run, "finished")
    services.listing().refresh()
    asked = []

    def worth(run: Run) -> Worth:
        asked.append(run.id)
        one_each = np.eye(CLASSES, dtype=np.int64)
        right = {name: Evaluation(one_each) for name in taught.JUDGED} | {material.KEPT_ASIDE: Evaluation(3 * one_each)}
        wrong = {**right, material.KEPT_ASIDE: Evaluation(np.roll(3 * one_each, 1, axis=1))}
        return Worth({material.LEARNED: 36, material.KEPT_ASIDE: 4, material.UNSEEN: 10}, wrong, right)

    monkeypatch.setattr(taught, "worth", worth)
    app.run()
    teaching._judge(run_directory.load(run.directory)).result.result(10)
    app.run()
    assert not app.exception
    assert asked == [run.id]
    table = app.table[0].value
    assert table.iloc[0].tolist() == [
        "Other drawings by the same people", "30", "0.0 % (0.0 % to 11.4 %)", "100.0 % (88.6 % to 100.0 %)",
    ]  # fmt: skip
    assert table.iloc[1].tolist()[1:] == ["10", "10 of 10", "10 of 10"]  # a percentage of few would promise too much
    assert len(table) == 3
    assert "learned from 36 drawings" in texts(app)


@pytest.mark.usefixtures("own_data")
def test_what_could_not_be_judged_is_judged_when_the_teacher_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(opened(), 50)
    app = teachers_page()
    run = begin(app)
    run.model_path.write_bytes(loaded.shipped("cnn").model_path.read_bytes())
    run_directory.set_status(run, "finished")
    services.listing().refresh()

    def fails(_: object) -> Worth:
        raise UserError("The data cannot be read.")

    def busy(*_: object) -> Any:
        raise UserError("Many things are being computed.")

    with monkeypatch.context() as patch:
        patch.setattr(teaching._judging, "ask", busy)
        assert [error.value for error in app.run().error] == ["Many things are being computed."]
    monkeypatch.setattr(taught, "worth", fails)
    app.run()
    assert isinstance(teaching._judge(run).result.exception(10), UserError)
    assert [error.value for error in app.run().error] == ["The data cannot be read."]
    found = {material.KEPT_ASIDE: Evaluation(np.eye(CLASSES, dtype=np.int64))}
    monkeypatch.setattr(taught, "worth", lambda _: Worth({material.LEARNED: 36}, found, found))
    press(app, "Try again")
    assert teaching._judge(run).result.result(10)
    assert "learned from 36 drawings" in texts(app.run())


@pytest.mark.usefixtures("own_data")
def test_a_run_that_came_to_nothing_says_why() -> None:
    one = opened()
    add_many(one, 50)
    app = teachers_page()
    run = begin(app)
    run_directory.set_status(run, "failed", message="It went wrong.")
    services.listing().refresh()
    assert "It went wrong." in texts(app.run())


@pytest.mark.parametrize("part", ["wall", "teach"])
def test_every_term_is_explained_on_the_page(part: str, request: pytest.FixtureRequest) -> None:
    draw(opened(), [1, 2])
    request.getfixturevalue("own_data")
    app = teachers_page()
    choose_part(app, part)
    said, explained = words_and_help(app)
    found = terms_in(said.replace("aria-label", ""))
    assert found
    assert not [term for term in found if f"**{word_of(term).title}**" not in explained]
