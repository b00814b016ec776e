"""Streamlit elements of our own: each is a name, a style sheet and a script from `assets/`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"


def _component(name: str) -> Callable[..., Any]:
    style, script = ((ASSETS / f"{name}.{ending}").read_text() for ending in ("css", "js"))
    return st.components.v2.component(f"mnist_demo.{name}", html="<div class='root'></div>", css=style, js=script)


_answers = _component("answers")
_canvas_tools = _component("canvas_tools")
_thumbnails = _component("thumbnails")


@dataclass(frozen=True)
class Answer:
    """What one model says: its name, a word on it, the headline ("7", "Not sure") and ten probabilities in [0, 1]."""

    name: str
    note: str
    headline: str
    remark: str
    probabilities: list[float]


def answers(items: Sequence[Answer], *, picture: str | None = None, key: str) -> None:
    """Cards side by side, one a model, each with its answer and ten bars that follow the probabilities smoothly.

    `picture` is a PNG as a data address, shown beside the cards as what the models see; "" shows a blank one.
    """
    _answers(data={"answers": [asdict(item) for item in items], "picture": picture}, key=key)


def canvas_tools() -> None:
    """Undo, Redo and Clear for the page's canvas."""
    _canvas_tools(key="canvas_tools")


def thumbnails(
    sheet: str,
    captions: Sequence[str],
    labels: Sequence[str],
    *,
    columns: int,
    selected: int | None,
    key: str,
    on_chosen: Callable[[], None],
) -> None:
    """Small pictures to choose from, cut from one PNG sheet (a data address) of `columns` pictures a row.

    `labels` are read out where captions are shown. `on_chosen` is called when one is chosen; its position is
    `st.session_state[key].chosen` then.
    """
    names = [list(captions), list(labels)]
    data = {"sheet": sheet, "names": names, "columns": columns, "selected": selected}
    _thumbnails(data=data, key=key, on_chosen_change=on_chosen)
