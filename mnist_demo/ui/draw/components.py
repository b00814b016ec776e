"""Streamlit elements of our own: each is a name, a style sheet and a script from `assets/`."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_demo.ui.common.components import assets, component
from mnist_demo.ui.draw import state

LAYERS = assets("draw") / "layers.js"  # how a script reads the canvas

_canvas_tools = component("draw", "canvas_tools")
_keyboard = component("draw", "keyboard")
_paste = component("draw", "paste")
_pen = component("draw", "pen", begin=[LAYERS])


def canvas_tools(*, clear_by_server: bool, can_restore: bool, loads: int, on_asked: Callable[[], None]) -> None:
    """Undo, Redo and Clear for the page's canvas.

    They work in the browser. What its history does not hold it asks of the server: `on_asked` is called, and
    `st.session_state["canvas_tools"].asked` is "clear" then, or "restore" for what was cleared, or "reload" where the
    canvas has begun anew and lost its strokes. `loads` counts what the server has loaded.
    """
    data = {"clear_by_server": clear_by_server, "can_restore": can_restore, "loads": loads}
    _canvas_tools(data=data, key="canvas_tools", on_asked_change=on_asked)


def keyboard() -> None:
    """A pen over the page's canvas that is moved and put down with the keyboard; it draws as a mouse does."""
    _keyboard(key="keyboard")


def paste() -> None:
    """Take a picture that is pasted anywhere on the page for the page's file uploader."""
    _paste(key="paste")


def _nothing() -> None:
    """Where a page has nothing else to do than to run again what follows the pen."""


def pen(
    *,
    answered: int,
    models: Sequence[str] | None = None,
    on_drawn: Callable[[], None] = _nothing,
    on_settled: Callable[[], None] | None = None,
) -> None:
    """Follow the pen on the page's canvas: send what is drawn whenever it has changed, and call `on_drawn`.

    `answered` is the number of the last message that the page has answered. `on_settled` is called once the answer to a
    new drawing is shown and the pen is up.

    The models of the runs with the ids `models` answer beside the page where they can: see `ui.answers.route`. The page
    then hears only of what is drawn when the pen is up, and without `on_settled` only that there is a pen; where they
    cannot, and for None, it hears of all, of the next once it has answered the last.
    """
    data = {"answered": answered, "models": models, "is_heard": on_settled is not None}
    _pen(data=data, key="pen", on_drawn_change=on_drawn, on_settled_change=on_settled or _nothing)
    state.board().answered = answered


def is_answered() -> bool:
    """Whether the answer to what the component that follows the pen sent last has been shown."""
    match pen_message():
        case {"number": newest}:
            return bool(newest == state.board().answered)
    return True


def pen_message() -> object | None:
    """What the component that follows the pen sent last, unchecked; None while it has sent nothing."""
    message: object | None = st.session_state.get("pen", {}).get("drawn")
    return message
