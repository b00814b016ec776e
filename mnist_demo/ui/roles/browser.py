"""What a visitor's browser keeps for the server: who is the teacher, and which pupil this is.

An element that nobody sees asks the browser once in every session, and tells it what to keep.
"""

from dataclasses import asdict, dataclass, replace

import streamlit as st

from mnist_demo.ui.common import services
from mnist_demo.ui.common.components import component

KEY = "browser"  # of the element
KEPT = "kept_by_browser"  # of the visitor's session
NEWS, SENT = "news_for_browser", "sent_to_browser"  # too: what this session has changed, and what it has told of it
LONGEST = 200  # characters of a key

_browser = component("roles", "browser")


@dataclass(frozen=True)
class Kept:
    """What a browser says it keeps, unchecked; "" where it keeps nothing."""

    teacher_key: str
    pupil_key: str


@dataclass(frozen=True)
class News:
    """What this session has changed; None is what it has not, which may be another session's, of another tab."""

    teacher_key: str | None = None
    pupil_key: str | None = None
    forgotten: str | None = None  # a pupil's key, where it is not another by now


def kept() -> Kept | None:
    """What this visitor's browser keeps; None until it has answered."""
    found: Kept | None = st.session_state.get(KEPT)
    return found


def show() -> bool:
    """Once on a page, before what wants to know: ask the browser what it keeps, and let it keep what was changed.

    Returns whether it has answered just now.
    """
    own, news = kept(), _news()
    data = {"visitor": services.visitor(), "is_known": own is not None, **asdict(news)}
    answer = _browser(data=data, key=KEY, on_kept_change=lambda: None)
    st.session_state[SENT] = news
    if own is None:
        st.session_state[KEPT] = _read(answer.get("kept"))
    return own is None and kept() is not None


def keep_teacher_key(key: str) -> None:
    """Let this tab of the browser keep this key of a teacher, from the page's next run on; "" forgets what it has."""
    st.session_state[NEWS] = replace(_news(), teacher_key=key)
    st.session_state[KEPT] = replace(_kept_or_nothing(), teacher_key=key)


def keep_pupil_key(key: str) -> None:
    """Let the browser keep this key of a pupil, from the page's next run on."""
    st.session_state[NEWS] = replace(_news(), pupil_key=key, forgotten=None)
    st.session_state[KEPT] = replace(_kept_or_nothing(), pupil_key=key)


def forget_pupil_key() -> None:
    """Let the browser forget the pupil of this session, from the page's next run on; never one of another tab."""
    if own := _kept_or_nothing().pupil_key:
        st.session_state[NEWS] = replace(_news(), pupil_key=None, forgotten=own)
        st.session_state[KEPT] = replace(_kept_or_nothing(), pupil_key="")


def has_news() -> bool:
    """Whether something is to be kept, or forgotten, that the page's next run will tell the browser."""
    sent: News = st.session_state.get(SENT, News())
    return _news() != sent


def _news() -> News:
    found: News = st.session_state.get(NEWS, News())
    return found


def _kept_or_nothing() -> Kept:
    return kept() or Kept("", "")


def _read(answer: object) -> Kept | None:
    """What a browser answered in this session, and not in one before; None where it was not our element."""
    match answer:
        case {"visitor": visitor, "teacher_key": str(teacher), "pupil_key": str(pupil)} if (
            visitor == services.visitor() and len(teacher) <= LONGEST and len(pupil) <= LONGEST
        ):
            return Kept(teacher, pupil)
    return None
