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
from mnist_demo.ui.common.components import component, is_number

_scatter = component("map", "scatter")
_mark = component("map", "mark")


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


def scatter(points: Points, *, name: str, chosen: int | None, key: str, on_chosen: Callable[[], None]) -> None:
    """The points, each called by `name` and its number; `chosen` is marked.

    `on_chosen` is called when another is chosen; `chosen_of(key, ...)` says which then.
    """
    places = np.asarray(_on_screen(points.places, points.places) * 32767, "<i2")
    data = {
        "points": base64.b64encode(places.tobytes()).decode(),
        "labels": "".join(map(str, points.labels)),
        "answers": "".join(map(str, points.answers)),
        "by": points.by,
        "layout": points.layout,
        "chosen": chosen,
        "name": name,
        "is_large": projector.is_on(),
    }
    _scatter(data=data, key=key, on_chosen_change=on_chosen)


def mark(points: Points, place: Floats | None, *, key: str) -> None:
    """Mark where the visitor's drawing is among the points, (2,), or nothing; it shows how that moves."""
    shown = None if place is None else _on_screen(place, points.places).tolist()
    _mark(data={"place": shown, "layout": points.layout}, key=key)


def chosen_of(key: str, count: int) -> int | None:
    """The number of the point that the browser sent; None for what is none of `count` points."""
    index = st.session_state[key].chosen  # from a browser, so it can be anything
    return index if is_number(index) and 0 <= index < count else None


def _on_screen(places: Floats, of: Floats) -> Floats:
    """Places as the script takes them, from -1 to 1 where those `of` all points reach farthest."""
    lowest, highest = of.min(axis=0), of.max(axis=0)
    reach = float((highest - lowest).max()) / 2 or 1.0
    return np.asarray((places - (lowest + highest) / 2) / reach, np.float32)
