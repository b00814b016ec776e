"""The teacher's side of the Class page: classes, the wall, teaching; and that nobody else does any of it."""

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.data.images import Bytes, to_bytes
from mnist_demo.runs import store
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import former
from mnist_demo.ui.common import services, sharing
from mnist_demo.ui.roles import roles
from tests.classroom.test_classes import LINE
from tests.ui.test_pages import open_page, press, texts

pytestmark = pytest.mark.usefixtures("quick_looks")


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
    said = loaded.classifier(loaded.shipped("cnn")).logits(split.pixels()).argmax(axis=1)
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


def close(app: AppTest) -> None:
    """Close the class, and say yes."""
    press(app, "Close the class")
    press(app, "Close it")


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
    assert "https://mnist.school.example/class" in texts(app).replace("<wbr>", "")
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
    press(second, "Close the class")
    close(first)
    closed = classes.list_classes(current.database())[0].closed
    press(second, "Close it")
    assert classes.list_classes(current.database())[0].closed == closed
    assert not current.is_class_open()
    assert "Open a class" in [button.label for button in first.button]


def test_a_teacher_who_wants_to_close_a_class_is_asked_once() -> None:
    opened()
    app = teachers_page()
    press(app, "Close the class")
    assert "cannot be opened again" in texts(app)
    assert current.is_class_open()
    press(app, "Keep it open")
    assert current.is_class_open()
    close(app)
    assert not current.is_class_open()


def test_the_code_is_shown_where_the_address_that_was_set_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened()
    monkeypatch.setenv(sharing.ADDRESS_VARIABLE, "school")
    app = teachers_page()
    assert f">{one.code}</p>" in texts(app)
    assert [info.value for info in app.info if sharing.ADDRESS_VARIABLE in info.value]
    assert not app.error


def test_former_classes_are_listed_and_deleted_once_asked() -> None:
    one = opened()
    draw(one, [1, 2], pupils=2)
    app = teachers_page()
    choose_part(app, "classes")
    assert "2 drawings, 2 pupils · open" in texts(app)
    assert "Delete" not in [button.label for button in app.button]
    close(app)
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


def test_a_session_that_is_no_teachers_does_nothing_of_all_this() -> None:
    """It has a teacher's page and presses all that is on it, as one can who forges what a browser sends."""
    one = opened()
    ids = draw(one, [1, 2])
    acts: list[tuple[str, Callable[[AppTest], None]]] = [
        ("wall", lambda app: ask(app, {"id": ids[0], "action": "hide"})),
        ("wall", lambda app: ask(app, {"id": ids[0], "action": "delete"})),
        ("wall", lambda app: press(app, "Cover the wall")),
        ("teach", lambda app: press(app, "Teach the CNN our handwriting")),
    ]
    for part, act in acts:
        app = teachers_page()
        choose_part(app, part)
        app.session_state[roles.IS_TEACHER] = False
        act(app)
    assert drawings.marks(current.database(), one.id) == dict.fromkeys(ids, False)
    assert not classes.is_wall_covered(current.database(), one.id)
    assert current.is_class_open()
    assert store.list_runs()[0] == []
    app = teachers_page()
    press(app, "Close the class")
    app.session_state[roles.IS_TEACHER] = False
    press(app, "Close it")
    assert current.is_class_open()
    app = teachers_page()
    close(app)
    press(app, "Delete")
    app.session_state[roles.IS_TEACHER] = False
    press(app, "Delete for good")
    assert len(classes.list_classes(current.database())) == 1
    app = teachers_page()
    app.session_state[roles.IS_TEACHER] = False
    press(app, "Open a class")
    assert not current.is_class_open()
