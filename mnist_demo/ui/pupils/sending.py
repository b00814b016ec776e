"""A pupil's drawing on its way from the browser to the server, and back what became of it."""

from contextlib import suppress
from dataclasses import asdict
from functools import partial

import streamlit as st

from mnist_demo.classroom.classes import ClassOverError
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Drawing, to_canvas
from mnist_demo.errors import UserError
from mnist_demo.ui.common import services
from mnist_demo.ui.common.components import assets, component
from mnist_demo.ui.draw import canvas, components, share, state
from mnist_demo.ui.page_runs.turns import SOON, Turns
from mnist_demo.ui.pupils import receiving
from mnist_demo.ui.pupils.visit import Visit
from mnist_demo.words import a_digit

KEY = "send"  # of the element

# Of those who send, apart from the turns of the pages: storing waits for the disk, and no page is to wait with it.
_turns = Turns()

_kept = assets("pupils") / "kept.js"
_send = component("pupils", "send", begin=[components.LAYERS, _kept])
_begun = component("pupils", "begun", begin=[_kept])


def button(visit: Visit) -> None:
    """The Send button, and what became of the last drawing."""
    asked = {"code": visit.code, "label": visit.digit, "name": a_digit(visit.digit)}
    receipt = None if visit.receipt is None else asdict(visit.receipt)
    _send(
        data={**asked, "receipt": receipt, "visitor": services.visitor()},
        key=KEY,
        on_sent_change=partial(_note, visit),
        on_begun_change=_draw_again,
    )


def keep_begun(visit: Visit) -> None:
    """Have the browser keep the strokes, for a server that is started anew."""
    begun = share.query(state.board().drawing.strokes) or {share.PARAMETER: ""}
    _begun(data={"code": visit.code, "visitor": services.visitor(), **begun}, key="begun")


def _note(visit: Visit) -> None:
    visit.message = st.session_state[KEY].sent
    state.note_change()


def _draw_again() -> None:
    """Put the strokes onto the canvas that the browser has kept from a session that ended before they were sent."""
    with suppress(UserError):  # nothing that our element has kept
        strokes = links.decode(str(st.session_state[KEY].begun))
        canvas.load(Drawing(strokes, to_canvas(strokes, canvas.INK, canvas.PAPER)))
    state.note_change()


def answer(visit: Visit) -> None:
    """Answer the newest message, where there is one; a drawing that is stored makes room for the next digit.

    Where this run of the page is ended before the message is forgotten, the next one answers it again, alike.
    """
    if visit.message is None:
        return
    with _turns.take(SOON):
        message = visit.message
        if visit.pupil is None or message is None:  # another run of this page, which it has overtaken, was faster
            return
        try:
            given = receiving.receive(visit, message, state.board().drawing.strokes)
        except ClassOverError:
            visit.leave()
            return
        if given.outcome == "stored":
            canvas.load(Drawing())
            state.board().drawing.picture = None  # that the page has heard of, where nobody answers beside it
        visit.receipt = given
        if visit.message is message:  # else the browser has sent the next one meanwhile
            visit.message = None
