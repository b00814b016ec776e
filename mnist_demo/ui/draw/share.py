"""A drawing as a link and as a picture, and the drawing that a link holds."""

import io
from collections.abc import Callable

import streamlit as st
from PIL import Image

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Drawing, Stroke
from mnist_demo.errors import UserError
from mnist_demo.ui.common import sharing

PARAMETER = "drawing"  # of the page's address


def button(drawing: Drawing, on_click: Callable[[], None] | None = None) -> None:
    """A button that opens a link to the drawing, its QR code and its download."""
    if drawing.picture is None or not drawing.strokes:
        st.button("Share", icon=":material/share:", disabled=True, key="nothing_to_share")
    elif st.button("Share", icon=":material/share:", key="share", on_click=on_click):
        show(drawing.strokes, drawing.picture)


@st.dialog("Share your drawing", width="medium")
def show(strokes: list[Stroke], picture: Bytes) -> None:
    """The link, its QR code and the download, over the page."""
    try:
        query = f"{PARAMETER}={links.encode(strokes)}"
    except UserError as error:
        st.error(str(error), icon=":material/error:")
    else:
        sharing.link(query, "This link opens the page with your drawing on it.")
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


def query(strokes: list[Stroke]) -> dict[str, str] | None:
    """The drawing as a page's address has it; None where there is none, or it is too long for that."""
    try:
        return {PARAMETER: links.encode(strokes)} if strokes else None
    except UserError:
        return None


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
