"""What the page shows is in its address, and the session remembers it for the visitor who comes back."""

import streamlit as st

from mnist_demo.ui.evidence import choice

SPLIT, OTHER, CELL = "split", "other", "cell"  # of the page's address
NAMES = (choice.MODEL, choice.PART, SPLIT, OTHER, CELL)
KEY = "mistakes_link"  # of the session


def recall() -> None:
    """Give a visitor who did not come by a link what the session remembers; first on the page."""
    if not any(name in st.query_params for name in NAMES):
        st.query_params.update(st.session_state.get(KEY, {}))
    remember()


def remember() -> None:
    """Note what the address says, which the session forgets with the page; also when a part of the page changes it."""
    st.session_state[KEY] = choice.also_asked(*NAMES)
