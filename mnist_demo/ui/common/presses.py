"""Buttons of which no press is lost.

Streamlit tells one run of the page that a button was pressed. Where the page is run again before that run has come to
the button, as when the visitor presses something else at once or a fragment asks for the whole page, it is ended, and
nobody hears of the press. So a press is noted before the page runs, for whichever run comes to the button first.
"""

import functools
from time import monotonic
from typing import Any

import streamlit as st

FORGOTTEN_AFTER = 10.0  # seconds: who has gone to another page meanwhile finds nothing done on coming back

Noted = dict[str, float]  # when each button was pressed, by the monotonic clock


def button(label: str, *, key: str, **options: Any) -> bool:
    """As `st.button`; true in the one run that is to do what the visitor has asked for."""
    noted = _noted()
    st.button(label, key=key, on_click=functools.partial(_note, noted, key), **options)
    return _take(noted, key)


def submit_button(label: str, *, key: str, **options: Any) -> bool:
    """As `st.form_submit_button`; true as above."""
    noted = _noted()
    st.form_submit_button(label, key=key, on_click=functools.partial(_note, noted, key), **options)
    return _take(noted, key)


def _noted() -> Noted:
    """What this visitor has pressed. Streamlit may end a run at each look into the session, and at none into this."""
    noted: Noted = st.session_state.setdefault("pressed", {})
    return noted


def _note(noted: Noted, key: str) -> None:
    noted[key] = monotonic()


def _take(noted: Noted, key: str) -> bool:
    pressed = noted.pop(key, None)
    return pressed is not None and monotonic() - pressed < FORGOTTEN_AFTER
