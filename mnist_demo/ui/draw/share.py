"""A drawing as a link and as a picture, and the drawing that a link holds."""

import io
from typing import Any

import streamlit as st
from PIL import Image

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Stroke, from_canvas
from mnist_demo.errors import UserError

PARAMETER = "drawing"  # of the page's address


def panel(drawing: dict[str, Any] | None, picture: Bytes | None, paper: str) -> None:
    """A button that opens a link to the drawing and its download.

    `drawing` is what st_canvas says of it, on such paper; `picture` is how it looks, uint8 (H, W) or (H, W, 4).
    """
    is_blank = picture is None or drawing is None or not drawing.get("objects")
    with st.popover("Share", icon=":material/share:", disabled=is_blank):
        if drawing is None or picture is None:
            return
        try:
            link = address(from_canvas(drawing, paper))
        except UserError as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.markdown("This link opens the page with your drawing on it:")
            st.code(link, language=None, wrap_lines=True)
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG")
        st.download_button(
            "Download as PNG",
            buffer.getvalue(),
            "digit.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
        )


def address(strokes: list[Stroke]) -> str:
    """The link to the page with these strokes on the canvas. Raises UserError where they are too many."""
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{PARAMETER}={links.encode(strokes)}"


def received() -> list[Stroke] | None:
    """The strokes in the address that the visitor came by; None where there are none. Says so where it is forged."""
    text = st.query_params.get(PARAMETER)
    if text is None:
        return None
    try:
        return links.decode(text)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None
