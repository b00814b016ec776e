"""What the page shows, the model above all: each choice is in the page's address, so that a link opens the same."""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import model_choice
from mnist_demo.ui.help import glossary

MODEL, PART = "model", "part"  # of the page's address, as are those below
LABEL = "label"  # of a drawing
TEMPERATURE = "temperature"
DIGIT, OTHER = "digit", "other"  # for which, and against which, the evidence is
LAYER, UNIT = "layer", "unit"
RATE = "rate"  # of the one step of learning
PRESET = "cnn"
Option = TypeVar("Option")

MOST_OPENED = 4  # models, of 10 MB at most: opening one takes less than 0.1 s


def model() -> Run | None:
    """The chosen model; None, after one sentence, where the address names one that there is not."""
    return model_choice.one_model("Model", "why_model", PRESET, MODEL)


def part(names: Sequence[str], title: Callable[[str], str], words: Sequence[str]) -> str:
    """The chosen part of the page, the first where the address names none of them; `words` are of the glossary."""
    return one_of("What to look at", PART, names, title, words)


def one_of(
    label: str,
    parameter: str,
    names: Sequence[str],
    title: Callable[[str], str],
    words: Sequence[str],
    *,
    preset: str | None = None,
    without: str = "",
) -> str:
    """A choice that the page's address has as `parameter`; `preset`, else the first, where it names none of them.

    `without` is another parameter that says something of the present choice alone: a new one leaves it out.
    """
    known = asked(parameter, names, preset or names[0])
    st.segmented_control(
        label,
        names,
        required=True,
        wrap=True,
        format_func=title,
        help=glossary.meanings(*words),
        **to_address(parameter, known, without),
    )
    return known


def asked(parameter: str, options: Sequence[Option], preset: Option) -> Option:
    """The option that the page's address has as `parameter`; `preset` where it names none of them."""
    text = st.query_params.get(parameter)
    return next((each for each in options if str(each) == text), preset)


def asked_number(parameter: str, lowest: float, highest: float, preset: float) -> float:
    """The number that the page's address has as `parameter`, or the nearest that is allowed; `preset` for none."""
    try:
        value = float(st.query_params.get(parameter, ""))
    except ValueError:
        value = math.nan
    return min(max(value, lowest), highest) if math.isfinite(value) else preset


def asked_place(parameter: str, shape: Sequence[int]) -> tuple[int, ...] | None:
    """The place in an array of this shape that the page's address has as `parameter`, as 12,9,3; None for none."""
    text = st.query_params.get(parameter, "")
    if not re.fullmatch(r"\d{1,6}(,\d{1,6})*", text, re.ASCII):
        return None
    place = tuple(map(int, text.split(",")))
    is_there = len(place) == len(shape) and all(at < size for at, size in zip(place, shape, strict=True))
    return place if is_there else None


def put_place(parameter: str, place: Iterable[int]) -> None:
    """Have the page's address name a place, as `asked_place` reads it."""
    st.query_params[parameter] = ",".join(map(str, place))


def also_asked(*parameters: str) -> dict[str, str]:
    """Those of the parameters that the page's address has, for a link to what is shown."""
    return {name: st.query_params[name] for name in parameters if name in st.query_params}


def to_address(parameter: str, known: object, without: str = "") -> dict[str, Any]:
    """What a widget is given to show `known` and to put what is chosen into the page's address as `parameter`.

    A new choice takes the parameter `without` out of it.
    """
    key = f"why_{parameter}"
    st.session_state[key] = known

    def put() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            st.query_params[parameter] = str(chosen)
            st.query_params.pop(without, None)

    return {"key": key, "on_change": put}


def opened(run: Run) -> Opened:
    """The model of `run`, read and checked once for all viewers. Raises UserError as exported.open_file does."""
    try:
        content = run.model_path.read_bytes()
    except OSError as error:
        raise UserError(f"The model of {run.id} was deleted in the meantime: choose another one.") from error
    return _opened(hashlib.sha256(content).digest(), run.status.temperature, content)


def check_numbers(logits: Floats) -> None:
    """Raises UserError where a model's scores are no numbers."""
    if not np.isfinite(logits).all():
        raise UserError("This model’s scores are no numbers any more, its training diverged: choose another model.")


@st.cache_resource(max_entries=MOST_OPENED, show_spinner="Opening the model…")
def _opened(digest: bytes, temperature: float, _content: bytes) -> Opened:  # noqa: ARG001 (looked up by)
    return exported.open_model(_content, temperature)
