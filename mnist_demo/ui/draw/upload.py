"""Reading digits from a picture that the visitor uploads or pastes."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import photo, pictures, segmentation
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.draw import components, digit_row

WIDTH = 240  # pixels, of the picture on the page


def panel(models: Sequence[Run], on_change: Callable[[], None] | None = None) -> None:
    """An expander that takes a photo or a scan and shows the digits on it, with what `models` read."""
    with st.expander("Read a photo of digits on paper", icon=":material/photo_camera:"):
        components.paste()
        file = st.file_uploader(
            "A photo or a scan, PNG or JPEG: choose it, drop it here, or paste it with Ctrl+V",
            type=["png", "jpg", "jpeg"],
            key="photo",
            on_change=on_change,
            help="Write one digit or a row of digits with a dark pen. Lines on the paper and shadows do no harm.",
        )
        if file is None:
            return
        try:
            picture = pictures.read_picture(file)
            ink = photo.ink_of(picture)
            found = segmentation.digits(ink)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            return
        _pictures(picture, ink)
        digit_row.digits(found, models)


def _pictures(picture: Bytes, ink: Bytes) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.image(picture, caption="Your picture", alt="The picture that was uploaded", width=WIDTH)
        if ink is not picture:
            st.image(255 - ink, caption="The ink on it", alt="The ink that was found on the picture", width=WIDTH)
