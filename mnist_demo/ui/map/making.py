"""The map by t-SNE: made at the press of a button, once for everybody, with its progress and a way to cancel it."""

import functools

import streamlit as st

from mnist_demo.inside.map_maker import Making, MapMaker
from mnist_demo.ui.map.layouts import Layout

LOOK_EVERY = 1.0  # seconds, while a map is being made
QUICK = 2_000  # images take a few seconds
STARTED = "map_started"  # of the session: the name of the map that the visitor had made last


@functools.cache
def maker() -> MapMaker:
    """The one of this server. Not in Streamlit's cache, which any visitor can have emptied: see services.trainer."""
    return MapMaker()


def offer(layout: Layout, title: str) -> None:
    """A button that begins the map by t-SNE; while any is being made, how far that is."""
    making = maker().making
    with st.container(key="map_making", horizontal=True, vertical_alignment="center"):
        if making is None:
            _offer(layout, title)
        else:
            _show_progress(making, is_this=making.name == layout.name)


def _offer(layout: Layout, title: str) -> None:
    time = "a few seconds" if len(layout.by_pca.points) <= QUICK else "about a minute"
    st.button(
        "Let the points find their neighbours",
        type="primary",
        icon=":material/scatter_plot:",
        key="map_start",
        on_click=_start,
        args=(layout, title),
    )
    st.caption(f"This takes {time}, once for everybody. Until then you see the map by PCA.")
    problem = maker().problem(layout.name)
    if problem:
        st.error(problem, icon=":material/error:")


def _start(layout: Layout, title: str) -> None:
    st.session_state[STARTED] = layout.name
    maker().start(layout.name, title, layout.by_pca)


def _show_progress(making: Making, *, is_this: bool) -> None:
    text = "The points look for their neighbours…" if is_this else f"First {making.title} is being made, for others…"
    st.progress(making.share, text=text)
    if st.session_state.get(STARTED) == making.name:  # nobody ends what others wait for
        name = making.name
        st.button("Cancel", icon=":material/close:", key="map_cancel", on_click=maker().cancel, args=(name,))
