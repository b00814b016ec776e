"""The Draw page: a canvas, and what each model makes of the drawing while it is drawn."""

import io
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from mnist_demo.drawing import pictures
from mnist_demo.drawing.strokes import paint, to_canvas
from mnist_demo.errors import UserError
from mnist_demo.ui.common import model_choice, projector
from mnist_demo.ui.draw import answering, components, share, upload
from mnist_demo.ui.draw.state import (
    CHANGED,
    CLEARED,
    LINK,
    LOADED,
    LOADS,
    MODELS,
    PICTURE,
    SETTLED,
    STROKES,
    note_change,
)
from mnist_demo.ui.help import explain

BOARD_STYLE = Path(components.__file__).parent / "assets" / "board.css"
CANVAS_SIDE = 320  # pixels that it has; board.css says how large they are shown
HISTORY = 100  # strokes that st_canvas can undo
BRUSH = 20  # pixels; about as thick, for the canvas, as MNIST's strokes are for 28 pixels
INK = "#15181f"
PAPER = "#ffffff"
COLORS = {"Pen": INK, "Eraser": PAPER}


@st.fragment
def board() -> None:
    """The canvas and its tools, the answers, the settings; nothing else of the page is run again.

    board.css puts the answers beside the rest, and on a phone right below the canvas: they are seen while one draws.
    """
    st.session_state[CHANGED] = False
    with st.container(key="board"):
        place, tools, beside, below = (
            st.container(key=key) for key in ("canvas_place", "tools", "answering", "operator_settings")
        )
    with below:
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
        models = model_choice.model_choice(MODELS, on_change=note_change)
        share.button(st.session_state.get(STROKES), st.session_state.get(PICTURE), PAPER, on_click=note_change)
    with tools:
        canvas_tools()
        tool = st.segmented_control(
            "Tool",
            list(COLORS),
            default="Pen",
            required=True,
            key="tool",
            label_visibility="collapsed",
            wrap=False,
            on_change=note_change,
        )
    with place:
        components.keyboard()
        canvas(brush, COLORS[tool])
    with beside:
        answering.show(models)
    with projector.operator_only("photo"):
        upload.panel(models, on_change=note_change)


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


st.title("Draw a digit")
open_link()
st.html(BOARD_STYLE)
board()
with projector.operator_only("explanation"):
    explain.models_and_softmax()
