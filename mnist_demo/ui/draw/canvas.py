"""The canvas of a page, and its tools; what is drawn on it is the visitor's one drawing, whatever the page."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from mnist_demo.drawing import pictures
from mnist_demo.drawing.strokes import Drawing, from_canvas
from mnist_demo.errors import UserError
from mnist_demo.ui.draw import answering, components, state
from mnist_demo.ui.draw.state import note_change
from mnist_demo.ui.page_runs.turns import LATER, turns

CANVAS_SIDE = 320  # pixels that it has; style sheets say how large they are shown
HISTORY = 100  # strokes that st_canvas can undo
BRUSH = 20  # pixels; about as thick, for the canvas, as MNIST's strokes are for 28 pixels
INK = "#15181f"
PAPER = "#ffffff"
COLORS = {"Pen": INK, "Eraser": PAPER}


def tools(key: str) -> None:
    """Undo, Redo and Clear for the canvas called `key`; what its own history cannot do is asked of load_strokes."""
    own = state.board()
    # The visitor comes from another page: put back what was drawn. Where the browser's last message of this page came
    # after that one had been asked for, Streamlit has the state of the old canvas still.
    if own.has_come or key not in st.session_state:
        own.loaded, own.has_come = own.drawing.canvas, False
    components.canvas_tools(
        clear_by_server=has_strokes(own.loaded) or len(own.drawing.strokes) >= HISTORY,
        can_restore=own.cleared is not None,
        loads=own.loads,
        on_asked=load_strokes,
    )


@st.fragment
def canvas(brush: int, color: str, *, key: str, then: Callable[[], None] | None = None) -> None:
    """st_canvas, whose strokes are kept for the visitor's session; each page has a `key` of its own for it.

    What it says of each stroke runs nothing else, but that `then` is called: where the page is to hear of the drawing,
    it does so from the component that follows the pen, which the fragment called answering.ANSWERS has. But where the
    browser told of a picture at the same instant, it has only this fragment run.
    """
    with turns.take(LATER):
        _canvas(brush, color, key)
        if then is not None:
            then()


def _canvas(brush: int, color: str, key: str) -> None:
    came_together = not components.is_answered() and answering.runs_one_fragment()  # these strokes, and a picture
    if state.board().has_changed or came_together:
        st.rerun()
    has_message = components.pen_message() is not None
    result = st_canvas(
        stroke_width=brush,
        stroke_color=color,
        background_color=PAPER,
        height=CANVAS_SIDE,
        width=CANVAS_SIDE,
        initial_drawing=state.board().loaded,
        return_image_data=not has_message,
        on_change=partial(remember_strokes, key),
        key=key,
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


def remember_strokes(key: str) -> None:
    """Keep the strokes that st_canvas has sent; have the whole page run only where it has no other way to know."""
    drawing = state.board().drawing
    had_many = len(drawing.strokes) >= HISTORY
    match st.session_state[key].drawing:
        case {"raw": {"objects": list()} as drawn}:
            try:
                drawing.strokes, drawing.canvas = from_canvas(drawn, PAPER), drawn
            except UserError as error:
                st.toast(str(error), icon=":material/error:")
    if components.pen_message() is None or had_many != (len(drawing.strokes) >= HISTORY):
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
