"""Making a Streamlit element of our own from a style sheet and a script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"  # those of the app itself


def assets(part: str) -> Path:
    """Where the style sheets and scripts of `part` are, a folder of `ui`."""
    return Path(__file__).parent.parent / part / "assets"


def component(part: str, name: str, begin: Path | None = None) -> Callable[..., Any]:
    """The element whose `NAME.css` and `NAME.js` are among the assets of `part`, a folder of `ui`.

    Its script is put after the one in `begin`, which others begin with too: a script of an element cannot import.
    """
    style, script = ((assets(part) / f"{name}.{ending}").read_text(encoding="utf-8") for ending in ("css", "js"))
    if begin is not None:
        script = f"{begin.read_text(encoding='utf-8')}\n{script}"
    return st.components.v2.component(f"mnist_demo.{name}", html="<div class='root'></div>", css=style, js=script)
