"""The curves of the chosen runs, their legend, and why a training loss may lie above the test loss."""

import html
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.data.images import CLASSES
from mnist_demo.models import recipes
from mnist_demo.models.recipes import Recipe
from mnist_demo.plotting import plots_of_runs
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.help import glossary
from mnist_demo.words import percent

LINE_WIDTH = 0.18  # of a line in the legend, in units of its text's size


def choose_options() -> CurveOptions:
    """One row: what the charts are drawn over, the scale, the smoothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        by = st.segmented_control(
            "Horizontal axis",
            list(plots_of_runs.AXIS_TITLES),
            default="step",
            required=True,
            format_func={"step": "Steps", "seconds": "Seconds"}.__getitem__,
            help="Seconds of training alone: importing, compiling and evaluating are not counted.\n\n"
            + glossary.meanings("Step"),
            key="chart_over",
            persist_state="session",
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.99,
            0.0,
            help=glossary.meanings("Smoothing"),
            key="chart_smoothing",
            width=180,
            persist_state="session",
        )
        is_log = st.toggle(
            "Log scale",
            help="The accuracy becomes the error rate, and equal factors look equally far apart: 99.5 % instead of "
            "99.0 % is half as many mistakes.\n\n" + glossary.meanings("Error rate"),
            key="chart_log",
            persist_state="session",
        )
    return CurveOptions(by, is_log, smoothing)


def show(shown: list[Run], listed: list[Run], options: CurveOptions) -> None:
    """Accuracy and loss of the chosen runs; a run has the same colour and dashes whatever is beside it."""
    drawn = [run for run in shown if plots_of_runs.has_line(run)]
    all_names = names(listed)
    explained = notes(shown)
    for place, measure in zip(_places(options), ("accuracy", "loss"), strict=True):
        chart = curves(by_title(shown), measure, all_names, options)
        heading = f"**{plots_of_runs.measure_title(measure, options)}**"
        words = glossary.meanings(measure.capitalize())
        if measure == "accuracy":
            words = glossary.meanings("Accuracy", "Test image", "Training image", "Batch", "Evaluation")
            heading += " :small[strong: test, △ training images, faint: batches]"
        elif explained:
            words = "\n\n".join([*explained, words])
            heading += " :small[why training lies above test:]"
        place.markdown(heading, help=words)
        place.vega_lite_chart(
            spec=chart,
            key=f"chart_{measure}",
            height="stretch" if options.is_large else "content",
            alt=f"Lines: {measure} by {plots_of_runs.AXIS_TITLES[options.by]}; the table below has the figures",
        )
    st.html(legend(tuple(run_titles.title(run) for run in drawn), tuple(all_names)))
    for run in drawn:
        loss = run.last_evaluation.test_loss if run.last_evaluation else None
        if loss and loss > plots_of_runs.HIGHEST_LOSS:
            st.caption(f"Off the loss chart: {run_titles.title(run)}, with {loss:,.0f}. Try a smaller learning rate.")


def _places(options: CurveOptions) -> Sequence[DeltaGenerator]:
    """Where the two charts are: beside each other, on a projector as high as what is below leaves room for."""
    if not options.is_large:
        return st.columns(2)
    row = st.container(horizontal=True, height="stretch", gap="medium")
    return [row.container(height="stretch", gap="xsmall") for _ in range(2)]


def curves(by_name: dict[str, Run], measure: str, names: list[str], options: CurveOptions) -> dict[str, Any]:
    """`plots_of_runs.curves` of the runs in `by_name`; `names` are those of all runs there are."""
    state = [(name, run.id, run.newest.step, run.newest.seconds, len(run.metrics)) for name, run in by_name.items()]
    return dict(_curves(state, measure, names, options, by_name))


@st.cache_resource(max_entries=50, show_spinner=False)
def _curves(
    state: list[tuple[str, str, int, float, int]],  # noqa: ARG001 (looked up by: how far each run has come)
    measure: str,
    names: list[str],
    options: CurveOptions,
    _by_name: dict[str, Run],
) -> dict[str, Any]:
    """The same, drawn once for all viewers of the same runs."""
    import pyarrow  # noqa: PLC0415 (Streamlit has imported it by now; the first page does not need it)

    chart = plots_of_runs.curves(_by_name, measure, names, len(colors("light")), options)
    points = pyarrow.Table.from_pandas(chart["datasets"][plots_of_runs.CURVES], preserve_index=False)
    return {**chart, "datasets": {plots_of_runs.CURVES: points}}


@st.cache_data(max_entries=50, show_spinner=False)
def legend(drawn: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The runs that have a line, each with a piece of it, for both charts and both themes."""
    by_theme = [colors("light"), colors("dark")]
    entries = []
    for name in drawn:
        place = names.index(name)
        color = "light-dark({}, {})".format(*(of_theme[place % len(of_theme)] for of_theme in by_theme))
        entries.append(f'<li><i style="background: {_stripes(color, place)}"></i>{html.escape(name)}</li>')
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _stripes(color: str, place: int) -> str:
    """A piece of the line of the run in this place, as a background: its dashes, in units of the line's width."""
    stops, at = [], 0.0
    for index, length in enumerate(plots_of_runs.line_dashes(place, len(colors("light")))):
        stops.append(f"{'transparent' if index % 2 else color} {at:g}em {at + LINE_WIDTH * length:g}em")
        at += LINE_WIDTH * length
    return f"repeating-linear-gradient(90deg, {', '.join(stops)})"


def notes(shown: list[Run]) -> list[str]:
    """Why the training loss lies above the test loss, for those of the runs where it does, a paragraph a recipe.

    It is there from a run's beginning, before its line is, so that nothing moves when that comes.
    """
    begun = (run for run in shown if run.is_active or plots_of_runs.has_line(run))
    apply = sorted((run for run in begun if _is_harder(run.recipe)), key=lambda run: _kind(run.recipe))
    return [
        _note([run_titles.title(run) for run in alike], alike[0].recipe)
        for alike in (list(group) for _, group in groupby(apply, key=lambda run: _kind(run.recipe)))
    ]


def _is_harder(recipe: Recipe) -> bool:
    """Whether training asks more of a model than the test does."""
    return recipe.label_smoothing > 0 or recipe.augmentation != "none"


def _kind(recipe: Recipe) -> tuple[float, str]:
    return recipe.label_smoothing, recipe.augmentation


def _note(titles: list[str], recipe: Recipe) -> str:
    sentences = [f"**Why the training loss of {' and '.join(titles)} lies above the test loss.**"]
    if recipe.label_smoothing:
        other = recipe.label_smoothing / CLASSES
        sentences.append(
            f"In training it aims at {percent(recipes.aim(recipe))} for the right digit and {percent(other)} for each "
            f"other ({percent(recipe.label_smoothing, 0)} is spread over all ten), so this loss cannot fall below "
            f"{recipes.lowest_loss(recipe):.2f}. The test asks for 100 %, and its loss can come down to 0."
        )
    if recipe.augmentation != "none":
        sentences.append("It trains on distorted images, which are harder to read than those of the test.")
    sentences.append("And training figures are taken in the middle of learning, test figures after it.")
    return " ".join(sentences)


def by_title(runs: list[Run]) -> dict[str, Run]:
    """The runs by what they are called on the charts."""
    return {run_titles.title(run): run for run in runs}


def names(listed: list[Run]) -> list[str]:
    """What all runs are called, oldest first; `listed` has them newest first."""
    return [run_titles.title(run) for run in reversed(listed)]


def colors(theme: str) -> list[str]:
    """The series colours of the "light" or the "dark" theme, which has as many."""
    of_theme: list[str] = st.get_option(f"theme.{theme}.chartCategoricalColors")
    return of_theme
