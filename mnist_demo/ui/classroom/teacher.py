"""The Class page as its teacher sees it."""

from pathlib import Path

import streamlit as st

from mnist_demo.classroom import classes
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from mnist_demo.ui.classroom import acting, former, opening, reading, teaching, wall
from mnist_demo.ui.common import components, projector
from mnist_demo.ui.help import glossary
from mnist_demo.ui.voting import leading

LOOK_EVERY = 3.0  # seconds, for what another teacher opens, closes or deletes
LESSON_PLAN = Path(__file__).with_name("lesson_plan.md")  # which the README names, too
PARTS = {"wall": "The wall", "teach": "Teach it", "vote": "Vote", "classes": "All classes"}


def show() -> None:
    """All of it, below the title."""
    st.html(components.assets("classroom") / "teacher.css")
    found: list[int] | None = None
    try:
        database = current.database()
        listed = classes.list_classes(database)
        found = _state(listed)
        _show(database, listed)
    except UserError as error:
        acting.tell(error)
    with projector.operator_only("lesson_plan"):
        _offer_lesson_plan()
    with st.container(key="class_watch"):
        st.fragment(_watch, run_every=LOOK_EVERY)(found)


def _offer_lesson_plan() -> None:
    box = st.expander("A lesson of 45 minutes", icon=":material/schedule:", key="plan", on_change="rerun")
    if box.open:
        _title, _, text = LESSON_PLAN.read_text(encoding="utf-8").partition("\n")
        box.markdown(text, help=glossary.meanings("Affine model", "CNN", "MNIST", "Parameter"))


def _show(database: Database, listed: list[SchoolClass]) -> None:
    opened = next((one for one in listed if one.closed is None), None)
    if opened is None:
        st.session_state.pop(wall.PUT_TO_VOTE, None)
        opening.offer()
        former.show(listed, classes.sizes(database))
        return
    left, right = st.columns([1, 3], gap="medium")
    with left:
        opening.panel(opened)
    if st.session_state.pop(wall.PUT_TO_VOTE, False):
        st.session_state["class_part"] = "vote"
    with right, st.container(key="large_class" if projector.is_on() else "normal_class"):
        part = st.segmented_control(
            "What to show",
            list(PARTS),
            default="wall",
            required=True,
            format_func=PARTS.__getitem__,
            label_visibility="collapsed",
            key="class_part",
            persist_state="session",
        )
        match part:
            case "teach":
                teaching.show(opened)
            case "vote":
                leading.show_for_teacher(opened)
            case "classes":
                former.show(listed, classes.sizes(database))
            case _:
                wall.show(reading.of_class(database, opened.id))


def _watch(found: list[int] | None) -> None:
    """Have the page run again where there are other classes than those `found`, or none could be found."""
    try:
        now = _state(classes.list_classes(current.database()))
    except UserError:
        return
    if now != found:
        st.rerun()


def _state(listed: list[SchoolClass]) -> list[int]:
    """What tells one state of the classes from another: their ids, those of open ones negative."""
    return [one.id if one.closed else -one.id for one in listed]
