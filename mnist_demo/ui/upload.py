"""Reading digits from a picture that the visitor uploads."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from mnist_demo import drawing, photo, segmentation
from mnist_demo.data import Bytes, Floats
from mnist_demo.errors import UserError
from mnist_demo.runs import Run
from mnist_demo.ui import answering

WIDTH = 240  # pixels, of the picture on the page
DIGIT_WIDTH = 84  # pixels: 28 three times


def panel(models: Sequence[Run]) -> None:
    """An expander that takes a photo or a scan and shows the digits on it, with what `models` read."""
    with st.expander("Read a photo of digits on paper", icon=":material/photo_camera:"):
        file = st.file_uploader(
            "A photo or a scan, PNG or JPEG",
            type=["png", "jpg", "jpeg"],
            key="photo",
            help="Write one digit or a row of digits with a dark pen. Lines on the paper and shadows do no harm.",
        )
        if file is None:
            return
        try:
            picture = drawing.read_picture(file)
            ink = photo.ink_of(picture)
            found = segmentation.digits(ink)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            return
        _pictures(picture, ink)
        digits("Read from left to right", found, models)


def digits(heading: str, found: Sequence[Bytes], models: Sequence[Run]) -> None:
    """Each of the digits that `segmentation.digits` found, and the number that each model reads."""
    pixels = [drawing.to_mnist(digit) for digit in found]
    st.markdown(f"**{heading}**")
    with st.container(horizontal=True, gap="small"):
        for index, one in enumerate(pixels, 1):
            st.image(
                _enlarged(one), caption=f"Digit {index}", alt=f"Digit {index} as the models see it", width=DIGIT_WIDTH
            )
    for run in models:
        st.markdown(f"{answering.title(run)}: **{answering.number(run, pixels)}**")


def _pictures(picture: Bytes, ink: Bytes) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.image(picture, caption="Your picture", alt="The picture that was uploaded", width=WIDTH)
        if ink is not picture:
            st.image(255 - ink, caption="The ink on it", alt="The ink that was found on the picture", width=WIDTH)


def _enlarged(pixels: Floats) -> Bytes:
    grey = Image.fromarray(np.round(255 * (1 - pixels)).astype(np.uint8))
    return np.asarray(grey.resize((DIGIT_WIDTH, DIGIT_WIDTH), Image.Resampling.NEAREST))
