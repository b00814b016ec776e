"""What a teacher presses on the Class page, checked on the server."""

import functools
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.ui.roles import roles

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
            st.toast(str(error), icon=":material/error:")

    return act
