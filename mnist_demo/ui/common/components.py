"""Making a Streamlit element of our own from a style sheet and a script."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeGuard

import streamlit as st

ASSETS = Path(__file__).parent / "assets"  # those of the app itself


def is_number(sent: object) -> TypeGuard[int]:
    """Whether a browser has sent a whole number: `True` is one for Python, and no element of ours sends it for one."""
    return type(sent) is int


def assets(part: str) -> Path:
    """Where the style sheets and scripts of `part` are, a folder of `ui`."""
    return Path(__file__).parent.parent / part / "assets"


def component(part: str, name: str, begin: Sequence[Path] = ()) -> Callable[..., Any]:
    """The element whose `NAME.css` and `NAME.js` are among the assets of `part`, a folder of `ui`.

    Its script is put after those in `begin`, which others begin with too: a script of an element cannot import.
    """
    style, script = ((assets(part) / f"{name}.{ending}").read_text(encoding="utf-8") for ending in ("css", "js"))
    script = "\n".join([*(path.read_text(encoding="utf-8") for path in begin), script])
    return st.components.v2.component(f"mnist_demo.{name}", html="<div class='root'></div>", css=style, js=script)
