"""Several digits side by side: each as the models see it, and the number that each model reads."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from mnist_demo.data.images import Bytes, Floats, to_bytes
from mnist_demo.drawing import preprocess, segmentation
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import run_titles

DIGIT_SIDE = 84  # pixels: 28 three times


def find(picture: Bytes | None) -> list[Bytes]:
    """The digits on a drawing, as `segmentation.digits` gives them; [] where there is none."""
    try:
        return [] if picture is None else segmentation.digits(picture)
    except UserError:  # a blank canvas
        return []


def panel(found: Sequence[Bytes], models: Sequence[Run]) -> None:
    """The digits on a drawing, where there is more than one."""
    if len(found) > 1:
        with st.container(key="several"):
            digits(found, models)


def digits(found: Sequence[Bytes], models: Sequence[Run]) -> None:
    """Digits as `segmentation.digits` gives them, and the number that each of `models` reads."""
    pixels = [preprocess.to_mnist(digit) for digit in found]
    st.markdown("**Read from left to right**")
    with st.container(horizontal=True, gap="small"):
        for index, one in enumerate(pixels, 1):
            alt = f"Digit {index} as the models see it"
            st.image(_enlarged(one), caption=f"Digit {index}", alt=alt, width=DIGIT_SIDE)
    for run in models:
        st.markdown(f"{run_titles.title(run)}: **{cards.number(run, pixels)}**")


def _enlarged(pixels: Floats) -> Bytes:
    grey = Image.fromarray(to_bytes(1 - pixels))
    return np.asarray(grey.resize((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.NEAREST))
