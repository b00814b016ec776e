"""The test images' maps, and what a model says of each image: made once for all viewers."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import Bytes, Floats
from mnist_demo.inside import digit_map, kept
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.inside.network.exported import Opened
from mnist_demo.ui.mistakes import judged

MOST_IMAGES = 10_000


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


def by_model(source: str, split: Split, opened: Opened) -> tuple[Bytes, Layout]:
    """What a model says of each image, uint8 (n,), and the images by its last hidden layer, or by their pixels.

    Raises UserError where they are too few, or where the model's scores are no numbers.
    """
    digits = judged.judged(opened, split).digits.astype(np.uint8)
    if not opened.network.last_hidden:
        return digits, by_pixels(source, split)
    return digits, _layout(source, opened.digest, split, opened)


def by_pixels(source: str, split: Split) -> Layout:
    """The images of the data set `source` by their pixels. Raises UserError where they are too few."""
    return _layout(source, "", split, None)


@st.cache_resource(max_entries=4, show_spinner="Comparing the images…")  # each holds its model
def _layout(
    source: str,  # noqa: ARG001 (looked up by, as is the digest)
    digest: str,
    _split: Split,
    _opened: Opened | None,
) -> Layout:
    by_pca = digit_map.by_pca(_split.pixels() if _opened is None else judged.hidden(_opened, _split))
    return Layout(_opened, by_pca, kept.key("tsne", digest, _split))
