"""Making a Streamlit element of our own from a style sheet and a script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"  # those of the app itself


def assets(part: str) -> Path:
    """Where the style sheets and scripts of `part` are, a folder of `ui`."""
    return Path(__file__).parent.parent / part / "assets"


def component(part: str, name: str) -> Callable[..., Any]:
    """The element whose `NAME.css` and `NAME.js` are among the assets of `part`, a folder of `ui`."""
    style, script = ((assets(part) / f"{name}.{ending}").read_text(encoding="utf-8") for ending in ("css", "js"))
    return st.components.v2.component(f"mnist_demo.{name}", html="<div class='root'></div>", css=style, js=script)
