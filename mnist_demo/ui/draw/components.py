"""Streamlit elements of our own: each is a name, a style sheet and a script from `assets/`."""

from collections.abc import Callable

import streamlit as st

from mnist_demo.ui.common.components import assets, component

LAYERS = assets("draw") / "layers.js"  # how a script reads the canvas

_canvas_tools = component("draw", "canvas_tools")
_keyboard = component("draw", "keyboard")
_paste = component("draw", "paste")
_pen = component("draw", "pen", begin=LAYERS)


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


def pen(*, answered: int, on_drawn: Callable[[], None]) -> None:
    """Follow the pen on the page's canvas: send what is drawn whenever it has changed, and call `on_drawn`.

    `answered` is the number of the last message that was answered: only after it the next is sent.
    """
    _pen(data={"answered": answered}, key="pen", on_drawn_change=on_drawn)


def pen_message() -> object | None:
    """What the component that follows the pen sent last, unchecked; None while it has sent nothing."""
    message: object | None = st.session_state.get("pen", {}).get("drawn")
    return message
