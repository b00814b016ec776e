"""The test images' maps, and what a model says of each image: made once for all viewers."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import Bytes, Floats
from mnist_demo.inside import digit_map, judging, kept
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.inside.network.exported import Opened
from mnist_demo.ui.evidence import choice

MOST_IMAGES = 10_000

_working = threading.Lock()  # one map at a time: it takes all cores


@dataclass(frozen=True, eq=False)
class Layout:
    """The images by what they are compared by. `name` is that of their map by t-SNE, one of kept.key's.

    `opened` is the model whose last hidden layer they are compared by, or None where that is their pixels.
    """

    opened: Opened | None
    by_pca: DigitMap
    name: str

    def vector(self, pixels: Floats) -> Floats:
        """What an image, float32 (28, 28) in [0, 1], is compared by: float32 (d,)."""
        image = pixels.reshape(1, -1)
        vectors = image if self.opened is None else self.opened.network.hidden(image)
        return np.asarray(vectors[0])


def images_of(dataset: Dataset) -> Split:
    """The images of the map: those of the test split, MOST_IMAGES at most."""
    return Split(dataset.test.images[:MOST_IMAGES], dataset.test.labels[:MOST_IMAGES])


@st.cache_resource(max_entries=2, show_spinner="Comparing the images…")
def by_pixels(source: str, _split: Split) -> Layout:  # noqa: ARG001 (looked up by)
    """The images of the data set `source` by their pixels. Raises UserError where they are too few."""

    def make() -> kept.Arrays:
        with _working:
            return digit_map.by_pca(_split.pixels()).arrays()

    return _layout(None, _split, make)


def by_model(source: str, split: Split, opened: Opened) -> tuple[Bytes, Layout]:
    """What a model says of each image, uint8 (n,), and the images by its last hidden layer, or by their pixels.

    Raises UserError where they are too few, or where the model's scores are no numbers.
    """
    answers, layout = _by_model(source, opened.digest, split, opened)
    return answers, layout or by_pixels(source, split)


@st.cache_resource(max_entries=10, show_spinner="The model reads the test images, once for everybody…")
def _by_model(source: str, digest: str, _split: Split, _opened: Opened) -> tuple[Bytes, Layout | None]:  # noqa: ARG001
    hidden: Floats | None = None

    def judge() -> kept.Arrays:
        nonlocal hidden
        judged = judging.judge(_opened, _split)
        choice.check_numbers(judged.logits)  # before they are kept
        hidden = judged.hidden
        return {"logits": judged.logits}

    def make() -> kept.Arrays:
        if hidden is None:  # the logits were kept, and the map was not
            judge()
        assert hidden is not None
        with _working:
            return digit_map.by_pca(hidden).arrays()

    logits = kept.read_or_make(kept.key("logits", _opened.digest, _split), judge)["logits"]
    choice.check_numbers(np.asarray(logits, np.float32))
    layout = _layout(_opened, _split, make) if _opened.network.last_hidden else None
    return logits.argmax(axis=1).astype(np.uint8), layout


def _layout(opened: Opened | None, split: Split, make: Callable[[], kept.Arrays]) -> Layout:
    model = opened.digest if opened else ""
    arrays = kept.read_or_make(kept.key("pca", model, split), make)
    return Layout(opened, DigitMap.from_arrays(arrays), kept.key("tsne", model, split))
