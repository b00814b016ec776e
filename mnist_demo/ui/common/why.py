"""The way from any digit to what speaks for its answer."""

import streamlit as st


def link(query: dict[str, str] | None) -> None:
    """A link to the Why page; `query` says which digit, or None for the one that the visitor drew."""
    st.page_link("mnist_demo/ui/pages/evidence.py", label="Why?", icon=":material/troubleshoot:", query_params=query)
