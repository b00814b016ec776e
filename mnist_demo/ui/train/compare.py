"""Chosen runs over each other: settings, weights, exports."""

import dataclasses
import io
import os
import shlex
import subprocess

import pandas as pd
import streamlit as st

from mnist_demo.models import registry
from mnist_demo.plotting import plots_of_runs
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.train import charts, weights

DIFFERS = "≠"
SETTING_TITLES = {"name": "Recipe"}  # where a setting's own name does not say it


def show(shown: list[Run], listed: list[Run], options: CurveOptions, in_sight: Run | None) -> None:
    """What holds the runs in `shown` against each other beside their charts; `listed` are all runs, newest first.

    The weights of the run `in_sight` are shown elsewhere.
    """
    show_settings(shown)
    others = [run for run in shown if run is not in_sight]
    show_weights([run for run in others if weights.are_shown(run) and not run.is_active])
    show_exports(shown, listed, options)


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
    model = registry.model_of(run.recipe)
    fields = dataclasses.asdict(run.recipe)
    fields |= {"network": model.network or "–", "train_images": run.recipe.train_images or "all"}
    titles = {name: SETTING_TITLES.get(name, name.replace("_", " ").capitalize()) for name in fields}
    written = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in fields.items()}
    return {
        **{titles[name]: value for name, value in written.items()},
        "Steps in all": str(run.settings.target),
        "Data": run.status.trained_on or run.settings.data,
        "Calculated in": run.status.execution or "–",
        "Parameters": f"{model.parameters:,}",
    }


def _emphasize(row: "pd.Series[str]") -> list[str]:
    return ["font-weight: bold" if row[DIFFERS] else ""] * len(row)


def show_weights(affine: list[Run]) -> None:
    """The weights of more affine runs that have ended, closed until somebody wants them."""
    if not affine:
        return
    box = st.expander("Their weights as pictures", icon=":material/blur_on:", key="weights", on_change="rerun")
    if box.open:
        with box:
            for run in affine:
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
    figure = plots_of_runs.curves_picture(charts.by_title(shown), charts.names(listed), charts.colors("light"), options)
    figure.savefig(buffer, format="png", dpi=200)
    return buffer.getvalue()
