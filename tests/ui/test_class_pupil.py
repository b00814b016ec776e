"""The Class page as a pupil sees it, and what a forged browser may send."""

import io
import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import asking, classes, drawings
from mnist_demo.classroom import database as database_module
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.place import FILE_NAME
from mnist_demo.classroom.tables import Pupil, SchoolClass
from mnist_demo.data.images import PIXELS
from mnist_demo.drawing import pictures, preprocess
from mnist_demo.drawing.strokes import Stroke, paint
from mnist_demo.errors import UserError
from mnist_demo.ui.answers import cards
from mnist_demo.ui.draw import state
from mnist_demo.ui.pupils import animals, joining, receiving
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.pupils.visit import Receipt, Visit
from mnist_demo.ui.roles import browser
from mnist_demo.ui.roles.browser import Kept
from tests import pen
from tests.ui.test_pages import ROOT, texts

SEVEN = [Stroke(20, ((90, 70), (230, 70), (150, 260)))]
ONE = [Stroke(20, ((160, 60), (160, 260)))]
SCRIBBLE = [Stroke(8, tuple((40 + (x * 97) % 240, 40 + (x * 61) % 240) for x in range(30)))]


@pytest.fixture
def visit(database: Database, pupil: Pupil) -> Visit:
    """A visit of this pupil."""
    entered = Visit()
    entered.enter(database, pupil)
    return entered


def picture(strokes: list[Stroke]) -> str:
    """What a browser sends of a canvas with these strokes."""
    buffer = io.BytesIO()
    Image.fromarray(paint(strokes, 320)).reduce(2).save(buffer, "PNG")
    return pictures.data_address(buffer.getvalue())


def message(**changes: object) -> dict[str, object]:
    sent = {"identifier": "a", "attempt": 1, "label": 7, "picture": picture(SEVEN), "is_sure": False}
    return {**sent, **changes}


def count_stored(database: Database) -> int:
    (one,) = classes.list_classes(database)
    return len(drawings.list_drawings(database, one.id))


def receive(visit: Visit, sent: object, strokes: list[Stroke] | None = None) -> Receipt:
    return receiving.receive(visit, sent, SEVEN if strokes is None else strokes)


def open_page(key: str = "", **query: str) -> AppTest:
    """The page in a browser that keeps this key of a pupil."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state[browser.KEPT] = Kept("", key)
    app.run().switch_page("mnist_demo/ui/pages/class_.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def press_join(app: AppTest, code: str) -> AppTest:
    app.text_input[0].set_value(code)
    return next(button for button in app.button if button.label == "Join").click().run()


def element(app: AppTest, name: str) -> Any:
    """An element of our own, as the page has it."""
    return next(one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith(f".{name}"))


def data_of(app: AppTest, name: str) -> dict[str, Any]:
    """What such an element is given."""
    return dict(json.loads(element(app, name).json))


def visit_of(app: AppTest) -> Visit:
    found: Visit = app.session_state[visits.KEY]
    return found


# Joining


def test_there_is_a_face_for_each_animal_and_a_shade_for_each_colour() -> None:
    assert set(animals.FACES) == set(classes.ANIMALS)
    assert set(animals.SHADES) == set(classes.COLOURS)
    assert len(set(animals.FACES.values())) == len(classes.ANIMALS)


def test_who_comes_by_the_qr_code_joins_with_one_tap_and_is_told_who_they_are(
    database: Database, opened: SchoolClass
) -> None:
    app = open_page(code=opened.code)
    assert app.text_input[0].value == opened.code
    assert texts(app).count(joining.PRIVACY) == 1
    next(button for button in app.button if button.label == "Join").click().run()
    assert not app.exception
    (joined,) = classes.list_pupils(database, opened.id)
    assert f"You are the <b>{joined.colour} {joined.animal}</b>" in texts(app)
    assert "No drawings sent · none from the whole class" in texts(app)
    assert app.session_state[browser.KEPT].pupil_key == joined.key


def test_privacy_is_said_in_three_sentences() -> None:
    assert joining.PRIVACY.count(". ") == 2
    assert joining.PRIVACY.endswith(".")


def test_a_browser_that_keeps_a_pupils_key_is_that_pupil_and_is_asked_for_the_same_digit(
    database: Database, pupil: Pupil
) -> None:
    image = np.arange(PIXELS).astype(np.uint8)
    for number in range(4):
        drawings.add_drawing(database, pupil.id, str(number), label=1, image=image)
    for _ in range(2):
        app = open_page(pupil.key)
        assert f"You are the <b>{animals.name(pupil)}</b>" in texts(app)
        assert visit_of(app).digit == asking.next_digit(pupil.id, 4)
        assert f"<b>{asking.next_digit(pupil.id, 4)}</b>" in texts(app)
        assert "4 drawings sent · 4 from the whole class" in texts(app)
    assert len(classes.list_pupils(database, pupil.class_id)) == 1


@pytest.mark.parametrize("end", [classes.close_class, classes.delete_class])
def test_when_the_class_is_over_one_kind_sentence_and_the_form_take_the_place_of_the_canvas(
    database: Database, pupil: Pupil, end: object
) -> None:
    app = open_page(pupil.key)
    end(database, pupil.class_id)  # type: ignore[operator]
    visit_of(app).counted = 0.0
    app.run()
    assert not app.exception
    assert [info.value for info in app.info] == [joining.OVER]
    assert app.text_input[0].value == ""
    assert app.session_state[browser.KEPT].pupil_key == ""
    again = open_page(pupil.key)
    assert [info.value for info in again.info] == [joining.OVER]


def test_codes_that_lead_nowhere_are_answered_with_one_sentence(database: Database, opened: SchoolClass) -> None:
    closed = classes.open_class(database)
    classes.close_class(database, closed.id)
    app = open_page(code="<b>" + "x" * 10_000)
    for code, sentence in (
        ("AAAAAA", "No class has this code"),
        (closed.code, "This class is closed"),
        ("", "No class"),
    ):
        press_join(app, code)
        assert not app.exception
        assert [error.value[: len(sentence)] for error in app.error] == [sentence]
    press_join(app, f" {opened.code.lower()}")
    assert len(classes.list_pupils(database, opened.id)) == 1


@pytest.mark.parametrize("interrupted", [(browser, "keep_pupil_key"), (Visit, "enter"), (st, "rerun")])
def test_who_presses_join_twice_joins_once_and_the_browser_is_told_the_key(
    database: Database, opened: SchoolClass, monkeypatch: pytest.MonkeyPatch, interrupted: tuple[object, str]
) -> None:
    """The second press ends the run of the first, wherever that is."""
    app = open_page()
    with monkeypatch.context() as patch:
        patch.setattr(*interrupted, lambda *_: st.stop())
        press_join(app, opened.code)
    app.run()
    if visit_of(app).pupil is None and any(button.label == "Join" for button in app.button):
        press_join(app, opened.code)
    (joined,) = classes.list_pupils(database, opened.id)
    assert f"You are the <b>{animals.name(joined)}</b>" in texts(app)
    app.run()
    assert data_of(app, "browser")["pupil_key"] == joined.key


def test_two_presses_that_are_answered_at_once_make_one_pupil(
    database: Database, opened: SchoolClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, join = Visit(), classes.join

    def join_slowly(*given: Any) -> Pupil:
        pupil = join(*given)
        time.sleep(0.3)
        return pupil

    monkeypatch.setattr(classes, "join", join_slowly)
    monkeypatch.setattr(browser, "keep_pupil_key", lambda _: None)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: joining.join(visit, opened.code).key, range(2))
    assert first == second
    assert len(classes.list_pupils(database, opened.id)) == 1


def test_a_tab_whose_class_has_ended_lets_the_browser_forget_the_key_of_that_class_alone(
    database: Database, pupil: Pupil
) -> None:
    app = open_page(pupil.key)
    assert data_of(app, "browser")["pupil_key"] is None  # it is the browser that has said it
    classes.close_class(database, pupil.class_id)
    for _ in range(2):
        visit_of(app).counted = 0.0
        app.run()
        app.run()
        told = data_of(app, "browser")
        assert (told["pupil_key"], told["forgotten"]) == (None, pupil.key)
    new = classes.open_class(database)
    press_join(app, new.code).run()
    told = data_of(app, "browser")
    assert (told["pupil_key"], told["forgotten"]) == (classes.list_pupils(database, new.id)[0].key, None)


def test_who_has_made_room_in_a_full_class_joins_again_by_sending(
    database: Database, opened: SchoolClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "MOST_PUPILS", 1)
    app = open_page(code=opened.code)
    press_join(app, opened.code)
    visit, digit = visit_of(app), visit_of(app).digit
    (before,) = classes.list_pupils(database, opened.id)
    classes.join(database, opened.code)
    visit.counted = 0.0
    app.run()
    assert f"You are the <b>{animals.name(before)}</b>" in texts(app)  # nobody is sent away who looks on
    app.session_state[state.KEY].drawing.strokes = SEVEN
    visit.message = message(label=digit)
    app.run()
    (now,) = classes.list_pupils(database, opened.id)
    (stored,) = drawings.list_drawings(database, opened.id)
    assert (stored.pupil_id, stored.label, visit.pupil) == (now.id, digit, now)
    assert visit.receipt == Receipt("a", 1, "stored", f"Your {digit} has arrived, thank you.")
    assert f"You are the <b>{animals.name(now)}</b>" in texts(app)
    assert data_of(app, "browser")["pupil_key"] == now.key
    other = Visit()
    with pytest.raises(UserError, match="full"):
        joining.join(other, opened.code)


def test_who_has_made_room_and_finds_none_is_told_and_keeps_the_drawing(
    database: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "MOST_PUPILS", 1)
    drawings.add_drawing(
        database, classes.join(database, visit.code).id, "b", label=1, image=np.zeros(PIXELS, np.uint8)
    )
    told = receive(visit, message())
    assert (told.outcome, "full" in told.sentence) == ("refused", True)


def test_after_a_class_has_ended_the_code_of_another_in_the_address_is_typed_already(
    database: Database, pupil: Pupil
) -> None:
    ended = classes.code_of(database, pupil)
    classes.close_class(database, pupil.class_id)
    assert open_page(pupil.key, code=ended).text_input[0].value == ""
    new = classes.open_class(database)
    app = open_page(pupil.key, code=new.code)
    assert [info.value for info in app.info] == [joining.OVER]
    assert app.text_input[0].value == new.code
    next(button for button in app.button if button.label == "Join").click().run()
    assert len(classes.list_pupils(database, new.id)) == 1


def test_a_session_joins_a_class_once_and_not_without_end(database: Database, opened: SchoolClass) -> None:
    visit = Visit()
    assert len({joining.join(visit, opened.code).key for _ in range(30)}) == 1
    for _ in range(joining.MOST_CLASSES - 1):
        joining.join(visit, classes.open_class(database).code)
    with pytest.raises(UserError, match="reload the page"):
        joining.join(visit, classes.open_class(database).code)
    assert joining.join(visit, opened.code) == classes.list_pupils(database, opened.id)[0]


def test_who_was_in_a_class_that_is_deleted_is_a_new_pupil_in_the_next(database: Database) -> None:
    visit = Visit()
    first = classes.open_class(database)
    before = joining.join(visit, first.code)
    classes.delete_class(database, first.id)
    second = classes.open_class(database)
    after = joining.join(visit, second.code)
    assert classes.list_pupils(database, second.id) == [after]
    assert after.key != before.key


def test_a_database_that_is_away_while_one_comes_back_is_waited_for(database: Database, pupil: Pupil) -> None:
    file = Path(database.name)
    file.rename(file.with_suffix(".away"))
    app = open_page(pupil.key)
    assert "tries again by itself" in app.info[0].value
    assert not app.text_input or app.text_input[0].label != "The code on the projector"
    file.with_suffix(".away").rename(file)
    app.run()
    assert f"You are the <b>{animals.name(pupil)}</b>" in texts(app)


# Drawing


def test_the_models_read_a_picture_once(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    seven, one = paint(SEVEN, 320), paint(ONE, 320)
    answer_drawing = Mock(return_value=["a card"])
    monkeypatch.setattr(cards, "answer_drawing", answer_drawing)
    asked = []
    for picture in (None, None, seven, seven, one, None):
        visit.read(picture)
        asked.append(answer_drawing.call_count)
    assert asked == [1, 1, 2, 2, 3, 4]


# Sending


def test_a_drawing_that_is_sent_is_stored_and_the_canvas_is_cleared_for_the_next_digit(
    database: Database, pupil: Pupil
) -> None:
    app = open_page(pupil.key)
    visit = visit_of(app)
    asked, loads = visit.digit, app.session_state[state.KEY].loads
    app.session_state[state.KEY].drawing.strokes = SEVEN
    visit.message = message(label=asked)
    app.run()
    assert not app.exception
    (stored,) = drawings.list_drawings(database, pupil.class_id)
    assert (stored.pupil_id, stored.label, stored.identifier) == (pupil.id, asked, "a")
    assert stored.strokes is not None
    assert visit.receipt == Receipt("a", 1, "stored", f"Your {asked} has arrived, thank you.")
    assert visit.digit == asking.next_digit(pupil.id, 1) != asked
    assert app.session_state[state.KEY].loads == loads + 1
    assert app.session_state[state.KEY].drawing.strokes == []
    assert "1 drawing sent · 1 from the whole class" in texts(app)
    app.run()  # nothing is answered twice
    assert app.session_state[state.KEY].loads == loads + 1


def test_a_drawing_that_is_begun_is_drawn_again_in_the_next_session(pupil: Pupil) -> None:
    before = open_page(pupil.key)
    assert data_of(before, "begun")["drawing"] == ""
    before.session_state[state.KEY].drawing.strokes = SEVEN
    before.run()
    begun = data_of(before, "begun")["drawing"]
    app = open_page(pupil.key)
    assert data_of(app, "send")["visitor"] != data_of(before, "send")["visitor"]
    for sent, loads in ((begun, 1), ("forged", 1), (["forged"], 1)):
        states = app._tree.get_widget_states()
        name = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{element(app, 'send').id}{EVENT_DELIM}events"
        states.widgets.add(id=name, json_trigger_value=json.dumps([{"event": "begun", "value": sent}]))
        app._run(states)
        assert not app.exception
        assert app.session_state[state.KEY].drawing.strokes == SEVEN
        assert app.session_state[state.KEY].loads == loads
    assert data_of(app, "begun")["drawing"] == begun


def test_a_drawing_that_is_refused_stays_on_the_canvas(pupil: Pupil) -> None:
    app = open_page(pupil.key)
    app.session_state[state.KEY].drawing.strokes = SCRIBBLE
    visit_of(app).message = message(picture=picture(SCRIBBLE))
    app.run()
    assert app.session_state[state.KEY].drawing.strokes == SCRIBBLE
    assert app.session_state[state.KEY].loads == 0


def test_a_drawing_that_is_sent_twice_is_stored_once_and_acknowledged_again(database: Database, visit: Visit) -> None:
    assert receive(visit, message()).outcome == "stored"
    assert receive(visit, message(attempt=2)) == Receipt("a", 2, "stored", "Your 7 has arrived, thank you.")
    assert visit.sent == count_stored(database) == 1


def test_what_is_stored_is_what_the_models_see_with_the_strokes_that_made_it(database: Database, visit: Visit) -> None:
    receive(visit, message())
    receive(visit, message(identifier="b", label=1, picture=picture(ONE)), SEVEN)  # not those that were sent
    assert visit.pupil is not None
    first, second = drawings.list_drawings(database, visit.pupil.class_id)
    assert (first.strokes is None, second.strokes is None) == (False, True)
    image = np.frombuffer(first.image, np.uint8)
    assert image.size == PIXELS
    assert image.max() > 200


def test_what_is_blank_or_no_digit_or_sent_before_is_refused_kindly(database: Database, visit: Visit) -> None:
    assert receive(visit, message(picture=picture([]))).sentence == "The canvas is blank: draw a 7 and send it then."
    assert receive(visit, message(picture=picture(SCRIBBLE))).outcome == "unsure"
    assert receive(visit, message()).outcome == "stored"
    for dots in ((), ((100, 200),), ((20, 20),), ((300, 300), (160, 100))):
        dotted = [*SEVEN, *(Stroke(20, (dot,)) for dot in dots)]
        told = receive(visit, message(identifier="b", picture=picture(dotted), is_sure=True), dotted)
        assert told.outcome == "refused"
        assert "almost the same" in told.sentence
    assert receive(visit, message(identifier="b"), []).outcome == "refused"  # by its picture alone
    assert count_stored(database) == 1


def test_no_drawing_by_the_same_writer_is_taken_for_one_that_was_sent_before() -> None:
    pens = pen.load(range(1, 4))
    for writer in range(1, 4):
        ink = [pen.on_canvas(pen.ink(one.strokes, 200, 20), "centre") for one in pens if one.writer == writer]
        images = np.stack([preprocess.to_mnist(one).ravel() for one in ink])
        images /= np.linalg.norm(images, axis=1, keepdims=True)
        cosines = images @ images.T - np.eye(len(images))
        assert cosines.max() < receiving.ALIKE


def test_a_pupil_who_is_sure_that_it_is_a_digit_is_believed(visit: Visit) -> None:
    assert receive(visit, message(picture=picture(SCRIBBLE), is_sure=True), SCRIBBLE).outcome == "stored"


def test_two_runs_of_a_page_answer_a_message_once_and_forget_no_newer_one(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page()  # a canvas can be imported once a page was there
    from mnist_demo.ui.pupils import sending  # noqa: PLC0415

    answered: list[object] = []
    has_begun, may_end = threading.Event(), threading.Event()
    first, newer = message(), message(attempt=2)

    def receive_slowly(_: Visit, sent: object, __: object) -> Receipt:
        answered.append(sent)
        has_begun.set()
        assert may_end.wait(60)
        return Receipt("a", len(answered), "waits", receiving.WAITS)

    monkeypatch.setattr(receiving, "receive", receive_slowly)
    visit.message = first
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(sending.answer, visit)]
        assert has_begun.wait(60)
        runs.append(pool.submit(sending.answer, visit))  # as after a lost connection: the page runs anew
        time.sleep(0.3)  # in which it asks for its turn
        may_end.set()
        for run in runs:
            run.result()
    assert answered == [first]
    assert visit.message is None
    assert visit.receipt == Receipt("a", 1, "waits", receiving.WAITS)

    def receive_while_sent(visit: Visit, *_: object) -> Receipt:
        visit.message = newer
        return Receipt("a", 1, "waits", receiving.WAITS)

    monkeypatch.setattr(receiving, "receive", receive_while_sent)
    visit.message = first
    sending.answer(visit)
    assert visit.message is newer


def test_a_drawing_of_2000_strokes_is_refused(database: Database, visit: Visit) -> None:
    many = [Stroke(4, ((x % 300, x // 7), ((x * 31) % 300, x // 7 + 5))) for x in range(2000)]
    told = receive(visit, message(is_sure=True), many)
    assert (told.outcome, "too many strokes" in told.sentence) == ("refused", True)
    assert count_stored(database) == 0


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "a",
        7,
        [],
        {},
        message(identifier=""),
        message(identifier="x" * 65),
        message(identifier="\ud800"),
        message(identifier=5),
        message(attempt="1"),
        message(label=10),
        message(label=-1),
        message(label=True),
        message(label=7.0),
        message(label="7"),
        message(is_sure="yes"),
        message(picture="data:image/png;base64,AAAA"),
        message(picture=pictures.data_address(bytes(10_000_000))),
        message(picture=None),
    ],
    ids=lambda forged: str(forged)[:60],
)
def test_a_forged_message_is_refused_with_one_sentence_and_stores_nothing(
    database: Database, visit: Visit, forged: object
) -> None:
    told = receive(visit, forged)
    assert (told.outcome, "reload the page" in told.sentence) == ("refused", True)
    assert count_stored(database) == 0


@pytest.mark.parametrize("key", ["", "0" * 32, "A" * 200, "\ud800", "' OR 1=1"])
def test_a_foreign_key_is_nobodys(database: Database, pupil: Pupil, key: str) -> None:
    app = open_page(key)
    assert not app.exception
    assert visit_of(app).pupil is None
    assert any(button.label == "Join" for button in app.button)
    assert classes.list_pupils(database, pupil.class_id) == [pupil]


def test_a_drawing_waits_while_the_database_is_away_and_is_stored_then(database: Database, visit: Visit) -> None:
    file = Path(database.name)
    file.rename(file.with_suffix(".away"))
    assert receive(visit, message()) == Receipt("a", 1, "waits", receiving.WAITS)
    file.with_suffix(".away").rename(file)
    assert receive(visit, message(attempt=2)).outcome == "stored"


def test_a_drawing_waits_while_somebody_else_locks_the_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PATIENCE", 0.1)
    opened = current.database()
    visit = Visit()
    visit.enter(opened, classes.join(opened, classes.open_class(opened).code))
    with sqlite3.connect(home / FILE_NAME, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert receive(visit, message()).outcome == "waits"
        other.execute("ROLLBACK")
    other.close()
    assert receive(visit, message()).outcome == "stored"


def test_a_drawing_that_comes_after_the_class_has_ended_ends_the_visit(database: Database, pupil: Pupil) -> None:
    app = open_page(pupil.key)
    classes.close_class(database, pupil.class_id)
    visit_of(app).message = message()
    app.run()
    assert not app.exception
    assert [info.value for info in app.info] == [joining.OVER]
    assert drawings.list_drawings(database, pupil.class_id) == []
