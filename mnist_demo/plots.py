"""Figures and charts: data in, figure out. Matplotlib for pictures, Altair for what one may point at."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from mnist_demo import data
from mnist_demo.data import CLASSES, SIDE, Dataset, Floats, Split
from mnist_demo.runs import Run

HIGHEST_LOSS = 2.4  # on a chart: a little more than the ln 10 of a model that knows nothing
INK = "gray_r"  # matplotlib's name for dark ink on white, as the notebook shows digits


def one_hot_text(label: int) -> str:
    """A label as the ten numbers a model is trained towards."""
    return "[" + " ".join(f"{value:.0f}" for value in data.one_hot(label)) + "]"


def digit(pixels: Floats, text_color: str) -> Figure:
    """One image, (784,) in [0, 1], large, with its rows and columns numbered."""
    figure = Figure(figsize=(3.4, 3.4), layout="tight", facecolor="none")
    axes = figure.subplots()
    axes.imshow(pixels.reshape(SIDE, SIDE), cmap=INK, vmin=0, vmax=1)
    axes.set_xticks(range(0, SIDE, 7))
    axes.set_yticks(range(0, SIDE, 7))
    axes.tick_params(colors=text_color, labelsize=8)
    return figure


def digits(images: Floats, titles: Sequence[str], text_color: str, columns: int = 5) -> Figure:
    """Some images, (n, 784) in [0, 1], each under its title."""
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.6 * columns, 1.95 * rows), layout="tight", facecolor="none")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image.reshape(SIDE, SIDE), cmap=INK, vmin=0, vmax=1)
        axis.set_title(title, color=text_color, fontsize=9)
    return figure


def averages(split: Split) -> Floats:
    """The mean image of each digit: float32 (10, 784) in [0, 1]; zeros for a digit that does not occur."""
    return np.stack(
        [
            data.to_pixels(split.images[split.labels == digit].mean(axis=0))
            if (split.labels == digit).any()
            else np.zeros(data.PIXELS, np.float32)
            for digit in range(CLASSES)
        ]
    )


def sheet(images: npt.NDArray[np.uint8], columns: int) -> Floats:
    """Images, uint8 (n, 784), put side by side into one picture: float32 (rows * 28, columns * 28) in [0, 1]."""
    rows = -(-len(images) // columns)
    padded = np.zeros((rows * columns, SIDE, SIDE), np.uint8)
    padded[: len(images)] = images.reshape(-1, SIDE, SIDE)
    return data.to_pixels(padded.reshape(rows, columns, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE))


def class_counts(dataset: Dataset) -> pd.DataFrame:
    """How many images of each digit there are: a row a digit, a column a split."""
    counts = {name: np.bincount(dataset.split(name).labels, minlength=CLASSES) for name in data.SPLITS}
    return pd.DataFrame(counts, index=pd.RangeIndex(CLASSES, name="digit"))


def class_balance(counts: pd.DataFrame, split: str) -> alt.Chart:
    """Bars of `class_counts` for one split."""
    chart: alt.Chart = (
        alt.Chart(counts.reset_index())
        .mark_bar()
        .encode(
            x=alt.X("digit:O", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{split}:Q", title="images"),
            tooltip=["digit", split],
        )
        .properties(height=220)
    )
    return chart


def curves(runs: Mapping[str, Run], measure: str, colors: Sequence[str]) -> alt.LayerChart | None:
    """Accuracy or loss (`measure`) of some runs by step: training faint, test strong; None before the first figures.

    `runs` maps the name that a run has in the legend to the run. `colors` are the names of all runs there are, oldest
    first: a run's place among them decides its colour.
    """
    table = pd.DataFrame(_curve_rows(runs, measure))
    if table.empty:
        return None
    shown = table[(table.on == "test") & (table.step > 0)].value
    if measure == "accuracy":
        scale, number = alt.Scale(domain=[_floor(shown), 1.0]), "%"
    else:
        scale, number = alt.Scale(domain=[0.0, _ceiling(shown)]), "~g"
    legend = alt.Legend(
        orient="bottom", columns=1, labelLimit=320, symbolOpacity=1, symbolType="stroke", values=list(runs)
    )
    base = alt.Chart(table).encode(
        x=alt.X("step:Q", title="step", axis=alt.Axis(format="~s", tickCount=6)),
        y=alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(format=number)),
        color=alt.Color("run:N", title=None, scale=alt.Scale(domain=list(colors)), legend=legend),
        tooltip=["run", "on", "step", alt.Tooltip("value", format=".4f")],
    )
    faint = base.transform_filter(alt.datum.on == "training").mark_line(opacity=0.35, strokeWidth=1, clip=True)
    strong = base.transform_filter(alt.datum.on == "test").mark_line(
        strokeWidth=2.5, clip=True, point=alt.OverlayMarkDef(size=22)
    )
    return alt.LayerChart(layer=[faint, strong]).properties(height=300 + 24 * len(runs))


def _curve_rows(runs: Mapping[str, Run], measure: str) -> list[dict[str, object]]:
    columns = {"training": f"train_{measure}", "test": f"test_{measure}"}
    return [
        {"run": name, "on": on, "step": metrics.step, "value": value}
        for name, run in runs.items()
        for metrics in run.metrics
        for on, column in columns.items()
        if (value := getattr(metrics, column)) is not None
    ]


def _floor(shown: "pd.Series[float]") -> float:
    """The axis starts at the tenth below the worst test accuracy after the start: the best can be told apart."""
    return 0.0 if shown.empty else float(min(0.9, np.floor(10 * shown.min()) / 10))


def _ceiling(shown: "pd.Series[float]") -> float:
    """The axis ends at the loss of a model that knows nothing (ln 10), or lower once all runs are below."""
    return HIGHEST_LOSS if shown.empty else float(min(HIGHEST_LOSS, 1.3 * shown.max()))
