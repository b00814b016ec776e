"""The Class page as a pupil sees it: joining, then one digit after the other that is asked for, drawn and sent."""

import time
from contextlib import suppress

import streamlit as st

from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.runs import store
from mnist_demo.ui.classroom import animals, joining, sending
from mnist_demo.ui.classroom import visit as visits
from mnist_demo.ui.classroom.visit import Visit
from mnist_demo.ui.common import answer_cards, cards, services
from mnist_demo.ui.common.components import assets
from mnist_demo.ui.draw import answering, canvas, components, state
from mnist_demo.ui.voting import taking_part
from mnist_demo.words import a_digit

CANVAS = "class_canvas"
STYLES = (assets("draw") / "board.css", assets("classroom") / "pupil.css")
LOOK_EVERY = 4.0  # seconds, how many drawings the class has, and whether it is still open


def show(key: str) -> None:
    """All of it, below the title; `key` is what this browser says is its pupil's, "" where it has none."""
    visit = visits.own()
    if visit.pupil is not None:
        if taking_part.show_for_pupil(visit.pupil):
            return
        for style in STYLES:
            st.html(style)
        board()
    elif key and not visit.has_ended:
        come_back(visit, key)
    else:
        joining.show(visit)


@st.fragment(run_every=LOOK_EVERY)
def come_back(visit: Visit, key: str) -> None:
    """Find out who joined with this browser, and show the page then: again and again where the database is away."""
    try:
        visit.arrive(key)
    except UnavailableError:
        st.info("The class cannot be reached at this moment: this page tries again by itself.", icon=":material/sync:")
    else:
        st.rerun()


@st.fragment
def board() -> None:
    """What to draw, the canvas and its tools, Send, and the models' answers; nothing else of the page is run again."""
    visit = visits.own()
    state.board().has_changed = False
    sending.answer(visit)
    if visit.pupil is None:
        st.rerun()
    st.html(_heading(visit, visit.pupil))
    with st.container(key="board"):
        place, tools, below, beside, last = (
            st.container(key=key) for key in ("canvas_place", "tools", "sending", "answering", "progress")
        )
    with tools:
        canvas.tools(CANVAS)
    with place:
        components.keyboard()
        canvas.canvas(canvas.BRUSH, canvas.INK, key=CANVAS)
    with below:
        sending.button(visit, visit.pupil)
    with beside:
        answers()
    with last:
        progress()


def _heading(visit: Visit, pupil: Pupil) -> str:
    name, face = animals.name(pupil), animals.face(pupil)
    article, digit = a_digit(visit.digit).split()
    return (
        f'<div class="class-ask"><h2 aria-live="polite">Draw {article} <b>{digit}</b></h2>'
        f'<div class="class-badge">{face}<p>You are the <b>{name}</b></p></div></div>'
    )


@st.fragment(run_every=LOOK_EVERY)
def progress() -> None:
    """How many drawings there are, looked at from time to time; ends the visit where the class is over."""
    _rerun_where_changed()
    visit = visits.own()
    if time.monotonic() - visit.counted >= LOOK_EVERY / 2:  # the board runs at each line that is drawn
        with suppress(UnavailableError):
            visit.look_again()
    if visit.pupil is None:
        st.rerun()
    st.caption(f"{_count(visit.sent)} sent · {visit.of_class:,} from the whole class")


def _count(drawings: int) -> str:
    return {0: "No drawing", 1: "1 drawing"}.get(drawings, f"{drawings:,} drawings")


@st.fragment
def answers() -> None:
    """What the models say while one draws, anew with each message of the pen and without touching the canvas."""
    with answering.turn:
        _rerun_where_changed()
        is_down, number, problem = answering.take_newest()
        pixels = answering.to_mnist(state.board().drawing.picture)
        models = [services.shipped(name) for name in store.shipped_names()]
        answer_cards.answers(cards.answer_drawing(models, pixels), is_final=not is_down, key="class_answers")
        components.pen(answered=number, on_drawn=lambda: None)
        if problem:
            st.error(problem, icon=":material/error:")


def _rerun_where_changed() -> None:
    """Have the whole page run where a widget of the board has changed; see state.note_change."""
    if state.board().has_changed:
        st.rerun()
