"""The projector view: every page large enough to be read from the last row. Its browser remembers whether it is on."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.ui.common.components import ASSETS

KEY = "is_projected"  # of the visitor's session
COOKIE = "mnist_demo_projector"  # "1" where it is on
YEAR = 365 * 24 * 3600  # seconds
REMEMBER = "<script>document.cookie = '{cookie}={value}; path=/; max-age={age}; samesite=strict'</script>"


def is_on() -> bool:
    """Whether this visitor's pages are on a projector."""
    return bool(st.session_state.setdefault(KEY, st.context.cookies.get(COOKIE) == "1"))


def show() -> None:
    """The button in the top bar, and what makes the page large; once on every page, before all that is on it."""
    is_large = is_on()
    with st.container(key="projector"):
        st.button(
            "Normal view" if is_large else "Projector view",
            icon=":material/fullscreen_exit:" if is_large else ":material/fullscreen:",
            type="tertiary",
            shortcut="P",
            key="projector_view",
            on_click=_turn,
            args=(not is_large,),  # what it says, even where a press is heard twice
        )
        remember = REMEMBER.format(cookie=COOKIE, value=int(is_large), age=YEAR)
        st.html(remember, unsafe_allow_javascript=True)
    if is_large:
        st.html(ASSETS / "projector.css")


def operator_only(name: str) -> DeltaGenerator:
    """A container, called `name` on its page, of what the class need not see: the projector view leaves it out."""
    return st.container(key=f"operator_{name}")


def _turn(is_large: bool) -> None:
    st.session_state[KEY] = is_large
