"""What the models say of the drawing, and the class that guesses first."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import streamlit as st

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import pictures, preprocess
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import answer_cards, cards, model_choice, projector, run_titles
from mnist_demo.ui.draw import components, digit_row, drawn, pen_message, state, steps
from mnist_demo.ui.draw.state import MODELS, Board, note_change

SNAPSHOT_SECONDS = 2.0  # between two answers of a model that still trains


def show(models: Sequence[Run]) -> None:
    """The answers of `models`, in a fragment: each message of the pen runs it anew, and nothing else of the page."""
    trains = any(run.is_active for run in models)
    st.fragment(answers, run_every=SNAPSHOT_SECONDS if trains else None)(models, trains, projector.is_on())


def answers(models: Sequence[Run], trained: bool, was_large: bool) -> None:
    """What the models say of the drawing, anew with each message of the pen and without touching the canvas.

    `trained` is whether one of them still trained when the board was run, `was_large` whether it was on a projector.
    """
    board = state.board()
    if board.has_changed or projector.is_on() != was_large:
        st.rerun()
    models = [model_choice.as_it_is(run) for run in models]
    if trained and not any(run.is_active for run in models):
        st.rerun()  # the board then has this looked at no more than the pen asks for
    is_down, number, problem = False, 0, ""
    try:
        message = receive()
        if message is not None:
            is_down, number = message.is_down, message.number
    except UserError as error:
        problem = str(error)
    pixels = to_mnist(board.drawing.picture)
    place = st.container(key="cards")
    is_guessing = guessing(models)
    is_hidden = is_guessing and pixels is not None
    with place:
        said = [cards.hidden(run) for run in models] if is_hidden else cards.answer_drawing(models, pixels)
        picture = "" if pixels is None else pictures.pixels_address(pixels)
        answer_cards.answers(said, picture=picture, is_final=not is_down, key="answers")
    components.pen(answered=number)  # after the answer: when the browser has it, it may send the next picture
    if problem:
        st.error(problem, icon=":material/error:")
    if not is_down:
        settle(board)
    steps.panel(None if is_hidden else board.drawing.settled, models)  # first: a second digit does not move it
    digit_row.panel([] if is_hidden else board.digits, models)


def settle(board: Board) -> None:
    """The drawing stays as it is until the pen is down again; only then are its digits looked for."""
    drawing = board.drawing
    if drawing.settled is not drawing.picture:
        if to_mnist(drawing.picture) is None:
            drawn.keep(board, drawing.settled)
        drawing.settled = drawing.picture
        board.digits = digit_row.find(drawing.settled)


def guessing(models: Sequence[Run]) -> bool:
    """Whether the class guesses first and has not asked for the answers yet; and what trains and offers itself."""
    with st.container(key="guessing", horizontal=True, vertical_alignment="center"):
        guess_first = st.toggle(
            "Guess first",
            key="guess_first",
            persist_state="session",
            help="Hides the answers until everybody has voted; drawing on hides them again.",
        )
        is_guessing = guess_first and not state.board().is_revealed
        if is_guessing:
            st.button("Reveal the answers", icon=":material/visibility:", on_click=reveal)
        offered = model_choice.in_training(models)
        if offered is not None:
            label = f"{run_titles.title(offered)} is training: let it answer too"
            st.button(label, icon=":material/model_training:", on_click=let_answer, args=(offered.id,))
    return is_guessing


def let_answer(run_id: str) -> None:
    """Add a model to those that answer."""
    st.session_state[MODELS] = [*st.session_state[MODELS], run_id]
    note_change()


def reveal() -> None:
    """Show the answers to the picture that comes with the click."""
    with suppress(UserError):
        receive()
    state.board().is_revealed = True


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


def to_mnist(picture: Bytes | None) -> Floats | None:
    """The picture as the models see it; None where nothing is drawn."""
    try:
        return None if picture is None else preprocess.to_mnist(picture)
    except UserError:  # a blank canvas
        return None
