"""The training images that a model takes to be most like a digit."""

import streamlit as st

from mnist_demo import maps
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import SIDE, Floats
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.neighbours import Vectors
from mnist_demo.ui.common import services
from mnist_demo.ui.evidence.pixels import picture
from mnist_demo.ui.help import glossary
from mnist_demo.ui.mistakes import judged
from mnist_demo.words import percent

COUNT = 8
MOST_IMAGES = 10_000  # to compare with: reading them takes a few seconds, once for a model
WIDTH = 112  # pixels


def show(opened: Opened, pixels: Floats) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]."""
    dataset = services.current_dataset()
    split = Split(dataset.train.images[:MOST_IMAGES], dataset.train.labels[:MOST_IMAGES])
    has_hidden = bool(opened.network.last_hidden)
    if has_hidden:
        judged.judged(opened, split)  # shows the progress
    vectors = _vectors(opened.digest if has_hidden else "", dataset.source, split, opened if has_hidden else None)
    found = vectors.nearest(opened.network.hidden(pixels.reshape(1, -1))[0], COUNT)
    by = "by what its last hidden layer makes of them" if has_hidden else "by their pixels"
    st.markdown(
        f"Of {len(split):,} training images, these are most like it for the model, {by}. If they show another digit, "
        "you see what it was mistaken for.",
        help=glossary.meanings("Training image", "Activation", "Label"),
    )
    with st.container(horizontal=True, gap="medium"):
        for index, likeness in found:
            image = split.pixels(index, index + 1)[0].reshape(SIDE, SIDE)
            picture(maps.ink(image, 4), f"{split.labels[index]}, {percent(likeness, 0)} alike (image {index:,})", WIDTH)


@st.cache_resource(max_entries=2, show_spinner=False)
def _vectors(digest: str, source: str, _split: Split, _opened: Opened | None) -> Vectors:  # noqa: ARG001 (looked up by)
    return Vectors(_split.pixels() if _opened is None else judged.hidden(_opened, _split))
