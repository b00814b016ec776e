"""The ways from any digit: to what speaks for its answer, to what changes that, and onto the canvas."""

from collections.abc import Mapping

import streamlit as st

from mnist_demo.ui.draw import state

Query = Mapping[str, str | list[str]]  # says which digit, and which models


def link(query: Query | None) -> None:
    """A link to the Why page; `query` is None for the digit that the visitor drew."""
    st.page_link("mnist_demo/ui/pages/evidence.py", label="Why?", icon=":material/troubleshoot:", query_params=query)


def break_link(query: Query | None) -> None:
    """A link to the page on which the digit is changed until it is read wrong; `query` as above."""
    page = "mnist_demo/ui/pages/break_it.py"
    st.page_link(page, label="Break it", icon=":material/broken_image:", query_params=query)


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
