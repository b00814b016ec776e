"""The Class page as a pupil sees it: joining, then one digit after the other that is asked for, drawn and sent."""

import time
from contextlib import suppress
from functools import partial

import streamlit as st

from mnist_demo import words
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.runs import store
from mnist_demo.ui.common import answer_cards, services
from mnist_demo.ui.common.components import assets
from mnist_demo.ui.draw import answering, canvas, components, state
from mnist_demo.ui.page_runs.turns import LATER, SOON, turns
from mnist_demo.ui.pupils import animals, joining, learned, sending
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.pupils.visit import Visit
from mnist_demo.ui.roles import browser
from mnist_demo.ui.voting import taking_part

CANVAS = "class_canvas"
STYLES = (assets("draw") / "board.css", assets("pupils") / "pupil.css")
LOOK_EVERY = 3.0  # seconds, how many drawings the class has, whether it is still open, and whether it votes


def show(key: str) -> None:
    """All of it, below the title; `key` is what this browser says is its pupil's, "" where it has none."""
    visit = visits.own()
    sending.answer(visit)  # here too, for a vote may have begun since the drawing was sent
    if visit.pupil is not None:
        if taking_part.show_for_pupil(visit.pupil):
            state.note_absence()
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
        st.info(visits.AWAY, icon=":material/sync:")
    else:
        st.rerun()


@st.fragment
def board() -> None:
    """What to draw, the canvas and its tools, Send, and the models' answers; nothing else of the page is run again."""
    visit = visits.own()
    state.board().has_changed = False
    has_sent = visit.message is not None
    sending.answer(visit)
    with turns.take(SOON if has_sent else LATER):
        _board(visit)


def _board(visit: Visit) -> None:
    if visit.pupil is None or browser.has_news():
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
        canvas.canvas(canvas.BRUSH, canvas.INK, key=CANVAS, then=partial(sending.keep_begun, visit))
    with below:
        sending.button(visit)
    with beside:
        answers()
    with last:
        st.fragment(progress, run_every=services.look_every(visits.LOOKED_AT, LOOK_EVERY))()


def _heading(visit: Visit, pupil: Pupil) -> str:
    name, face = animals.name(pupil), animals.face(pupil)
    article, digit = words.a_digit(visit.digit).split()
    return (
        f'<div class="class-ask"><h2 aria-live="polite">Draw {article} <b>{digit}</b></h2>'
        f'<div class="class-badge">{face}<p>You are the <b>{name}</b></p></div></div>'
    )


def progress() -> None:
    """How many drawings there are, looked at from time to time; where the class votes or is over, all runs again."""
    _rerun_where_changed()
    services.watchers(visits.LOOKED_AT)  # who is still there counts
    visit = visits.own()
    if time.monotonic() - visit.counted >= LOOK_EVERY / 2:  # the board runs at each drawing that is sent
        with suppress(UnavailableError):
            visit.look_again()  # out of turn: it may wait for the database
    with turns.take(LATER):
        if visit.pupil is None or taking_part.is_asked(visit.pupil):
            st.rerun()
        own = words.counted(visit.sent, "drawing").capitalize()
        st.caption(f"{own} sent · {f'{visit.of_class:,}' if visit.of_class else 'none'} from the whole class")
        learned.show(visit)


@st.fragment(key=answering.ANSWERS)
def answers() -> None:
    """What the models say while one draws, anew with each message of the pen and without touching the canvas."""
    with turns.take(SOON):
        _rerun_where_changed()
        is_down, number, problem = answering.take_newest()
        said = visits.own().read(state.board().drawing.picture)
        answer_cards.answers(said, number=number, is_final=not is_down, key="class_answers")
        components.pen(answered=number, models=store.shipped_names())
        if problem:
            st.error(problem, icon=":material/error:")


def _rerun_where_changed() -> None:
    """Have the whole page run where a widget of the board has changed; see state.note_change."""
    if state.board().has_changed:
        st.rerun()
