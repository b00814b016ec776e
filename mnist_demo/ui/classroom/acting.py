"""What a teacher presses on the Class page, checked on the server; and telling what went wrong."""

import functools
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.ui.common import projector
from mnist_demo.ui.roles import roles

# In place of a sentence that has a folder or an address in it.
FOR_PROJECTOR = "Something is wrong with the class at this moment: leave the projector view to read what it is."

P = ParamSpec("P")


def by_teacher(action: Callable[P, object]) -> Callable[P, None]:
    """`action` as a callback that does nothing for anybody but a teacher; what goes wrong is told in a sentence."""

    @functools.wraps(action)
    def act(*given: P.args, **named: P.kwargs) -> None:
        if not roles.is_teacher():
            return
        try:
            action(*given, **named)
        except UserError as error:
            st.toast(sentence(error), icon=":material/error:")

    return act


def sentence(error: UserError) -> str:
    """What is told of an error where the teacher presses, and perhaps a class looks on."""
    text = str(error)
    return FOR_PROJECTOR if projector.is_on() and ("/" in text or "\\" in text) else text


def tell(error: UserError) -> None:
    """The same on the page."""
    st.error(sentence(error), icon=":material/error:")
