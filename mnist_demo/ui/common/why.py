"""The ways from any digit: to what speaks for its answer, and onto the canvas."""

import streamlit as st

from mnist_demo.ui.draw import state


def link(query: dict[str, str] | None) -> None:
    """A link to the Why page; `query` says which digit, or None for the one that the visitor drew."""
    st.page_link("mnist_demo/ui/pages/evidence.py", label="Why?", icon=":material/troubleshoot:", query_params=query)


def draw_over(query: dict[str, str] | None) -> None:
    """A link to the Draw page; `query` says which digit it puts on the canvas, or None for the one that is there."""
    state.board().link = None  # who follows the same link once more wants the digit as it was
    st.page_link(
        "mnist_demo/ui/pages/draw.py",
        label="Draw over it",
        icon=":material/draw:",
        help="Puts the digit on the canvas. There it is set upright and centred like all drawings, so the answer may "
        "change at once.",
        query_params=query,
    )
