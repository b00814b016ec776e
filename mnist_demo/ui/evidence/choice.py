"""Which model the page looks into, and which of its parts is shown: both are in the page's address."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import model_choice
from mnist_demo.ui.help import glossary

MODEL, PART = "model", "part"  # of the page's address
PRESET = "cnn"
MOST_OPENED = 10  # models, of 10 MB at most


def model() -> Run | None:
    """The chosen model; None, after one sentence, where the address names one that there is not."""
    return model_choice.one_model("Model", "why_model", PRESET, remembered=st.query_params, name=MODEL)


def part(names: Sequence[str], title: Callable[[str], str], words: Sequence[str]) -> str:
    """The chosen part of the page, the first where the address names none of them; `words` are of the glossary."""
    return one_of("What to look at", PART, names, title, words)


def one_of(label: str, parameter: str, names: Sequence[str], title: Callable[[str], str], words: Sequence[str]) -> str:
    """A choice that the page's address has as `parameter`; the first where it names none of them."""
    asked, key = st.query_params.get(parameter), f"why_{parameter}"
    known = asked if asked is not None and asked in names else names[0]
    st.session_state[key] = known
    st.segmented_control(
        label,
        names,
        required=True,
        wrap=True,
        format_func=title,
        key=key,
        help=glossary.meanings(*words),
        on_change=_to_address,
        args=(key, parameter),
    )
    return known


def _to_address(key: str, parameter: str) -> None:
    if st.session_state[key] is not None:
        st.query_params[parameter] = st.session_state[key]


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
