"""A picture of numbers, one of which is chosen by a click, a touch or the arrow keys."""

from collections.abc import Callable

import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import Floats
from mnist_demo.drawing import pictures
from mnist_demo.ui.common.components import component

_cells = component("evidence", "cells")


def cells(
    values: Floats, limit: float, selected: tuple[int, int], label: str, *, key: str, on_chosen: Callable[[], None]
) -> None:
    """Numbers, (rows, columns), blue to red; `selected` is the row and column of the one that is marked.

    `on_chosen` is called when another is chosen; `chosen(key, ...)` says which then.
    """
    rows, columns = values.shape
    picture = pictures.data_address(pictures.colored_png(maps.signed(values, limit)))
    data = {"picture": picture, "rows": rows, "columns": columns, "selected": list(selected), "label": label}
    _cells(data=data, key=key, on_chosen_change=on_chosen)


def chosen(key: str, rows: int, columns: int) -> tuple[int, int] | None:
    """The row and column that the browser sent; None for what is no place in such a picture."""
    match st.session_state[key].chosen:  # from a browser, so it can be anything
        case [int(row), int(column)] if 0 <= row < rows and 0 <= column < columns:
            return row, column
    return None
