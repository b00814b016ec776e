"""What the models say of the drawing, and the class that guesses first."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_demo.data.images import Floats
from mnist_demo.drawing import pictures
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards, pen_message
from mnist_demo.ui.common import answer_cards, model_choice, projector, run_titles
from mnist_demo.ui.draw import components, digit_row, drawn, state, steps
from mnist_demo.ui.draw.state import MODELS, Board, note_change
from mnist_demo.ui.page_runs.turns import SOON, turns

SNAPSHOT_SECONDS = 2.0  # between two answers of a model that still trains
ANSWERS, BELOW, SHARING = FRAGMENTS = "answers", "below", "sharing"  # the fragments that a message of the pen runs
GUESS_FIRST = "guess_first"


def show(models: Sequence[Run]) -> None:
    """The answers of `models`, and what is below them, in two fragments.

    A message of the pen runs the answers alone, which come as soon as they can, and once the drawing has settled what
    is below and the fragment SHARING of the page.
    """
    trains, is_large = any(run.is_active for run in models), projector.is_on()
    every = SNAPSHOT_SECONDS if trains else None
    st.fragment(answers, key=ANSWERS, run_every=every)(models, trains, is_large)
    st.fragment(around, key=BELOW)(models, is_large)


def run_again(fragments: Sequence[str] = FRAGMENTS) -> None:
    """Where only a part of the page is to run, have these fragments of it run; for a widget's callback.

    A picture that came with the widget's change is answered, too.
    """
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:  # else the whole page runs, perhaps another one
        with suppress(StreamlitAPIException):  # the visitor has gone to another page, which has no such fragments
            st.rerun(fragments if components.is_answered() else list({ANSWERS, *fragments}))


def runs_one_fragment() -> bool:
    """Whether only one fragment of the page is to run; messages that came one after the other may run several."""
    context = get_script_run_ctx()
    return context is not None and len(context.fragment_ids_this_run or []) == 1


def run_below() -> None:
    """The drawing has settled: what is below the answers may show it.

    Where the next picture came with this message, it is answered instead, and settles in its turn.
    """
    if components.is_answered():
        run_again(FRAGMENTS[1:])


def answers(models: Sequence[Run], trained: bool, was_large: bool) -> None:
    """What the models say of the drawing, anew with each message of the pen and without touching the canvas.

    `trained` is whether one of them still trained when the board was run, `was_large` whether it was on a projector.
    """
    with turns.take(SOON):
        rerun_where_changed(was_large)
        models = [model_choice.as_it_is(run) for run in models]
        if trained and not any(run.is_active for run in models):
            st.rerun()  # the board then has this looked at no more than the pen asks for
        is_down = answer(models)
    if not is_down:
        settle(state.board())


def answer(models: Sequence[Run]) -> bool:
    """Take the pen's newest message, and show what `models` say; returns whether the pen is down."""
    is_down, number, problem = take_newest()
    pixels = seen(state.board())
    is_hidden = is_guessing() and pixels is not None
    said = [cards.hidden(run) for run in models] if is_hidden else cards.answer_drawing(models, pixels)
    picture = "" if pixels is None else pictures.pixels_address(pixels)
    answer_cards.answers(said, picture=picture, number=number, is_final=not is_down, key="answers")
    # After the answer: when the browser has it, it may send the next picture.
    asked = None if st.session_state.get(GUESS_FIRST, False) else [run.id for run in models]
    components.pen(answered=number, models=asked, on_drawn=follow_pen, on_settled=run_below)
    told = st.empty()  # takes the place of what was told before, at once: another run may begin before this one ends
    if problem:
        told.error(problem, icon=":material/error:")
    return is_down


def follow_pen() -> None:
    """Something was drawn: where the answers are to be hidden again, more than these changes."""
    if state.board().is_revealed:
        run_again()


def around(models: Sequence[Run], was_large: bool) -> None:
    """What is below the answers, and waits until the pen is up."""
    rerun_where_changed(was_large)
    models = [model_choice.as_it_is(run) for run in models]
    guessing(models)
    board, is_hidden = state.board(), is_guessing()
    steps.panel(None if is_hidden else board.drawing.settled, models)  # first: a second digit does not move it
    digit_row.panel([] if is_hidden else board.digits, models)


def rerun_where_changed(was_large: bool) -> None:
    """Have the whole page run where its board has changed, or is on a projector now and `was_large` was not so."""
    if state.board().has_changed or projector.is_on() != was_large:
        st.rerun()


def settle(board: Board) -> None:
    """The drawing stays as it is until the pen is down again; only then are its digits looked for."""
    drawing = board.drawing
    if drawing.settled is not drawing.picture:
        if seen(board) is None:
            drawn.keep(board, drawing.settled)
        drawing.settled = drawing.picture
        board.digits = digit_row.find(drawing.settled)


def is_guessing() -> bool:
    """Whether the class guesses first and has not asked for the answers yet."""
    return st.session_state.get(GUESS_FIRST, False) and not state.board().is_revealed


def guessing(models: Sequence[Run]) -> None:
    """The switch of "Guess first" and what reveals the answers; and what trains and offers itself."""
    with st.container(key="guessing", horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Guess first",
            key=GUESS_FIRST,
            persist_state="session",
            on_change=run_again,
            help="Hides the answers until everybody has voted; drawing on hides them again.",
        )
        if is_guessing():
            st.button("Reveal the answers", icon=":material/visibility:", on_click=reveal)
        offered = model_choice.in_training(models)
        if offered is not None:
            label = f"{run_titles.title(offered)} is training: let it answer too"
            st.button(label, icon=":material/model_training:", on_click=let_answer, args=(offered.id,))


def let_answer(run_id: str) -> None:
    """Add a model to those that answer."""
    st.session_state[MODELS] = [*st.session_state[MODELS], run_id]
    note_change()


def reveal() -> None:
    """Show the answers to the picture that comes with the click."""
    with suppress(UserError):
        receive()
    state.board().is_revealed = True
    run_again()


def take_newest() -> tuple[bool, int, str]:
    """Take the pen's newest message: whether the pen is down, its number, and what is wrong with it, "" for nothing."""
    try:
        message = receive()
    except UserError as error:
        return False, 0, str(error)
    return (False, 0, "") if message is None else (message.is_down, message.number, "")


def receive() -> pen_message.Message | None:
    """Take the pen's newest message; a new picture is to be guessed anew.

    Raises UserError as pen_message.read_message does.
    """
    sent = components.pen_message()
    if sent is None:
        return None
    message = pen_message.read_message(sent)
    board = state.board()
    if board.drawing.picture is None or not np.array_equal(message.picture, board.drawing.picture):
        board.drawing.picture = message.picture
        board.is_revealed = False
    return message


def seen(board: Board) -> Floats | None:
    """The drawing as the models see it, None where nothing is drawn; worked out once for each picture."""
    picture, pixels = board.seen
    if picture is not board.drawing.picture:
        picture, pixels = board.seen = board.drawing.picture, pen_message.to_mnist(board.drawing.picture)
    return pixels
