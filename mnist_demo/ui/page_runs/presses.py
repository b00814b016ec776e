"""Buttons whose press is heard though the run of the page that it began is cut off.

Streamlit tells one run of the page that a button was pressed. Where the page is run again before that run has come to
the button, as when the visitor presses something else at once or a fragment asks for the whole page, it is ended, and
nobody hears of the press. So a press is noted before the page runs, for whichever run comes to the button first.
"""

import functools
from time import monotonic
from typing import Any

import streamlit as st

FORGOTTEN_AFTER = 10.0  # seconds: a press that no run has come to by then is too old to be acted on
PRESSED = "pressed"  # of the visitor's session

Noted = dict[str, float]  # when which button was pressed, by the monotonic clock; the last press only


def button(label: str, *, key: str, disabled: bool = False, **options: Any) -> bool:
    """As `st.button`; true in the one run that is to do what the visitor has asked for."""
    noted = _noted()
    st.button(label, key=key, disabled=disabled, on_click=functools.partial(_note, noted, key), **options)
    return _take(noted, key) and not disabled


def submit_button(label: str, *, key: str, **options: Any) -> bool:
    """As `st.form_submit_button`; true as above."""
    noted = _noted()
    st.form_submit_button(label, key=key, on_click=functools.partial(_note, noted, key), **options)
    return _take(noted, key)


def forget() -> None:
    """At the end of a run of the whole page: a button that it did not draw is not to be heard when it is drawn again.

    So who presses Continue twice does not continue the run a second time, once it has ended again.
    """
    _noted().clear()


def _noted() -> Noted:
    """What this visitor has pressed: passed on, for Streamlit may end a run at each use of the session."""
    noted: Noted = st.session_state.setdefault(PRESSED, {})
    return noted


def _note(noted: Noted, key: str) -> None:
    noted.clear()  # of two presses each may open a dialog, and a page has room for one
    noted[key] = monotonic()


def _take(noted: Noted, key: str) -> bool:
    pressed = noted.pop(key, None)
    return pressed is not None and monotonic() - pressed < FORGOTTEN_AFTER
