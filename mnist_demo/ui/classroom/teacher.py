"""The Class page as its teacher sees it."""

import streamlit as st

from mnist_demo.classroom import classes
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from mnist_demo.ui.classroom import former, opening, reading, teaching, wall
from mnist_demo.ui.common import components, projector
from mnist_demo.ui.voting import leading

LOOK_EVERY = 3.0  # seconds, for what another teacher opens, closes or deletes
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
        st.error(str(error), icon=":material/error:")
    with st.container(key="class_watch"):
        st.fragment(_watch, run_every=LOOK_EVERY)(found)


def _show(database: Database, listed: list[SchoolClass]) -> None:
    opened = next((one for one in listed if one.closed is None), None)
    if opened is None:
        opening.offer()
        former.show(listed, classes.sizes(database))
        return
    left, right = st.columns([1, 3], gap="medium")
    with left:
        opening.panel(opened)
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
