"""Charts that hold runs against each other: by the value of one setting, and by how large their networks are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from mnist_demo.plotting.plots import HEIGHT, LARGE_TEXT, PERCENT_TICK, without_theme
from mnist_demo.words import percent

POINTS = "points"  # the data set that a chart is drawn from
FRONT = "front"  # and that of its front line
VALIDATION, TEST, SEEN = SPLITS = ("validation", "test", "training")  # images
DECADE = 10.0  # from this ratio of the values on, equal factors are equally far apart
BEHIND = "#8b90a0"  # the colour of runs that are not on the front, on paper and on slate
FEWEST_ERRORS = 1e-4  # of a log scale: one wrong of 10,000
TALL = 300  # of the chart by parameters, pixels
ROOM = 0.04  # beside the points, as a share of the axis


@dataclass(frozen=True)
class Tried:
    """What one value of a setting led to: accuracies in [0, 1]; `interval` is the 95 % one on validation images."""

    value: str  # as one writes it
    at: float  # as a number; whatever where the values are no amounts
    validation: float
    interval: tuple[float, float]
    test: float | None
    seen: float | None  # on training images, undistorted
    is_final: bool  # and not on the way there


def by_setting(
    tried: Sequence[Tried],
    values: Sequence[float | str],
    title: str,
    *,
    is_amount: bool,
    is_log: bool = False,
    is_large: bool = False,
) -> dict[str, Any]:
    """Accuracy on the splits' images by the value of a setting, called `title`; the error rate for a log scale.

    All `values` of the group have their place from the beginning. Those that are amounts stand on an axis, a
    logarithmic one where they span decades; others, such as networks, stand below each other, since their names are
    long. Runs that are not at their end are pale. A Vega-Lite specification with its data frame among its `datasets`.
    """
    rows = [
        {
            "at": one.at if is_amount else one.value,
            "value": one.value,
            "on": on,
            "shown": percent(accuracy),
            "at_accuracy": _placed(accuracy, is_log),
            "low": _placed(one.interval[0] if on == VALIDATION else accuracy, is_log),
            "high": _placed(one.interval[1] if on == VALIDATION else accuracy, is_log),
            "is_final": one.is_final,
        }
        for one in tried
        for on, accuracy in zip(SPLITS, (one.validation, one.test, one.seen), strict=True)
        if accuracy is not None
    ]
    columns = ["at", "value", "on", "shown", "at_accuracy", "low", "high", "is_final"]
    domain = _accuracy_domain(tried, is_log)
    chart = _by_setting_chart(title, tuple(values), domain, is_amount=is_amount, is_log=is_log, is_large=is_large)
    return {**chart, "datasets": {POINTS: pd.DataFrame(rows, columns=columns)}}


def _placed(accuracy: float, is_log: bool) -> float:
    """Where an accuracy is on the axis."""
    return max(1 - accuracy, FEWEST_ERRORS) if is_log else accuracy


def _accuracy_domain(tried: Sequence[Tried], is_log: bool) -> tuple[float, float]:
    """The ends of an axis that all points and their bars are on."""
    shown = [end for one in tried for end in (*one.interval, one.validation, one.test, one.seen) if end is not None]
    ends = [_placed(end, is_log) for end in shown or (0.0, 0.99)]
    low, high = min(ends), max(ends)
    if is_log:
        return low / (1 + 3 * ROOM), min(1.0, high * (1 + 3 * ROOM))
    room = ROOM * max(high - low, 0.01)
    return max(0.0, low - room), min(1.0, high + room)


@lru_cache(maxsize=64)
def _by_setting_chart(
    title: str,
    values: tuple[float | str, ...],
    domain: tuple[float, float],
    *,
    is_amount: bool,
    is_log: bool,
    is_large: bool,
) -> dict[str, Any]:
    """The chart without its points: Altair takes 60 ms to build and check one."""
    thick, text = _sizes(is_large)
    of_accuracy: dict[str, Any] = {
        "scale": alt.Scale(type="log", domain=domain, nice=False)
        if is_log
        else alt.Scale(domain=domain, nice=False, zero=False),
        "axis": alt.Axis(**(_log_ticks(domain) if is_log else {"tickCount": 5}), labelExpr=PERCENT_TICK, **text),
        "title": "error rate" if is_log else "accuracy",
    }
    chart = alt.Chart(alt.NamedData(POINTS)).encode(
        color=alt.Color("on:N", scale=alt.Scale(domain=SPLITS), legend=_legend(text, 3 if is_amount else 2)),
        opacity=alt.Opacity("is_final:N", scale=alt.Scale(domain=[True, False], range=[1, 0.35]), legend=None),
        tooltip=[alt.Tooltip("value:N", title=title), "on:N", alt.Tooltip("shown:N", title="accuracy")],
    )
    # The others lie around those of validation where they are equal.
    dots = chart.transform_filter(alt.datum.on == VALIDATION).mark_point(filled=True, size=70 * thick**2)
    shape = alt.Shape("on:N", scale=alt.Scale(domain=[TEST, SEEN], range=["diamond", "square"]), legend=None)
    others = chart.transform_filter(alt.datum.on != VALIDATION)
    around = others.mark_point(size=160 * thick**2, strokeWidth=1.5 * thick).encode(shape=shape)
    bars = chart.mark_rule(strokeWidth=1.5 * thick)
    if not is_amount:
        names = alt.Axis(**{**text, "labelLimit": 400 if is_large else 150, "labelOverlap": False})
        beside = alt.Y("at:N", sort=[str(value) for value in values], title=None, axis=names)
        layers = [
            bars.encode(y=beside, x=alt.X("low:Q", **of_accuracy), x2="high:Q"),
            *(one.encode(y=beside, x=alt.X("at_accuracy:Q", **of_accuracy)) for one in (around, dots)),
        ]
    else:
        amounts = [float(value) for value in values]
        below = alt.X("at:Q", title=title, scale=_scale(amounts), axis=_ticks(amounts, text))
        lines = chart.transform_filter(alt.datum.is_final).mark_line(strokeWidth=1.5 * thick)
        layers = [
            lines.encode(x=below, y=alt.Y("at_accuracy:Q", **of_accuracy), opacity=alt.value(0.5)),
            bars.encode(x=below, y=alt.Y("low:Q", **of_accuracy), y2="high:Q"),
            *(one.encode(x=below, y=alt.Y("at_accuracy:Q", **of_accuracy)) for one in (around, dots)),
        ]
    both = alt.LayerChart(layer=layers)
    if not is_large:  # there the page says how high it is
        both = both.properties(height=HEIGHT if is_amount else 150 + 30 * len(values))
    return without_theme(both)


def _ticks(values: Sequence[float], text: dict[str, Any]) -> alt.Axis:
    """The values that were tried, as one writes them, and no others."""
    return alt.Axis(values=values, labelExpr="'' + datum.value", grid=False, labelOverlap=True, **text)


def _scale(values: Sequence[float]) -> alt.Scale:
    """Of amounts: logarithmic where they span decades; 0 has its place on it too."""
    above = [value for value in values if value > 0]
    if len(above) < 2 or max(above) / min(above) < DECADE:
        room = ROOM * (max(values) - min(values) or 1) if values else 0.0
        domain = (min(values) - room, max(values) + room) if values else (0.0, 1.0)
        return alt.Scale(domain=domain, nice=False, zero=False)
    if min(values) <= 0:
        return alt.Scale(type="symlog", constant=min(above), nice=False)
    factor = (max(above) / min(above)) ** ROOM
    return alt.Scale(type="log", domain=(min(above) / factor, max(above) * factor), nice=False)


@dataclass(frozen=True)
class Sized:
    """A run as a point: how many parameters, and which share of the validation images it read right."""

    name: str
    network: str
    parameters: int
    validation: float
    test: float | None
    is_front: bool  # no other with as few parameters is better


def by_parameters(runs: Sequence[Sized]) -> dict[str, Any]:
    """The share of validation images that is read wrong by the number of parameters, both logarithmic.

    A line joins the runs of the front; the others are grey. A Vega-Lite specification with its data frames among
    its `datasets`.
    """
    rows = [
        {
            "run": one.name,
            "network": one.network,
            "parameters": one.parameters,
            "wrong": max(1 - one.validation, FEWEST_ERRORS),
            "validation": percent(one.validation),
            "test": "–" if one.test is None else percent(one.test),
            "is_front": one.is_front,
        }
        for one in runs
    ]
    table = pd.DataFrame(rows, columns=["run", "network", "parameters", "wrong", "validation", "test", "is_front"])
    front = table[table["is_front"].astype(bool)].sort_values("parameters")
    parameters, wrong = (_ends(table[name].tolist() or [1.0]) for name in ("parameters", "wrong"))
    return {**_by_parameters_chart(parameters, wrong), "datasets": {POINTS: table, FRONT: front}}


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Those of a logarithmic axis: some room beside the values."""
    low, high = min(values), max(values)
    factor = max(1.25, (high / low) ** ROOM)
    return low / factor, high * factor


@lru_cache(maxsize=64)
def _by_parameters_chart(parameters: tuple[float, float], wrong: tuple[float, float]) -> dict[str, Any]:
    x = alt.X(
        "parameters:Q",
        scale=alt.Scale(type="log", nice=False, domain=parameters),
        title="parameters",
        axis=alt.Axis(format="~s", **_log_ticks(parameters)),
    )
    y = alt.Y(
        "wrong:Q",
        scale=alt.Scale(type="log", nice=False, domain=wrong),
        title="validation images read wrong",
        axis=alt.Axis(labelExpr=PERCENT_TICK, **_log_ticks(wrong)),
    )
    count = alt.Tooltip("parameters:Q", format=",")
    tooltip: list[str | alt.Tooltip] = ["run:N", "network:N", count, "validation:N", "test:N"]
    points, front = (alt.Chart(alt.NamedData(name)).encode(x=x, y=y, tooltip=tooltip) for name in (POINTS, FRONT))
    line = front.mark_line(interpolate="step-after", strokeWidth=2)
    behind = points.transform_filter("!datum.is_front").mark_point(filled=True, size=60, color=BEHIND)
    dots = front.mark_point(filled=True, size=110, opacity=1)
    return without_theme(alt.LayerChart(layer=[line, behind, dots]).properties(height=TALL))


def _log_ticks(domain: tuple[float, float]) -> dict[str, Any]:
    """Where a logarithmic axis is labelled: at 1, 2 and 5 of each decade."""
    low, high = domain
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10.0**decade for decade in decades for step in (1, 2, 5)]
    return {"values": [round(tick, 9) for tick in ticks if low <= tick <= high], "labelOverlap": True}


def _legend(text: dict[str, Any], columns: int) -> alt.Legend:
    fonts = {"labelFontSize": text["labelFontSize"]} if text else {}
    return alt.Legend(orient="top", title=None, labelLimit=0, columns=columns, symbolOpacity=1, **fonts)


def _sizes(is_large: bool) -> tuple[int, dict[str, Any]]:
    """How thick lines are, and how large text is."""
    if not is_large:
        return 1, {}
    return 2, {"labelFontSize": alt.ExprRef(LARGE_TEXT), "titleFontSize": alt.ExprRef(LARGE_TEXT), "labelLimit": 400}
