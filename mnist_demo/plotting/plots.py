"""Figures and charts: data in, figure out. Matplotlib for pictures, Altair for what one may point at."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from mnist_demo import maps
from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, Floats, one_hot, to_pixels

HEIGHT = 220  # of a chart, pixels
# Text on a projector, in Vega's language: pixels, 26 of them where the screen has 1920 x 1080.
LARGE_TEXT = "min(0.0136 * windowSize()[0], 0.0241 * windowSize()[1])"
# As `words.percent` writes, in Vega's language: a tick of an axis.
PERCENT_TICK = "format(100 * datum.value, '.4~g') + ' %'"


def one_hot_text(label: int) -> str:
    """A label as the ten numbers a model is trained towards."""
    return "[" + " ".join(f"{value:.0f}" for value in one_hot(label)) + "]"


def digit(pixels: Floats, text_color: str, font_size: float = 8) -> Figure:
    """One image, (784,) in [0, 1], large, with its rows and columns numbered."""
    figure = Figure(figsize=(3.4, 3.4), layout="tight", facecolor="none")
    axes = figure.subplots()
    axes.imshow(pixels.reshape(SIDE, SIDE), cmap=maps.INK, vmin=0, vmax=1)
    axes.set_xticks(range(0, SIDE, 7))
    axes.set_yticks(range(0, SIDE, 7))
    axes.tick_params(colors=text_color, labelsize=font_size)
    return figure


def digits(images: Floats, titles: Sequence[str], text_color: str, columns: int = 5, font_size: float = 9) -> Figure:
    """Some images, (n, 784) in [0, 1], each under its title."""
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.6 * columns, 1.95 * rows), layout="tight", facecolor="none")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image.reshape(SIDE, SIDE), cmap=maps.INK, vmin=0, vmax=1)
        axis.set_title(title, color=text_color, fontsize=font_size)
    return figure


def averages(split: Split) -> Floats:
    """The mean image of each digit: float32 (10, 784) in [0, 1]; zeros for a digit that does not occur."""
    return np.stack(
        [
            to_pixels(split.images[split.labels == digit].mean(axis=0))
            if (split.labels == digit).any()
            else np.zeros(PIXELS, np.float32)
            for digit in range(CLASSES)
        ]
    )


def sheet(images: npt.NDArray[np.uint8], columns: int) -> Floats:
    """Images, uint8 (n, 784), put side by side into one picture: float32 (rows * 28, columns * 28) in [0, 1]."""
    rows = -(-len(images) // columns)
    padded = np.zeros((rows * columns, SIDE, SIDE), np.uint8)
    padded[: len(images)] = images.reshape(-1, SIDE, SIDE)
    return to_pixels(padded.reshape(rows, columns, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE))


def class_counts(dataset: Dataset) -> pd.DataFrame:
    """How many images of each digit there are: a row a digit, a column a split."""
    counts = {name: np.bincount(dataset.split(name).labels, minlength=CLASSES) for name in datasets.SPLITS}
    return pd.DataFrame(counts, index=pd.RangeIndex(CLASSES, name="digit"))


def class_balance(counts: pd.DataFrame, split: str, font_size: int = 12, height: int = 220) -> alt.Chart:
    """Bars of `class_counts` for one split, with text and a height of so many pixels."""
    chart: alt.Chart = (
        alt.Chart(counts.reset_index())
        .mark_bar()
        .encode(
            x=alt.X("digit:O", axis=alt.Axis(labelAngle=0, labelFontSize=font_size, titleFontSize=font_size)),
            y=alt.Y(f"{split}:Q", title="images", axis=alt.Axis(labelFontSize=font_size, titleFontSize=font_size)),
            tooltip=["digit", alt.Tooltip(f"{split}:Q", title="images")],
        )
        .properties(height=height)
    )
    return chart


def weight_pictures(weights: Floats, side: int) -> tuple[list[npt.NDArray[np.uint8]], float]:
    """What each of the ten columns of an affine model's weights, float32 (784, 10), looks for in an image.

    Ten pictures, uint8 (28 side, 28 side, 3), each weight a square of `side` pixels, and the weight of the darkest
    red; the darkest blue is its negative. All ten have this one scale, with zero in its middle.
    """
    limit = maps.limit_of(weights)
    return list(maps.signed(weights.T.reshape(CLASSES, SIDE, SIDE), limit, side)), limit


def without_theme(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """The specification of a chart without Altair's own theme, so that the page's is taken."""
    return {name: part for name, part in chart.to_dict().items() if name != "config"}
