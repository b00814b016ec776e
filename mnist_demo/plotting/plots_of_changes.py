"""Charts of what models make of an image, or of many, that is changed more and more: data in, chart out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from mnist_demo.data.images import Floats
from mnist_demo.plotting.plots import PERCENT_TICK, without_theme
from mnist_demo.words import percent, surety

CURVES, SAID, NOW = "curves", "said", "now"  # the data sets that a chart is drawn from
HEIGHT, LARGE_HEIGHT = 300, 520  # pixels
FONT, LARGE_FONT = 12, 26  # pixels; on a projector of 1920 x 1080
STRIP = 0.12  # of a strip with the digits that a model says, in units of the axis from 0 to 100 %
STRIP_COLUMNS = ["model", "start", "end", "middle", "digit", "written", "right"]
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # where that axis has ticks


@dataclass(frozen=True)
class Axis:
    """What an image is changed by: a title with its unit, and where its line has ticks, the ends among them."""

    title: str
    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """Where it begins."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """Where it ends."""
        return self.ticks[-1]


Probabilities = Mapping[str, Floats]  # by a model's name: of the ten digits at each value, float32 (values, 10)


def along(
    axis: Axis, values: Sequence[float], found: Probabilities, label: int, now: float, *, is_large: bool = False
) -> dict[str, Any]:
    """A line for each model: how probable `label` is at each of `values`; a line down marks the value `now`.

    Below is a strip for each model, in which other digits are written where it says these. A Vega-Lite specification
    with its three data frames among its `datasets`.
    """
    chart = _along_chart(axis, tuple(found), label, is_large=is_large)
    curves = pd.DataFrame(
        [
            {"model": name, "at": at, "right": float(row[label]), "shown": surety(float(row[label])), "says": says(row)}
            for name, probabilities in found.items()
            for at, row in zip(values, probabilities, strict=True)
        ],
        columns=["model", "at", "right", "shown", "says"],
    )
    is_now = (curves["at"] - now).abs() == (curves["at"] - now).abs().min()
    said = pd.DataFrame(_strips(values, found, label), columns=STRIP_COLUMNS)
    heights = {name: -STRIP * (place + 1) for place, name in enumerate(found)}
    said["bottom"] = said["model"].map(heights)
    said["top"] = said["bottom"] + 0.8 * STRIP
    return {**chart, "datasets": {CURVES: curves, SAID: said, NOW: curves[is_now].reset_index(drop=True)}}


def says(probabilities: Floats) -> str:
    """What ten probabilities say: "7: 98.2 %"."""
    return f"{int(probabilities.argmax())}: {surety(float(probabilities.max()))}"


def _strips(values: Sequence[float], found: Probabilities, label: int) -> list[tuple[object, ...]]:
    """Each stretch of values at which a model says the same digit, from half-way to those beside it."""
    half = (values[1] - values[0]) / 2
    strips: list[tuple[object, ...]] = []
    for name, probabilities in found.items():
        for digit, stretch in groupby(enumerate(probabilities.argmax(axis=1).tolist()), key=lambda each: each[1]):
            places = [place for place, _ in stretch]
            start = max(values[places[0]] - half, values[0])
            end = min(values[places[-1]] + half, values[-1])
            is_wide = end - start > (values[-1] - values[0]) / 40  # else its digit would not fit
            written = str(digit) if is_wide and digit != label else ""
            strips.append((name, start, end, (start + end) / 2, str(digit), written, digit == label))
    return strips


@lru_cache(maxsize=64)
def _along_chart(axis: Axis, names: tuple[str, ...], label: int, *, is_large: bool) -> dict[str, Any]:
    """The chart without its data: Altair takes 60 ms to build and check one, and it seldom changes."""
    thick, font = (2, LARGE_FONT) if is_large else (1, FONT)
    scale = alt.Scale(domain=(-STRIP * len(names), 1), nice=False)
    x, y, color = _x(axis, font), _y(scale, font), _color(names, font)
    tooltip = _tooltip(axis, f"probability of the {label}", "says:N")
    curves, said, now = (alt.Chart(alt.NamedData(name)) for name in (CURVES, SAID, NOW))
    lines = curves.mark_line(strokeWidth=2.5 * thick, clip=True).encode(x=x, y=y, color=color, tooltip=tooltip)
    strips = said.mark_rect(cornerRadius=2).encode(
        x=alt.X("start:Q", scale=_ends(axis)),
        x2="end:Q",
        y=alt.Y("bottom:Q", scale=scale),
        y2="top:Q",
        color=color,
        opacity=alt.Opacity("right:N", scale=alt.Scale(domain=[True, False], range=[0.2, 0.8]), legend=None),
        tooltip=[alt.Tooltip("model:N"), alt.Tooltip("digit:N", title="says")],
    )
    marked = now.mark_rule(color="gray", strokeWidth=1.5 * thick).encode(x=x)
    dots = now.mark_point(filled=True, opacity=1, size=70 * thick**2).encode(x=x, y=y, color=color, tooltip=tooltip)
    written = said.transform_calculate(height="(datum.bottom + datum.top) / 2").mark_text(
        fontSize=font + 1, fontWeight="bold", baseline="middle", color="black"
    )
    digits = written.encode(x=alt.X("middle:Q", scale=_ends(axis)), y=alt.Y("height:Q", scale=scale), text="written:N")
    layers = alt.LayerChart(layer=[strips, marked, lines, dots, digits])
    return without_theme(layers.properties(height=LARGE_HEIGHT if is_large else HEIGHT))


Points = Mapping[str, Sequence[tuple[float, float]]]  # by a model's name: the value, and the share that is read right


def robustness(axis: Axis, points: Points, *, is_large: bool = False) -> dict[str, Any]:
    """How many of many images each model reads right at each value; a Vega-Lite specification, as `along`'s is."""
    rows = [
        {"model": name, "at": at, "right": right, "shown": percent(right)}
        for name, line in points.items()
        for at, right in line
    ]
    table = pd.DataFrame(rows, columns=["model", "at", "right", "shown"])
    return {**_robustness_chart(axis, tuple(points), is_large=is_large), "datasets": {CURVES: table}}


@lru_cache(maxsize=64)
def _robustness_chart(axis: Axis, names: tuple[str, ...], *, is_large: bool) -> dict[str, Any]:
    thick, font = (2, LARGE_FONT) if is_large else (1, FONT)
    point = alt.OverlayMarkDef(size=60 * thick**2)
    encoded = (
        alt.Chart(alt.NamedData(CURVES))
        .mark_line(strokeWidth=2.5 * thick, point=point)
        .encode(
            x=_x(axis, font),
            y=_y(alt.Scale(domain=(0, 1)), font),
            color=_color(names, font),
            tooltip=_tooltip(axis, "read right"),
        )
    )
    return without_theme(encoded.properties(height=LARGE_HEIGHT if is_large else HEIGHT))


def _ends(axis: Axis) -> alt.Scale:
    return alt.Scale(domain=(axis.low, axis.high), nice=False)


def _x(axis: Axis, font: int) -> alt.X:
    below = alt.Axis(
        values=axis.ticks, format="~f", grid=False, labelOverlap=True, labelFontSize=font, titleFontSize=font
    )
    return alt.X("at:Q", title=axis.title, scale=_ends(axis), axis=below)


def _y(scale: alt.Scale, font: int) -> alt.Y:
    beside = alt.Axis(values=SHARES, labelExpr=PERCENT_TICK, labelFontSize=font)
    return alt.Y("right:Q", title=None, scale=scale, axis=beside)


def _color(names: Sequence[str], font: int) -> alt.Color:
    legend = alt.Legend(orient="top", title=None, labelLimit=0, labelFontSize=font, symbolType="stroke", columns=2)
    return alt.Color("model:N", scale=alt.Scale(domain=names), legend=legend)


def _tooltip(axis: Axis, title: str, *more: str) -> list[alt.Tooltip]:
    share = alt.Tooltip("shown:N", title=title)
    return [alt.Tooltip("model:N"), alt.Tooltip("at:Q", title=axis.title), share, *map(alt.Tooltip, more)]


def lines_picture(axis: Axis, lines: Points, title: str, colors: Sequence[str]) -> Figure:
    """Lines from 0 to 100 %, one a model, on white for a worksheet; `colors` are those of the page's theme."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for place, (name, line) in enumerate(lines.items()):
        at, share = np.array(line).reshape(-1, 2).T
        axes.plot(at, share, color=colors[place % len(colors)], label=name, linewidth=2, marker=".")
    axes.set(title=title, xlabel=axis.title, xlim=(axis.low, axis.high), ylim=(0, 1.02))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
