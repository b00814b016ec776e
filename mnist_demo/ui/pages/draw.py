"""The Draw page: a canvas, and what each model makes of the drawing while it is drawn."""

from pathlib import Path

import streamlit as st

from mnist_demo.drawing.strokes import Drawing, paint, to_canvas
from mnist_demo.ui.common import model_choice, projector
from mnist_demo.ui.draw import answering, canvas, components, drawn, share, state, upload, ways
from mnist_demo.ui.draw.canvas import BRUSH, CANVAS_SIDE, COLORS, INK, PAPER
from mnist_demo.ui.draw.state import MODELS, note_change
from mnist_demo.ui.help import explain

CANVAS = "canvas"
BOARD_STYLE = Path(components.__file__).parent / "assets" / "board.css"


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
        sharing()
    with tools:
        canvas.tools(CANVAS)
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
        canvas.canvas(brush, COLORS[tool], key=CANVAS)
    with beside:
        answering.show(models)
    with projector.operator_only("photo"):
        upload.panel(models, on_change=note_change)


@st.fragment(key=answering.SHARING)
def sharing() -> None:
    """What is made of the strokes, once the drawing has settled."""
    drawing = state.board().drawing
    share.button(drawing, on_click=share_again)
    ways.link(share.query(drawing.strokes))


def share_again() -> None:
    """Where the browser sent a picture at the same instant: see to it that the click is not missed."""
    answering.run_again([answering.SHARING])


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


st.title("Draw a digit")
open_link()
st.html(BOARD_STYLE)
board()
with projector.operator_only("explanation"):
    explain.models_and_softmax()
