"""The Draw page: a canvas, and what each model makes of the drawing."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from mnist_demo import drawing
from mnist_demo.data import Floats
from mnist_demo.errors import UserError
from mnist_demo.ui import answering, components, explain

CANVAS_SIDE = 320  # pixels; fits a phone of 360
BRUSH = 20  # pixels; about as thick, for the canvas, as MNIST's strokes are for 28 pixels
INK = "#15181f"
PAPER = "#ffffff"


def canvas() -> Floats | None:
    """Show the canvas; the drawing as the models see it, or None while there is none."""
    if "canvas" not in st.session_state:  # the visitor comes from another page: put back what was drawn
        st.session_state["drawing_before"] = st.session_state.get("drawing")
    above = st.container()
    components.canvas_tools()
    brush = st.slider("Brush width", 6, 40, BRUSH, format="%d px", key="brush", persist_state="session")
    with above:
        result = st_canvas(
            stroke_width=brush,
            stroke_color=INK,
            background_color=PAPER,
            height=CANVAS_SIDE,
            width=CANVAS_SIDE,
            initial_drawing=st.session_state["drawing_before"],
            return_image_data=True,
            key="canvas",
        )
    if result.image_data is None:  # nothing was drawn since the page was opened
        kept: Floats | None = st.session_state.get("pixels")
        return kept
    try:
        pixels = drawing.to_mnist(result.image_data)
    except UserError:  # a blank canvas
        pixels = None
    st.session_state.update(drawing=result.json_data, pixels=pixels)
    return pixels


@st.fragment
def board() -> None:
    """Canvas and answers; drawing reruns nothing else of the page."""
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=CANVAS_SIDE):
            pixels = canvas()
        with st.container(width="stretch"):
            cards = st.container()
            models = answering.model_choice("draw_models")
    with cards:
        answers = [answering.answer(run, pixels) for run in models]
        components.answers(answers, picture="" if pixels is None else answering.picture(pixels), key="answers")


st.title("Draw a digit")
board()
explain.models_and_softmax()
