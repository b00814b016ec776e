"""Shift, turn, scale, spoil: a slider changes the image, and each model answers."""

import streamlit as st

from mnist_demo.data.images import Floats
from mnist_demo.inside import changes
from mnist_demo.inside.changes import CHANGES, Change
from mnist_demo.plotting.plots_of_changes import Axis
from mnist_demo.ui.breaking import lines
from mnist_demo.ui.breaking.lines import Sweep
from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.evidence import choice

CHANGE = "change"  # of the page's address; the value is there by the change's own name, as rotate=30


def choose() -> Change:
    """The kind of change that the visitor chose."""
    name = choice.one_of("How to change it", CHANGE, list(CHANGES), lambda each: CHANGES[each].title, ("Pixel",))
    return CHANGES[name]


def axis_of(change: Change) -> Axis:
    """The horizontal axis of a chart of this change."""
    return Axis(f"{change.title}, {change.unit}", tuple(change.few_values()))


@st.fragment
def show(readers: list[Reader], pixels: Floats, label: int) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]. A move of the slider runs this alone again."""
    change = choose()
    values = change.slider_values()
    wanted = st.slider(
        f"{change.title} ({change.unit})",
        float(change.low),
        float(change.high),
        asked(change),
        float(change.step),
        format="%g",
        key=slider_key(change),
    )
    sweep = Sweep(axis_of(change), values, changes.along(pixels, change.name, values), label)
    found = lines.show(sweep, wanted, readers)
    lines.in_words(sweep, found, neutral=change.neutral, unit=change.unit)
    lines.download(sweep, found)


def slider_key(change: Change) -> str:
    """Each kind of change has a slider of its own."""
    return f"break_{change.name}"


def asked(change: Change) -> float:
    """Where the slider begins: at the value that the address has for this change, else at no change."""
    return choice.asked_number(change.name, float(change.low), float(change.high), float(change.neutral))


def query() -> dict[str, str]:
    """What the address of the present change is."""
    change = CHANGES.get(st.query_params.get(CHANGE, ""), next(iter(CHANGES.values())))
    return {CHANGE: change.name, change.name: f"{st.session_state.get(slider_key(change), change.neutral):g}"}
