"""Chosen runs over each other: curves, settings, exports."""

import dataclasses
import io
import os
import shlex
import subprocess
from typing import Any

import pandas as pd
import streamlit as st

from mnist_demo import plots
from mnist_demo.models import registry
from mnist_demo.plots import CurveOptions
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train import weights

DIFFERS = "≠"
SETTING_TITLES = {"name": "Recipe"}  # where a setting's own name does not say it


def show(shown: list[Run], listed: list[Run]) -> None:
    """Everything that holds the runs in `shown` against each other; `listed` are all runs, newest first."""
    options = choose_options()
    show_charts(shown, listed, options)
    show_settings(shown)
    show_weights([run for run in shown if weights.are_shown(run) and not run.is_active])
    show_exports(shown, listed, options)


def choose_options() -> CurveOptions:
    """One row: what the charts are drawn over, the scale, the smoothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        by = st.segmented_control(
            "Horizontal axis",
            list(plots.AXIS_TITLES),
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


def show_charts(shown: list[Run], listed: list[Run], options: CurveOptions) -> None:
    """Accuracy and loss of the chosen runs; a run has the same colour and dashes whatever is beside it."""
    state = [(run_titles.title(run), run.newest.step, run.newest.seconds, len(run.metrics)) for run in shown]
    for column, measure in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        chart = _curves(state, measure, _names(listed), options, _by_title(shown))
        column.markdown(f"**{plots.measure_title(measure, options)}**", help=glossary.meanings(measure.capitalize()))
        if chart is None:
            column.caption("The curve begins with the first evaluation.")
        else:
            words = f"Lines: {measure} by {plots.AXIS_TITLES[options.by]}; the table below has the figures"
            column.vega_lite_chart(spec=dict(chart), key=f"chart_{measure}", alt=words)
    st.caption(
        "Strong lines: all test images. Faint lines: the training batches.",
        help=glossary.meanings("Test image", "Batch", "Evaluation"),
    )
    for run in shown:
        loss = run.last_evaluation.test_loss if run.last_evaluation else None
        if loss and loss > plots.HIGHEST_LOSS:
            st.caption(f"Off the loss chart: {run_titles.title(run)}, with {loss:,.0f}. Try a smaller learning rate.")


@st.cache_resource(max_entries=50, show_spinner=False)
def _curves(
    state: list[tuple[str, int, float, int]],  # noqa: ARG001 (looked up by: how far each run has come)
    measure: str,
    names: list[str],
    options: CurveOptions,
    _by_title: dict[str, Run],
) -> dict[str, Any] | None:
    """plots.curves, drawn once for all viewers of the same runs."""
    import pyarrow  # noqa: PLC0415 (Streamlit has imported it by now; the first page does not need it)

    chart = plots.curves(_by_title, measure, names, len(_paper_colors()), options)
    if chart is None:
        return None
    points = pyarrow.Table.from_pandas(chart["datasets"][plots.CURVES], preserve_index=False)
    return {**chart, "datasets": {plots.CURVES: points}}


def show_settings(shown: list[Run]) -> None:
    """The settings of the chosen runs, a column each, closed until somebody wants them."""
    if len(shown) < 2:
        return
    box = st.expander(
        "Their settings, and what differs", icon=":material/difference:", key="settings", on_change="rerun"
    )
    if box.open:
        styled = settings_table(shown).style.apply(_emphasize, axis=1)
        box.dataframe(styled, height="content", key="settings_table", alt="The settings of each run")
        box.caption(f"{DIFFERS} marks what is not the same in all of them.")
        box.page_link(
            "mnist_demo/ui/pages/glossary.py",
            label="What these words mean",
            icon=":material/menu_book:",
            width="content",
        )


def settings_table(shown: list[Run]) -> pd.DataFrame:
    """A row for each setting, a column for each run, and a first column that marks the rows whose values differ."""
    settings = pd.DataFrame({run_titles.title(run): _settings(run) for run in shown})
    settings.insert(0, DIFFERS, [DIFFERS if row.nunique() > 1 else "" for _, row in settings.iterrows()])
    return settings


def _settings(run: Run) -> dict[str, str]:
    fields = dataclasses.asdict(run.recipe)
    titles = {name: SETTING_TITLES.get(name, name.replace("_", " ").capitalize()) for name in fields}
    written = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in fields.items()}
    return {
        **{titles[name]: value for name, value in written.items()},
        "Steps in all": str(run.settings.target),
        "Data": run.status.trained_on or run.settings.data,
        "Calculated in": run.status.execution or "–",
        "Parameters": f"{registry.get_model(run.recipe.model).parameters:,}",
    }


def _emphasize(row: "pd.Series[str]") -> list[str]:
    return ["font-weight: bold" if row[DIFFERS] else ""] * len(row)


def show_weights(affine: list[Run]) -> None:
    """The weights of the chosen affine runs that have ended, closed until somebody wants them."""
    if not affine:
        return
    box = st.expander("Their weights as pictures", icon=":material/blur_on:", key="weights", on_change="rerun")
    if box.open:
        with box:
            for run in affine:
                st.markdown(f"**{run_titles.title(run)}**")
                weights.show(run)


def show_exports(shown: list[Run], listed: list[Run], options: CurveOptions) -> None:
    """The chosen runs as one table and as one picture, and all runs in TensorBoard."""
    with st.container(horizontal=True):
        st.download_button(
            "Compared runs (CSV)",
            lambda: to_csv(shown),
            "mnist-runs.csv",
            "text/csv",
            key="compared_csv",
            on_click="ignore",
            icon=":material/download:",
            help="A line for each point of each run. The first columns name the run and its settings; `seconds` is "
            "time spent training, losses are mean cross-entropies, accuracies fractions of 1; empty where nothing "
            "was evaluated.",
        )
        st.download_button(
            "Charts (PNG)",
            lambda: to_png(shown, listed, options),
            "mnist-runs.png",
            "image/png",
            key="compared_png",
            on_click="ignore",
            icon=":material/image:",
            help="Both charts as they are set above, on white, for a worksheet.",
        )
        with st.popover("TensorBoard", icon=":material/query_stats:"):
            st.caption("TensorBoard shows all runs too. On the computer that the app runs on:")
            st.code(in_shell("tensorboard", "--logdir", str(store.runs_folder())), language="sh", wrap_lines=True)


def in_shell(*command: str) -> str:
    """A command as one types it into this system's shell."""
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def to_csv(shown: list[Run]) -> str:
    """All metrics of some runs, a line each, with the run's id and its settings in front."""
    rows = [
        {"run": run.id, **dataclasses.asdict(run.recipe), "data": run.status.trained_on, **dataclasses.asdict(metrics)}
        for run in shown
        for metrics in run.metrics
    ]
    return pd.DataFrame(rows).to_csv(index=False)


def to_png(shown: list[Run], listed: list[Run], options: CurveOptions) -> bytes:
    """Both charts of some runs as a picture to print."""
    buffer = io.BytesIO()
    figure = plots.curves_picture(_by_title(shown), _names(listed), _paper_colors(), options)
    figure.savefig(buffer, format="png", dpi=200)
    return buffer.getvalue()


def _by_title(shown: list[Run]) -> dict[str, Run]:
    return {run_titles.title(run): run for run in shown}


def _names(listed: list[Run]) -> list[str]:
    return [run_titles.title(run) for run in reversed(listed)]


def _paper_colors() -> list[str]:
    """The light theme's series colours; the dark theme has as many."""
    colors: list[str] = st.get_option("theme.light.chartCategoricalColors")
    return colors
