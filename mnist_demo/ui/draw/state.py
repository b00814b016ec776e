"""What a visitor's session holds of the drawing: the names under which the parts of the Draw page keep it."""

import streamlit as st

PICTURE = "picture"  # as it looks, uint8 (H, W) or (H, W, 4)
SETTLED = "settled"  # the picture when the pen was up for the last time
STROKES = "strokes"  # as st_canvas describes it
LINK = "link"  # the link whose drawing was taken last
LOADED = "loaded"  # the strokes that st_canvas began with; another value loads it into the canvas
LOADS = "loads"  # how often the server has loaded strokes into the canvas
CLEARED = "cleared"  # the strokes that Clear took away and st_canvas cannot bring back
REVEALED = "revealed"  # whether the answers of "Guess first" may be seen
CHANGED = "changed"  # whether a widget of the board has changed since the board was run
MODELS = "draw_models"  # the ids of the models that answer


def note_change() -> None:
    """Remember that a widget of the board has changed.

    The browser sends changes that come at the same instant as one, and has only the fragment of the first run again:
    that is the one of the answers where the pen was first, which then has the whole page run.
    """
    st.session_state[CHANGED] = True
