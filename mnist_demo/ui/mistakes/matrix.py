"""The confusion matrix as a table of buttons."""

from collections.abc import Callable

import streamlit as st

from mnist_demo.data.images import CLASSES
from mnist_demo.inside.mistakes import Indices
from mnist_demo.ui.common.components import component, is_number

_matrix = component("mistakes", "matrix")


def matrix(confusion: Indices, selected: tuple[int, int], *, key: str, on_chosen: Callable[[], None]) -> None:
    """Counts of images by label (rows) and answer; `on_chosen` is called for a click, see `chosen`."""
    _matrix(data={"counts": confusion.tolist(), "selected": list(selected)}, key=key, on_chosen_change=on_chosen)


def chosen(key: str) -> tuple[int, int] | None:
    """The label and the answer of the cell that was clicked; None for what is no cell: a browser may send anything."""
    place = st.session_state[key].chosen
    if is_number(place) and 0 <= place < CLASSES**2:
        return divmod(place, CLASSES)
    return None
