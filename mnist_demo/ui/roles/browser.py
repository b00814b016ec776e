"""What a visitor's browser keeps for the server: who is the teacher, and which pupil this is.

An element that nobody sees asks the browser once in every session, and tells it what to keep.
"""

from dataclasses import dataclass, replace

import streamlit as st

from mnist_demo.ui.common import services
from mnist_demo.ui.common.components import component

KEY = "browser"  # of the element
KEPT = "kept_by_browser"  # of the visitor's session
LONGEST = 200  # characters of a key

_browser = component("roles", "browser")


@dataclass(frozen=True)
class Kept:
    """What a browser says it keeps, unchecked; "" where it keeps nothing."""

    teacher_key: str
    pupil_key: str


def kept() -> Kept | None:
    """What this visitor's browser keeps; None until it has answered."""
    found: Kept | None = st.session_state.get(KEPT)
    return found


def show() -> bool:
    """Once on a page, before what wants to know: ask the browser what it keeps, and let it keep what was changed.

    Returns whether it has answered just now.
    """
    own = kept()
    keeps = {"teacher_key": own and own.teacher_key, "pupil_key": own and own.pupil_key}
    data = {"visitor": services.visitor(), "is_known": own is not None, **keeps}
    answer = _browser(data=data, key=KEY, on_kept_change=lambda: None)
    if own is None:
        st.session_state[KEPT] = _read(answer.get("kept"))
    return own is None and kept() is not None


def keep_teacher_key(key: str) -> None:
    """Let this tab of the browser keep this key of a teacher, from the page's next run on; "" forgets what it has."""
    st.session_state[KEPT] = replace(kept() or Kept("", ""), teacher_key=key)


def keep_pupil_key(key: str) -> None:
    """Let the browser keep this key of a pupil, from the page's next run on; "" forgets what it has."""
    st.session_state[KEPT] = replace(kept() or Kept("", ""), pupil_key=key)


def _read(answer: object) -> Kept | None:
    """What a browser answered in this session, and not in one before; None where it was not our element."""
    match answer:
        case {"visitor": visitor, "teacher_key": str(teacher), "pupil_key": str(pupil)} if (
            visitor == services.visitor() and len(teacher) <= LONGEST and len(pupil) <= LONGEST
        ):
            return Kept(teacher, pupil)
    return None
