"""The Draw page: a canvas, and what each model makes of the drawing while it is drawn."""

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import pictures, preprocess
from mnist_demo.drawing.strokes import paint, to_canvas
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import answer_cards, cards, model_choice
from mnist_demo.ui.draw import components, digit_row, pen_message, share, steps, upload
from mnist_demo.ui.help import explain

CANVAS_SIDE = 320  # pixels; fits a phone of 360
HISTORY = 100  # strokes that st_canvas can undo
BRUSH = 20  # pixels; about as thick, for the canvas, as MNIST's strokes are for 28 pixels
INK = "#15181f"
PAPER = "#ffffff"
COLORS = {"Pen": INK, "Eraser": PAPER}
SNAPSHOT_SECONDS = 2.0  # between two answers of a model that still trains

# What a visitor's session holds of the drawing:
PICTURE = "picture"  # as it looks, uint8 (H, W) or (H, W, 4)
SETTLED = "settled"  # the picture when the pen was up for the last time
STROKES = "strokes"  # as st_canvas describes it
LINK = "link"  # the link whose drawing was taken last
LOADED = "loaded"  # the strokes that st_canvas began with; another value loads it into the canvas
LOADS = "loads"  # how often the server has loaded strokes into the canvas
CLEARED = "cleared"  # the strokes that Clear took away and st_canvas cannot bring back
REVEALED = "revealed"  # whether the answers of "Guess first" may be seen
CHANGED = "changed"  # whether a widget of the board has changed since the board was run


@st.fragment
def board() -> None:
    """Canvas on the left, answers on the right, settings below; nothing else of the page is run again.

    On a phone they are one below the other in this order, so that the answers are seen while one draws.
    """
    st.session_state[CHANGED] = False
    upper, lower = (st.container(horizontal=True, gap="medium") for _ in range(2))
    with lower:
        with st.container(width=CANVAS_SIDE):
            brush = st.slider(
                "Brush width",
                6,
                40,
                BRUSH,
                format="%d px",
                key="brush",
                persist_state="session",
                on_change=note_change,
            )
            share.button(st.session_state.get(STROKES), st.session_state.get(PICTURE), PAPER, on_click=note_change)
        with st.container(width="stretch"):
            guess_first = guessing()
            models = model_choice.model_choice("draw_models", on_change=note_change)
    with upper:
        with st.container(width=CANVAS_SIDE):
            place = st.container(key="canvas_place")
            canvas_tools()
            tool = st.segmented_control(
                "Tool",
                list(COLORS),
                default="Pen",
                required=True,
                key="tool",
                label_visibility="collapsed",
                on_change=note_change,
            )
            with place:
                components.keyboard()
                canvas(brush, COLORS[tool])
        with st.container(width="stretch"):
            trains = any(run.is_active for run in models)
            st.fragment(answers, run_every=SNAPSHOT_SECONDS if trains else None)(models, guess_first, trains)
    upload.panel(models, on_change=note_change)


def note_change() -> None:
    """Remember that a widget of the board has changed.

    The browser sends changes that come at the same instant as one, and has only the fragment of the first run again:
    that is `answers` where the pen was first, which then has the whole page run.
    """
    st.session_state[CHANGED] = True


def open_link() -> None:
    """Put the drawing of the link that the visitor came by onto the canvas, once."""
    state, link = st.session_state, st.query_params.get(share.PARAMETER)
    if link == state.get(LINK):
        return
    state[LINK] = link
    strokes = share.received()
    if strokes is None:
        return
    state[STROKES] = to_canvas(strokes, INK, PAPER)
    state[PICTURE] = state[SETTLED] = paint(strokes, CANVAS_SIDE)


def canvas_tools() -> None:
    """Undo, Redo and Clear; what st_canvas's own history cannot do is asked of load_strokes."""
    state = st.session_state
    if "canvas" not in state:  # the visitor comes from another page: put back what was drawn
        state[LOADED] = state.get(STROKES)
    components.canvas_tools(
        clear_by_server=count(state[LOADED]) > 0 or count(state.get(STROKES)) >= HISTORY,
        can_restore=state.get(CLEARED) is not None,
        loads=state.get(LOADS, 0),
        on_asked=load_strokes,
    )


def canvas(brush: int, color: str) -> None:
    """st_canvas, whose strokes are kept for the visitor's session."""
    has_message = components.pen_message() is not None
    result = st_canvas(
        stroke_width=brush,
        stroke_color=color,
        background_color=PAPER,
        height=CANVAS_SIDE,
        width=CANVAS_SIDE,
        initial_drawing=st.session_state[LOADED],
        return_image_data=not has_message,
        on_change=remember_strokes,
        key="canvas",
    )
    if not has_message:
        take_picture(result)


def take_picture(result: CanvasResult) -> None:
    """Where the component that follows the pen has not found the canvas: take what the canvas sends by itself."""
    try:
        if result.image_bytes is not None:
            st.session_state[PICTURE] = pictures.read_picture(io.BytesIO(result.image_bytes))
    except (UserError, ValueError, TypeError, AttributeError):  # nothing that the canvas sends
        return


def remember_strokes() -> None:
    """Keep the strokes for the time that the visitor spends on other pages."""
    match st.session_state["canvas"].drawing:  # from a browser, so it can be anything
        case {"raw": {"objects": list()} as strokes}:
            st.session_state[STROKES] = strokes
    note_change()


def load_strokes() -> None:
    """Clear the canvas, or bring back what was cleared, where its own history cannot; reload what the canvas lost."""
    state = st.session_state
    strokes = state.get(STROKES) or {"objects": []}
    match state["canvas_tools"].asked:
        case "clear":
            if count(strokes) > 0:
                state[CLEARED] = strokes
            load({"objects": []})
        case "restore" if state.get(CLEARED) is not None:
            load(state[CLEARED])
            state[CLEARED] = None
        case "reload":
            load(strokes)
    note_change()


def load(strokes: dict[str, Any]) -> None:
    """Have st_canvas begin anew with these strokes."""
    state = st.session_state
    state[LOADS] = state.get(LOADS, 0) + 1
    state[LOADED] = state[STROKES] = {**strokes, LOADS: state[LOADS]}  # differs from what was loaded before


def count(strokes: dict[str, Any] | None) -> int:
    """How many strokes a drawing has."""
    return 0 if strokes is None else len(strokes["objects"])


def guessing() -> bool:
    """Whether the class guesses first, and the button that ends it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        guess_first = st.toggle(
            "Guess first",
            key="guess_first",
            persist_state="session",
            help="Hides the answers until everybody has voted; drawing on hides them again.",
            on_change=note_change,
        )
        if guess_first:
            st.button("Reveal the answers", icon=":material/visibility:", on_click=reveal)
    return guess_first


def reveal() -> None:
    """Show the answers to the picture that comes with the click."""
    with suppress(UserError):
        receive()
    st.session_state[REVEALED] = True
    note_change()


def answers(models: Sequence[Run], guess_first: bool, trained: bool) -> None:
    """What the models say of the drawing, anew with each message of the pen and without touching the canvas.

    `trained` is whether one of them still trained when the board was run.
    """
    if st.session_state[CHANGED]:
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
    pixels = to_mnist(st.session_state.get(PICTURE))
    is_hidden = guess_first and pixels is not None and not st.session_state.get(REVEALED, False)
    said = [cards.hidden(run) if is_hidden else cards.answer_drawing(run, pixels) for run in models]
    picture = "" if pixels is None else pictures.pixels_address(pixels)
    answer_cards.answers(said, picture=picture, is_final=not is_down, key="answers")
    components.pen(answered=number)  # after the answer: when the browser has it, it may send the next picture
    if problem:
        st.error(problem, icon=":material/error:")
    if not is_down:
        st.session_state[SETTLED] = st.session_state.get(PICTURE)
    if not is_hidden:
        digit_row.panel(st.session_state.get(SETTLED), models)
        steps.panel(st.session_state.get(SETTLED), models)


def receive() -> pen_message.Message | None:
    """Take the pen's newest message; a new picture is to be guessed anew.

    Raises UserError as pen_message.read_message does.
    """
    sent = components.pen_message()
    if sent is None:
        return None
    message = pen_message.read_message(sent)
    if not np.array_equal(message.picture, st.session_state.get(PICTURE, ())):
        st.session_state[REVEALED] = False
    st.session_state[PICTURE] = message.picture
    return message


def to_mnist(picture: Bytes | None) -> Floats | None:
    """The picture as the models see it; None where nothing is drawn."""
    try:
        return None if picture is None else preprocess.to_mnist(picture)
    except UserError:  # a blank canvas
        return None


st.title("Draw a digit")
open_link()
board()
explain.models_and_softmax()
