"""The teacher's side of the Class page: classes, the wall, teaching; and that nobody else does any of it."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Drawing, SchoolClass
from mnist_demo.data import formats
from mnist_demo.data.images import CLASSES, PIXELS, Bytes, Floats, to_bytes, to_pixels
from mnist_demo.errors import UserError
from mnist_demo.models.evaluation import Evaluation
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.teaching.taught import Worth
from mnist_demo.ui.classroom import former, reading, teaching
from mnist_demo.ui.common import services, sharing
from mnist_demo.ui.roles import roles
from tests.classroom.test_classes import LINE
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import open_page, press, texts


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was stored is seen at once; nothing is remembered of another test's class."""
    monkeypatch.setattr(reading, "LOOK_EVERY", 0.0)
    yield
    reading._of_class.cache_clear()


def teachers_page() -> AppTest:
    app = open_page("Class")
    app.session_state[roles.IS_TEACHER] = True
    app.run()
    assert not app.exception
    return app


def opened() -> SchoolClass:
    one = classes.open_one(current.database())
    current.look_again()
    return one


def images(digits: list[int]) -> list[Bytes]:
    """Test images of these digits, which the shipped CNN reads right."""
    split = services.current_dataset().test
    said = services.classifier(services.shipped("cnn")).logits(split.pixels()).argmax(axis=1)
    return [to_bytes(split.pixels()[np.flatnonzero((split.labels == d) & (said == d))[0]]) for d in digits]


def draw(one: SchoolClass, digits: list[int], labels: list[int] | None = None, pupils: int = 1) -> list[int]:
    """Pupils draw these digits, and say that they are `labels`; the drawings' ids."""
    database = current.database()
    joined = [classes.join(database, one.code).id for _ in range(pupils)]
    for number, (image, label) in enumerate(zip(images(digits), labels or digits, strict=True)):
        whose = joined[number % pupils]
        drawings.add_drawing(database, whose, f"d{number}", label=label, strokes=LINE, image=image)
    return list(drawings.marks(database, one.id))


def element(app: AppTest) -> Any:
    """The wall as the page has it."""
    (found,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith(".wall")]
    return found


def on_wall(app: AppTest) -> dict[str, Any]:
    """What the wall is given."""
    return dict(json.loads(element(app).json))


def ids_on(app: AppTest) -> list[int]:
    return [tile["id"] for tile in on_wall(app)["tiles"]]


def ask(app: AppTest, asked: object) -> None:
    """The browser sends what our script sends for a drawing, or what somebody forged."""
    name = f"$$STREAMLIT_INTERNAL_KEY_{element(app).id}__events"
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=name, json_trigger_value=json.dumps([{"event": "asked", "value": asked}])))
    app._run(states)
    assert not app.exception


def choose_part(app: AppTest, part: str) -> None:
    app.button_group(key="class_part").set_value(part).run()
    assert not app.exception


def test_a_teacher_opens_a_class_and_the_page_shows_how_to_join_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sharing.ADDRESS_VARIABLE, "https://mnist.school.example")
    monkeypatch.setattr(sharing, "visited", lambda: "http://localhost:8501/class")
    codes: list[str] = []
    qr_code = sharing.qr_code

    def note(text: str) -> bytes:
        codes.append(text)
        return qr_code(text)

    monkeypatch.setattr(sharing, "qr_code", note)
    app = teachers_page()
    press(app, "Open a class")
    (one,) = classes.list_classes(current.database())
    assert current.is_class_open()
    assert one.code in texts(app)
    assert "https://mnist.school.example/class" in texts(app)
    assert codes[-1] == f"https://mnist.school.example/class?code={one.code}"
    assert "**No pupils** have joined" in texts(app)
    classes.join(current.database(), one.code)
    assert "**1 pupil** has joined" in texts(app.run())


def test_two_teachers_open_one_class_and_closing_it_twice_changes_nothing() -> None:
    first, second = teachers_page(), teachers_page()
    press(first, "Open a class")
    press(second, "Open a class")
    (one,) = classes.list_classes(current.database())
    assert one.code in texts(second)
    press(first, "Close the class")
    closed = classes.list_classes(current.database())[0].closed
    press(second, "Close the class")
    assert classes.list_classes(current.database())[0].closed == closed
    assert not current.is_class_open()
    assert "Open a class" in [button.label for button in first.button]


def test_former_classes_are_listed_and_deleted_once_asked() -> None:
    one = opened()
    draw(one, [1, 2], pupils=2)
    app = teachers_page()
    choose_part(app, "classes")
    assert "2 drawings, 2 pupils · open" in texts(app)
    assert "Delete" not in [button.label for button in app.button]
    press(app, "Close the class")
    assert "2 drawings, 2 pupils" in texts(app)
    press(app, "Delete")
    assert "Nothing brings it back" in texts(app)
    press(app, "Keep it")
    assert len(classes.list_classes(current.database())) == 1
    press(app, "Delete")
    press(app, "Delete for good")
    assert classes.list_classes(current.database()) == []
    assert one.code not in texts(app.run())


def test_a_class_or_all_are_exported_only_when_asked() -> None:
    gone = opened()
    draw(gone, [3])
    classes.close_class(current.database(), gone.id)
    draw(opened(), [5, 6])
    files = {class_id: former._made(former._npz, class_id) for class_id in (gone.id, None)}
    labels = {class_id: np.load(io.BytesIO(content))["labels"].tolist() for class_id, content in files.items()}
    assert labels == {gone.id: [3], None: [3, 5, 6]}
    assert former._made(former._zip, gone.id).startswith(b"PK")
    assert former._made(former._votes, None) == b"question,pupil,digit\r\n"
    app = teachers_page()
    choose_part(app, "classes")
    press(app, "Export all")
    assert len(app.get("download_button")) == 3


def test_the_wall_shows_the_newest_first_and_marks_what_the_chosen_model_misreads() -> None:
    one = opened()
    app = teachers_page()
    assert on_wall(app)["tiles"] == []
    assert "Drawings appear here" in on_wall(app)["empty"]
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
    affine = services.classifier(services.shipped("affine"))
    expected = [int(affine.logits(to_pixels(image.reshape(1, -1))).argmax()) for image in images([7, 5, 3])]
    app.selectbox(key="wall_model").set_value("affine").run()
    assert [tile["read"] for tile in on_wall(app)["tiles"]] == expected


def test_each_drawing_is_read_once_by_each_model_for_all_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened()
    draw(one, [1, 2])
    fetched: list[int] = []
    read: list[str] = []
    fetch, classifier = drawings.fetch, services.classifier

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
    monkeypatch.setattr(services, "classifier", Counting)
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
    press(app, "Close the class")
    press(app, "Open a class")
    draw(opened(), [3])
    assert len(ids_on(app.run())) == 1


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


def test_a_session_that_is_no_teachers_does_nothing_of_all_this() -> None:
    """It has a teacher's page and presses all that is on it, as one can who forges what a browser sends."""
    one = opened()
    ids = draw(one, [1, 2])
    acts: list[tuple[str, Callable[[AppTest], None]]] = [
        ("wall", lambda app: ask(app, {"id": ids[0], "action": "hide"})),
        ("wall", lambda app: ask(app, {"id": ids[0], "action": "delete"})),
        ("wall", lambda app: press(app, "Cover the wall")),
        ("wall", lambda app: press(app, "Close the class")),
        ("teach", lambda app: press(app, "Teach the CNN our handwriting")),
    ]
    for part, act in acts:
        app = teachers_page()
        choose_part(app, part)
        app.session_state[roles.IS_TEACHER] = False
        act(app)
    assert drawings.marks(current.database(), one.id) == dict.fromkeys(ids, False)
    assert not reading.of_class(current.database(), one.id).is_covered
    assert current.is_class_open()
    assert store.list_runs()[0] == []
    app = teachers_page()
    press(app, "Close the class")
    press(app, "Delete")
    app.session_state[roles.IS_TEACHER] = False
    press(app, "Delete for good")
    assert len(classes.list_classes(current.database())) == 1
    app = teachers_page()
    app.session_state[roles.IS_TEACHER] = False
    press(app, "Open a class")
    assert not current.is_class_open()


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
    assert "draw or import 17 more" in app.error[0].value
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
    choose_part(app, "teach")
    press(app, "Teach the CNN our handwriting")
    (run,) = store.list_runs()[0]
    run.model_path.write_bytes(run.start_path.read_bytes())
    run_directory.set_status(run, "finished")
    services.listing().refresh()
    asked = []

    def worth(run: Run) -> Worth:
        asked.append(run.id)
        right = {name: Evaluation(np.eye(CLASSES, dtype=np.int64)) for name in taught.JUDGED}
        wrong = {**right, material.KEPT_ASIDE: Evaluation(np.roll(np.eye(CLASSES, dtype=np.int64), 1, axis=1))}
        return Worth({material.LEARNED: 36, material.KEPT_ASIDE: 4, material.UNSEEN: 10}, wrong, right)

    monkeypatch.setattr(taught, "worth", worth)
    app.run()
    teaching._judge(run_directory.load(run.directory)).result.result(10)
    app.run()
    assert not app.exception
    assert asked == [run.id]
    table = app.table[0].value
    assert table.iloc[0].tolist() == [
        "Other drawings of the same people", "10", "0.0 % (0.0 % to 27.8 %)", "100.0 % (72.2 % to 100.0 %)",
    ]  # fmt: skip
    assert len(table) == 3
    assert "learned from 36 drawings" in texts(app)


@pytest.mark.usefixtures("own_data")
def test_a_run_that_came_to_nothing_says_why() -> None:
    one = opened()
    add_many(one, 50)
    app = teachers_page()
    choose_part(app, "teach")
    press(app, "Teach the CNN our handwriting")
    (run,) = store.list_runs()[0]
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
