"""The curves of runs, as a chart that one may point at and as a picture: data in, figure out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from mnist_demo.models import recipes, registry
from mnist_demo.plotting.plots import HEIGHT, LARGE_TEXT, PERCENT_TICK, without_theme
from mnist_demo.runs.run_directory import Run

HIGHEST_LOSS = 2.4  # on a chart: a little more than the ln 10 of a model that knows nothing
# Where the axis of a chart may begin (accuracy) or end (loss): few values, so that it keeps still while a run goes on.
LOWEST_ACCURACIES = (0.9, 0.8, 0.5, 0.0)
HIGHEST_LOSSES = (0.2, 0.5, 1.2, HIGHEST_LOSS)
DASHES = ((1, 0), (7, 3), (2, 2), (9, 2, 2, 2))  # of lines, in units of their width: all, dashed, dotted, both
MOST_POINTS = 1000  # of one faint line; the eye sees no more, and a run of an hour has 18,000
SEEN = "training images"  # undistorted: how well a model knows those that it learns from
PRINTED: dict[str, dict[str, Any]] = {  # the lines of the picture of all curves
    "training": {"alpha": 0.35, "linewidth": 0.8},
    SEEN: {"linewidth": 0.8, "marker": "^", "markerfacecolor": "none"},
    "test": {"linewidth": 2, "marker": "."},
}
CURVES = "curves"  # the data set that a chart of curves is drawn from
COLUMNS = ["step", "seconds", "value", "run", "on", "at"]  # of that data set
AXIS_TITLES = {"step": "steps", "seconds": "seconds of training"}
# As `words.percent` writes, in Vega's language: a value that somebody points at.
PERCENT = "0.9995 < datum.value && datum.value < 1 ? '> 99.9 %' : format(100 * datum.value, '.1f') + ' %'"


@dataclass(frozen=True)
class CurveOptions:
    """How curves are drawn: `by` is "step" or "seconds"; `smoothing` in [0, 1) is that of the faint lines."""

    by: str = "step"
    is_log: bool = False
    smoothing: float = 0.0
    is_large: bool = False  # for a projector


def has_line(run: Run) -> bool:
    """Whether there is a line to draw of the run: two evaluations, or two figures of training after step 0."""
    return len(run.metrics) > 2 or len(run.evaluations) > 1


def measure_title(measure: str, options: CurveOptions) -> str:
    """What a chart of "accuracy" or "loss" shows: a log scale tells 99.0 from 99.5 % by what is read wrong."""
    if not options.is_log:
        return measure.capitalize()
    return "Error rate (1 − accuracy), log scale" if measure == "accuracy" else "Loss, log scale"


def curves(
    runs: Mapping[str, Run], measure: str, names: Sequence[str], palette: int, options: CurveOptions
) -> dict[str, Any]:
    """Accuracy or loss (`measure`) of some runs: training batches faint, test strong; accuracy of training images thin.

    `runs` maps the name of a run to the run. `names` are those of all runs there are, oldest first: a run's place
    among them decides its colour, of which the page's theme has `palette`, and its dashes; the page has the legend.
    The chart is a Vega-Lite specification, with the points as a data frame among its `datasets`.
    """
    table = _curve_table(runs, measure, options)
    domain = _domain(list(runs.values()), table, measure, options)
    until = None if len(table) else _expected_end(list(runs.values()), options)
    chart = _curve_chart(measure, tuple(names), palette=palette, options=options, domain=domain, until=until)
    return {**chart, "datasets": {CURVES: table}}


@lru_cache(maxsize=64)
def _curve_chart(
    measure: str,
    names: tuple[str, ...],
    *,
    palette: int,
    options: CurveOptions,
    domain: tuple[float, float],
    until: float | None,
) -> dict[str, Any]:
    """The chart without its points. Altair takes 60 ms to build and check one, and it seldom changes.

    The y axis has `domain`; the x axis ends `until` there, where that is not for the points to say.
    """
    dashes = [list(line_dashes(place, palette)) for place in range(len(names))]
    thick = 2 if options.is_large else 1
    text: dict[str, Any] = {}
    if options.is_large:
        text = {"labelFontSize": alt.ExprRef(LARGE_TEXT), "titleFontSize": alt.ExprRef(LARGE_TEXT), "labelLimit": 300}
    scale = alt.Scale(type="log" if options.is_log else "linear", domain=domain, nice=False)
    is_share = measure == "accuracy"
    ticks: dict[str, Any] = {"labelExpr": PERCENT_TICK} if is_share else {"format": "~g"}
    over = alt.Scale(domain=(0, until)) if until else alt.Scale()
    named = alt.Chart(alt.NamedData(CURVES)).transform_calculate(
        shown=PERCENT if is_share else "format(datum.value, '.3f')"
    )
    title = "error rate" if is_share and options.is_log else measure
    base = named.encode(
        x=alt.X("at:Q", scale=over, title=AXIS_TITLES[options.by], axis=alt.Axis(format="~s", tickCount=6, **text)),
        y=alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=6, **ticks, **text)),
        color=alt.Color("run:N", scale=alt.Scale(domain=names), legend=None),
        strokeDash=alt.StrokeDash("run:N", scale=alt.Scale(domain=names, range=dashes), legend=None),
        tooltip=["run:N", "on:N", "step:Q", "seconds:Q", alt.Tooltip("shown:N", title=title)],
    )
    faint = base.transform_filter(alt.datum.on == "training").mark_line(opacity=0.35, strokeWidth=thick, clip=True)
    # Points are not read out, the table is: where there are none, theirs would be a group without a name.
    dots = alt.OverlayMarkDef(size=22 * thick**2, aria=False)
    strong = base.transform_filter(alt.datum.on == "test").mark_line(strokeWidth=2.5 * thick, clip=True, point=dots)
    triangles = alt.OverlayMarkDef(shape="triangle-up", filled=False, size=40 * thick**2, aria=False)
    only_seen = base.transform_filter(alt.datum.on == SEEN)
    seen = only_seen.mark_line(strokeWidth=thick, clip=True, point=triangles, aria=False)
    layers = alt.LayerChart(layer=[faint, seen, strong])
    if not options.is_large:  # there the page says how high it is
        layers = layers.properties(height=HEIGHT)
    return without_theme(layers)


def curves_picture(
    runs: Mapping[str, Run], names: Sequence[str], colors: Sequence[str], options: CurveOptions
) -> Figure:
    """Both charts of `curves` side by side, on white, for a worksheet; `colors` are those of the page's theme."""
    figure = Figure(figsize=(10, 4 + 0.25 * len(runs)), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.set(title=measure_title(measure, options), xlabel=AXIS_TITLES[options.by])
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        table = _curve_table(runs, measure, options)
        if table.empty:
            continue
        for (name, on), line in table.groupby(["run", "on"], sort=False):
            place = names.index(name)
            color, dashes = colors[place % len(colors)], (0, line_dashes(place, len(colors)))
            label = name if on == "test" else None
            axes.plot(line["at"], line["value"], color=color, label=label, linestyle=dashes, **PRINTED[str(on)])
        if options.is_log:
            axes.set_yscale("log", subs=[])
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.set_ylim(_domain(list(runs.values()), table, measure, options))
        axes.yaxis.set_major_formatter(_percent if measure == "accuracy" else "{x:g}")
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(),
        title="Strong lines: test images. Triangles: training images. Faint lines: training batches.",
        loc="outside lower center",
        frameon=False,
    )
    return figure


def _percent(share: float, _: int) -> str:
    return f"{100 * share:.4g} %"


def line_dashes(place: int, palette: int) -> tuple[int, ...]:
    """Those of the run in this place among all: runs that must share one of the `palette` colours differ in them."""
    return DASHES[place // palette % len(DASHES)]


def _curve_table(runs: Mapping[str, Run], measure: str, options: CurveOptions) -> pd.DataFrame:
    """All points of some runs' curves: run, on ("training", SEEN or "test"), step, seconds, at (the x axis), value."""
    lines = [
        _line(name, run, on, f"{column}_{measure}", options)
        for name, run in runs.items()
        if has_line(run)
        for on, column in (("training", "train"), (SEEN, "seen"), ("test", "test"))
        if on != SEEN or measure == "accuracy"
    ]
    table = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=COLUMNS)
    if options.is_log:
        if measure == "accuracy":
            table["value"] = 1 - table["value"]
        table = table[table["value"] > 0]
    return table


def _line(name: str, run: Run, on: str, column: str, options: CurveOptions) -> pd.DataFrame:
    points = [
        (metrics.step, metrics.seconds, value)
        for metrics in run.metrics
        if (value := getattr(metrics, column)) is not None
    ]
    line = pd.DataFrame(points, columns=["step", "seconds", "value"])
    if on == "training":
        # TensorBoard's smoothing: an exponential moving average, corrected for its start.
        line["value"] = line["value"].ewm(alpha=1 - options.smoothing).mean()
        line = line.iloc[:: -(-len(line) // MOST_POINTS) or 1]
    return line.assign(run=name, on=on, at=line[options.by])


def _domain(runs: Sequence[Run], table: pd.DataFrame, measure: str, options: CurveOptions) -> tuple[float, float]:
    """The ends of the y axis: what models such as these need, more where a test line lies beyond it after its start.

    While a run goes on it becomes larger at most, and seldom, since an axis that moves is hard to read.
    """
    shown = table[(table["on"] == "test") & (table["step"] > 0)]["value"]
    lowest, highest = (float(shown.min()), float(shown.max())) if len(shown) else (1.0, 0.0)
    errors = max((registry.model_of(run.recipe).expected_errors for run in runs), default=1.0)
    if options.is_log:  # from thirds of a factor of ten
        least = min(lowest, errors / 3 if measure == "accuracy" else 2 * errors)
        return float(10 ** (np.floor(3 * np.log10(least)) / 3)), 1.0 if measure == "accuracy" else HIGHEST_LOSS
    if measure == "loss":
        least_training = max((recipes.lowest_loss(run.recipe) for run in runs), default=0.0)
        needed = max(10 * errors, 2 * least_training, 1.1 * highest)
        return 0.0, next((top for top in HIGHEST_LOSSES if top >= needed), HIGHEST_LOSS)
    needed = min(1 - 2 * errors, lowest)
    return next((bottom for bottom in LOWEST_ACCURACIES if bottom <= needed), 0.0), 1.0


def _expected_end(runs: Sequence[Run], options: CurveOptions) -> float:
    """Where the x axis of a chart without points ends."""
    return max((run.settings.target for run in runs), default=1000) if options.by == "step" else 10.0
