"""The classes that there have been: what each has left behind, as files, and deleting it."""

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import IO

import streamlit as st

from mnist_demo import words
from mnist_demo.classroom import drawings, votes
from mnist_demo.classroom.classes import Size
from mnist_demo.classroom.current import current
from mnist_demo.classroom.exchange import exporting
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.teaching import forgetting
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.page_runs import presses

FEW = 6  # classes: of more the list is scrolled
HEIGHT = 340  # pixels that it has then


def show(listed: Sequence[SchoolClass], sizes: Mapping[int, Size]) -> None:
    """All classes, the newest first; one that is still open cannot be deleted."""
    if not listed:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Classes**", width="content")
        if presses.button("Export all", icon=":material/download:", type="tertiary", key="export_all"):
            _ask_export()
    with st.container(height=HEIGHT if len(listed) > FEW else "content", border=False, key="former_classes"):
        for one in listed:
            _row(one, sizes.get(one.id, Size()))


def title(one: SchoolClass) -> str:
    """When a class was opened, in this computer's time."""
    opened = datetime.fromtimestamp(one.opened).astimezone()
    return f"{opened.day} {opened:%B %Y, %H:%M}"


def _row(one: SchoolClass, size: Size) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"class_{one.id}"):
        what = f"{words.counted(size.drawings, 'drawing')}, {words.counted(size.pupils, 'pupil')}"
        st.markdown(f"{title(one)} · {one.code} · {what}{'' if one.closed else ' · open'}", width="stretch")
        if one.closed and presses.button("Delete", icon=":material/delete:", key=f"delete_{one.id}"):
            _ask_delete(one)
        if presses.button("Export", icon=":material/download:", key=f"export_{one.id}"):
            _ask_export(one)


@st.dialog("Export")
def _ask_export(one: SchoolClass | None = None) -> None:
    """The three files of a class, or of all; each is made when its button is pressed."""
    st.markdown(f"Class of {title(one)}" if one else "All classes, and the drawings that were imported")
    name = f"class-{one.code}" if one else "classes"
    class_id = one.id if one else None
    for label, ending, kind, make in (
        ("Drawings as in MNIST (.npz)", ".npz", "application/octet-stream", _npz),
        ("Drawings as pictures (.zip)", ".zip", "application/zip", _zip),
        ("Votes as a table (.csv)", "-votes.csv", "text/csv", _votes),
    ):
        st.download_button(
            label,
            functools.partial(_made, make, class_id),
            f"{name}{ending}",
            kind,
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
            key=f"export_{ending}",
        )


def _made(make: Callable[[int | None, IO[bytes]], None], class_id: int | None) -> bytes:
    stream = io.BytesIO()
    make(class_id, stream)
    return stream.getvalue()


def _npz(class_id: int | None, stream: IO[bytes]) -> None:
    exporting.write_npz(drawings.collect(current.database(), class_id), stream)


def _zip(class_id: int | None, stream: IO[bytes]) -> None:
    exporting.write_zip(drawings.collect(current.database(), class_id), stream)


def _votes(class_id: int | None, stream: IO[bytes]) -> None:
    exporting.write_votes(votes.collect(current.database(), class_id), stream)


@st.dialog("Delete this class?")
def _ask_delete(one: SchoolClass) -> None:
    """The question that stands between a class and its end."""
    st.markdown(
        f"Delete the class of **{title(one)}**, code {one.code}, with all its pupils, drawings and votes? Nothing "
        "brings it back. Models that learned from its drawings stay, without the drawings: they cannot be trained on."
    )
    with st.container(horizontal=True):
        is_deleted = st.button(
            "Delete for good", icon=":material/delete:", key="delete_class", on_click=delete, args=[one.id]
        )
        st.button("Keep it", key="keep_class", on_click=st.rerun)
    if is_deleted:
        st.rerun()


@by_teacher
def delete(class_id: int) -> None:
    """Delete a class that is closed, also where another teacher has deleted it already."""
    forgetting.delete_class(current.database(), class_id)
    current.look_again()
