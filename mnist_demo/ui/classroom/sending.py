"""A pupil's drawing on its way from the browser to the server, and back what became of it."""

from dataclasses import asdict
from functools import partial

import streamlit as st

from mnist_demo.classroom.tables import Pupil
from mnist_demo.drawing.strokes import Drawing
from mnist_demo.ui.classroom import receiving
from mnist_demo.ui.classroom.visit import Visit
from mnist_demo.ui.common.components import component
from mnist_demo.ui.draw import canvas, components, state
from mnist_demo.words import a_digit

KEY = "send"  # of the element

_send = component("classroom", "send", begin=components.LAYERS)


def button(visit: Visit, pupil: Pupil) -> None:
    """The Send button, and what became of the last drawing."""
    asked = {"pupil": pupil.id, "label": visit.digit, "name": a_digit(visit.digit)}
    answer = None if visit.answer is None else asdict(visit.answer)
    _send(data={**asked, "answer": answer}, key=KEY, on_sent_change=partial(_note, visit))


def _note(visit: Visit) -> None:
    visit.message = st.session_state[KEY].sent
    state.note_change()


def answer(visit: Visit) -> None:
    """Answer the newest message, where there is one; a drawing that is stored makes room for the next digit.

    Where this run of the page is ended before the message is forgotten, the next one answers it again, alike.
    """
    if visit.pupil is None or visit.message is None:
        return
    try:
        given = receiving.receive(visit, visit.pupil, visit.message, state.board().drawing.strokes)
    except receiving.ClassOverError:
        visit.leave()
        return
    if given.outcome == "stored":
        canvas.load(Drawing())
    visit.answer, visit.message = given, None
