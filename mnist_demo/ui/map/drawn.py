"""The visitor's drawing beside the map, which shows where it is while it is drawn."""

import streamlit as st

from mnist_demo.data.datasets import Split
from mnist_demo.drawing import rejection
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.draw import answering, canvas, components, state
from mnist_demo.ui.map import details, scatter
from mnist_demo.ui.map.layouts import Layout
from mnist_demo.ui.map.scatter import Points
from mnist_demo.ui.page_runs.turns import SOON, turns

CANVAS = "map_canvas"


@st.fragment
def show_canvas() -> None:
    """The canvas and its tools; what follows the pen is not among them, so that an answer leaves the canvas alone."""
    state.board().has_changed = False
    with st.container(key="map_canvas_part"):
        place, tools = st.container(key="canvas_place"), st.container()
    with tools:
        canvas.tools(CANVAS)
    with place:
        components.keyboard()
        canvas.canvas(canvas.BRUSH, canvas.INK, key=CANVAS)


@st.fragment(key=answering.ANSWERS)
def follow(split: Split, run: Run, layout: Layout, points: Points, found: DigitMap | None) -> None:
    """Where the drawing is on the map and what the model says of it, anew with each message of the pen.

    `found` is the map that shows `points`; None while that is being made, and has no place for a drawing yet.
    """
    with turns.take(SOON):
        board = state.board()
        if board.has_changed:
            st.rerun()
        is_down, number, problem = answering.take_newest()
        if problem:
            st.error(problem, icon=":material/error:")
        pixels = answering.seen(board)
        place = None if pixels is None or found is None else found.place(layout.vector(pixels)[None])[0]
        scatter.mark(points, place, key="map_mark")
        components.pen(answered=number)
        if pixels is None:
            st.caption("Draw a digit, and see where it is on the map while you draw.")
        else:
            is_digit = rejection.is_digit(pixels)
            said = f"{run_titles.title(run)} says **{cards.in_words(run, pixels)}**" if is_digit else rejection.NO_DIGIT
            st.markdown(f"Your drawing: {said}.")
            if found is not None:
                details.most_like(split, layout, found, pixels)
    if not is_down:
        answering.settle(board)
