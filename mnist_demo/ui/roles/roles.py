"""Who may do what: everybody all, until a class is open; then only its teacher controls it and the runs.

The teacher is who has shown the key. Each action is checked here on the server, whatever its button looks like.
"""

import functools
import time
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from mnist_demo.classroom import teacher
from mnist_demo.classroom.current import current
from mnist_demo.errors import UserError
from mnist_demo.ui.roles import browser

IS_TEACHER = "is_teacher"  # of the visitor's session
IS_UNCHECKED = "teacher_key_is_unchecked"  # whether the key that was shown could not be checked
PROBLEM = "teacher_problem"  # why this visitor is not, who has tried
TYPED = "teacher_key"  # the field
WAIT = 1.0  # seconds after a wrong key, for the visitor who has shown it and nobody else
REFUSED = "A class is open, and this is for its teacher: ask them, or open the teacher’s link."
UNKNOWN = (
    "The database of the class does not answer, and there may be an open class: until it does, only the teacher can do "
    "this."
)
WRONG = "This is not the key of this server: run `python -m mnist_demo teacher` on its computer to see the key."

P = ParamSpec("P")


def recognise() -> None:
    """Once on a page, before all that depends on it: learn from the browser whose it is."""
    has_answered, kept = browser.show(), browser.kept()
    if kept and kept.teacher_key and (has_answered or st.session_state.get(IS_UNCHECKED)):
        _check(kept.teacher_key)


def is_teacher() -> bool:
    """Whether this visitor has shown the teacher's key."""
    return st.session_state.get(IS_TEACHER) is True


def may_control() -> bool:
    """Whether this visitor may start, control and delete runs now."""
    return is_teacher() or not current.is_class_open()


def for_teacher(action: Callable[P, object]) -> Callable[P, None]:
    """`action` for the teacher alone while a class is open: anybody else is told so, and nothing is done."""

    @functools.wraps(action)
    def checked(*given: P.args, **named: P.kwargs) -> None:
        if may_control():
            action(*given, **named)
        else:
            st.toast(REFUSED if current.is_known() else UNKNOWN, icon=":material/lock:")

    return checked


def ask_key() -> None:
    """The field where a teacher types the key, closed until somebody wants it."""
    problem = st.session_state.get(PROBLEM)
    with st.expander("I am the teacher", icon=":material/key:", expanded=problem is not None), st.form("teacher"):
        st.text_input("The teacher’s key", type="password", autocomplete="off", key=TYPED)
        st.form_submit_button("Come in as the teacher", icon=":material/login:", on_click=_take_typed)
        if problem:
            st.error(problem, icon=":material/error:")


def _take_typed() -> None:
    st.session_state.pop(PROBLEM, None)
    typed = str(st.session_state[TYPED]).strip()
    if typed:
        _check(typed)


def _check(key: str) -> None:
    """Make who shows this key the teacher; who shows another has to wait, and is told why.

    Where nobody can say now whether it is right, the browser keeps it, and it is checked again when the page runs.
    """
    try:
        is_right = teacher.is_key(key)
    except UserError as error:
        browser.keep_teacher_key(key)
        st.session_state.update({IS_UNCHECKED: True, PROBLEM: str(error)})
        return
    st.session_state.update({IS_TEACHER: is_right, PROBLEM: None if is_right else WRONG})
    browser.keep_teacher_key(key if is_right else "")
    st.session_state[IS_UNCHECKED] = False  # last: the visitor may end this run in mid-way, by pressing something
    if not is_right:
        time.sleep(WAIT)
