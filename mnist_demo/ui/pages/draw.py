"""The Draw page: a canvas, and what each model makes of the drawing while it is drawn."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from mnist_demo.drawing import pictures
from mnist_demo.drawing.strokes import Drawing, from_canvas, paint, to_canvas
from mnist_demo.errors import UserError
from mnist_demo.ui.common import model_choice, projector, why
from mnist_demo.ui.draw import answering, components, drawn, share, state, upload
from mnist_demo.ui.draw.state import MODELS, note_change
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
    state.board().has_changed = False
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
        share.button(state.board().drawing, on_click=note_change)
        why.link(share.query(state.board().drawing.strokes))
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
    own, link = state.board(), st.query_params.get(share.PARAMETER)
    if link == own.link:
        return
    own.link = link
    strokes = share.received()
    if strokes is not None:
        drawn.keep(own, own.drawing.picture)
        picture = paint(strokes, CANVAS_SIDE)
        own.drawing = Drawing(strokes, to_canvas(strokes, INK, PAPER), picture)


def canvas_tools() -> None:
    """Undo, Redo and Clear; what st_canvas's own history cannot do is asked of load_strokes."""
    own = state.board()
    if "canvas" not in st.session_state:  # the visitor comes from another page: put back what was drawn
        own.loaded = own.drawing.canvas
    components.canvas_tools(
        clear_by_server=has_strokes(own.loaded) or len(own.drawing.strokes) >= HISTORY,
        can_restore=own.cleared is not None,
        loads=own.loads,
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
        initial_drawing=state.board().loaded,
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
            state.board().drawing.picture = pictures.read_picture(io.BytesIO(result.image_bytes))
    except (UserError, ValueError, TypeError, AttributeError):  # nothing that the canvas sends
        return


def remember_strokes() -> None:
    """Keep the strokes that st_canvas has sent."""
    drawing = state.board().drawing
    match st.session_state["canvas"].drawing:
        case {"raw": {"objects": list()} as drawn}:
            try:
                drawing.strokes, drawing.canvas = from_canvas(drawn, PAPER), drawn
            except UserError as error:
                st.toast(str(error), icon=":material/error:")
    note_change()


def load_strokes() -> None:
    """Clear the canvas, or bring back what was cleared, where its own history cannot; reload what the canvas lost."""
    own = state.board()
    match st.session_state["canvas_tools"].asked:
        case "clear":
            if own.drawing.strokes:
                own.cleared = own.drawing
            load(Drawing())
        case "restore" if own.cleared is not None:
            load(own.cleared)
            own.cleared = None
        case "reload":
            load(own.drawing)
    note_change()


def load(drawing: Drawing) -> None:
    """Have st_canvas begin anew with this drawing."""
    own = state.board()
    own.loads += 1
    own.loaded = {**drawing.canvas, "load": own.loads}  # differs from what was loaded before
    own.drawing = replace(drawing, canvas=own.loaded, picture=own.drawing.picture, settled=own.drawing.settled)


def has_strokes(canvas: dict[str, Any] | None) -> bool:
    """Whether there is anything on a canvas that began with this."""
    return canvas is not None and bool(canvas["objects"])


st.title("Draw a digit")
open_link()
st.html(BOARD_STYLE)
board()
with projector.operator_only("explanation"):
    explain.models_and_softmax()
