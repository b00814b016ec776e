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
_grid = _component("grid")
_paste = _component("paste")
_pen = _component("pen")
_thumbnails = _component("thumbnails")


@dataclass(frozen=True)
class Answer:
    """What one model says: its name, a word on it, the headline ("7", "Not sure") and ten probabilities in [0, 1]."""

    name: str
    note: str
    headline: str
    remark: str
    probabilities: list[float]


def answers(items: Sequence[Answer], *, picture: str | None = None, is_final: bool = True, key: str) -> None:
    """Cards side by side, one a model, each with its answer and ten bars that follow the probabilities smoothly.

    `picture` is a PNG as a data address, shown beside the cards as what the models see; "" shows a blank one. Answers
    are read out to screen readers once they are final, not at each line that a pen draws.
    """
    data = {"answers": [asdict(item) for item in items], "picture": picture, "is_final": is_final}
    _answers(data=data, key=key)


def canvas_tools(*, clear_by_server: bool, can_restore: bool, loads: int, on_asked: Callable[[], None]) -> None:
    """Undo, Redo and Clear for the page's canvas.

    They work in the browser. What its history does not hold it asks of the server: `on_asked` is called, and
    `st.session_state["canvas_tools"].asked` is "clear" then, or "restore" for what was cleared, or "reload" where the
    canvas has begun anew and lost its strokes. `loads` counts what the server has loaded.
    """
    data = {"clear_by_server": clear_by_server, "can_restore": can_restore, "loads": loads}
    _canvas_tools(data=data, key="canvas_tools", on_asked_change=on_asked)


def grid(start: str) -> None:
    """28 x 28 pixels to draw on with the keyboard; `start` is the PNG to begin with, as a data address, or ""."""
    _grid(data={"start": start}, key="grid")


def paste() -> None:
    """Take a picture that is pasted anywhere on the page for the page's file uploader."""
    _paste(key="paste")


def pen(*, answered: int) -> None:
    """Follow the pen on the page's canvas, or the keyboard on its grid: send what is drawn whenever it has changed.

    `answered` is the number of the last message that was answered: only after it the next is sent.
    """
    _pen(data={"answered": answered}, key="pen", on_drawn_change=lambda: None)


def pen_message() -> object | None:
    """What the component that follows the pen sent last, unchecked; None while it has sent nothing."""
    message: object | None = st.session_state.get("pen", {}).get("drawn")
    return message


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
