"""Thousands of points in the plane, to move about in; drawn by a script of our own on a plain canvas.

What Streamlit brings for many points, deck.gl, needs WebGL: without a graphics card that is slow or not there at all.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.ui.common import projector
from mnist_demo.ui.common.components import component

_scatter = component("map", "scatter")


@dataclass(frozen=True)
class Points:
    """What is drawn: where n images lie, float32 (n, 2), their labels and what a model says of them, uint8 (n,).

    `by` is what colours tell: "label", "answer" or "right". `layout` names the map: another one is shown as a whole.
    """

    places: Floats
    labels: Bytes
    answers: Bytes
    by: str
    layout: str


def scatter(
    points: Points, *, name: str, chosen: int | None, drawing: Floats | None, key: str, on_chosen: Callable[[], None]
) -> None:
    """The points, each called by `name` and its number; `chosen` is marked, and the place of a `drawing`, (2,).

    `on_chosen` is called when another is chosen; `chosen_of(key, ...)` says which then.
    """
    lowest, highest = points.places.min(axis=0), points.places.max(axis=0)
    middle, reach = (lowest + highest) / 2, float((highest - lowest).max()) / 2 or 1.0
    on_screen = np.asarray((points.places - middle) / reach * 32767, np.int16)  # from -1 to 1, as the script reads it
    data = {
        "points": base64.b64encode(on_screen.astype("<i2").tobytes()).decode(),
        "labels": "".join(map(str, points.labels)),
        "answers": "".join(map(str, points.answers)),
        "by": points.by,
        "layout": points.layout,
        "chosen": chosen,
        "drawing": None if drawing is None else ((drawing - middle) / reach).tolist(),
        "name": name,
        "is_large": projector.is_on(),
    }
    _scatter(data=data, key=key, on_chosen_change=on_chosen)


def chosen_of(key: str, count: int) -> int | None:
    """The number of the point that the browser sent; None for what is none of `count` points."""
    index = st.session_state[key].chosen  # from a browser, so it can be anything
    return index if type(index) is int and 0 <= index < count else None
