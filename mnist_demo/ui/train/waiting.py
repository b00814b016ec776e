"""The runs that wait for their turn, a line each, and taking them back."""

import math
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mnist_demo.runs import control, groups
from mnist_demo.runs.groups import Experiment
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.experiments import result
from mnist_demo.ui.roles import roles
from mnist_demo.ui.train.durations import duration
from mnist_demo.ui.train.run_controls import control_button, seconds_left


def show(active: list[Run], pending: Sequence[Path]) -> None:
    """Those of the `active` runs that wait; `pending` are the directories that this server trains, in their order."""
    waiting = [run for run in active if run.status.state == "queued"]
    if not waiting:
        return
    texts = expectations({run.directory: run for run in active}, pending)
    found = groups.experiments(active)
    with st.container(border=True):
        for experiment in found.values():
            _show_group(experiment, texts)
        for run in waiting:
            if run.settings.group is not None:
                continue
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{run_titles.title(run)}** · {texts.get(run.directory, expectation(0, False, 0.0))}")
                control_button(run, "Cancel", "close", control.cancel)
        if len(waiting) > 1:
            st.button("Cancel all that wait", icon=":material/close:", on_click=cancel_all, args=[waiting])


def _show_group(experiment: Experiment, texts: dict[Path, str]) -> None:
    """The runs of a group that wait, in one line."""
    waiting = {run.directory for run in experiment.active if run.status.state == "queued"}
    if not waiting:
        return
    first = next((text for directory, text in texts.items() if directory in waiting), expectation(0, False, 0.0))
    with st.container(horizontal=True, vertical_alignment="center"):
        count = f"{len(waiting)} run{'s' if len(waiting) > 1 else ''}"
        st.markdown(f"**{groups.title(experiment.setting)}**, {count} · {first}")
        result.cancel_button(experiment, "queue")


def expectations(active: dict[Path, Run], pending: Sequence[Path]) -> dict[Path, str]:
    """What each pending run waits for, by its directory."""
    texts, before, is_paused, seconds = {}, 0, False, 0.0
    for directory in pending:
        if (run := active.get(directory)) is None:  # cancelled, or ended this moment
            continue
        texts[directory] = expectation(before, is_paused, seconds)
        before, is_paused, seconds = before + 1, is_paused or run.status.state == "paused", seconds + seconds_left(run)
    return texts


def expectation(before: int, is_paused: bool, seconds: float) -> str:
    """In words: `before` runs come first, one of which may be paused, and take so many seconds (NaN if unknown)."""
    if not before:
        return "Waiting for TensorFlow to start…"
    count = f"Waiting for {before} run{'s' if before > 1 else ''} before it"
    if is_paused:
        return f"{count}, of which one is paused"
    return count if math.isnan(seconds) else f"{count}, starts in about {duration(seconds)}"


@roles.for_teacher
def cancel_all(waiting: list[Run]) -> None:
    """Take back all runs that the visitor saw waiting."""
    groups.cancel(waiting)
    services.listing().refresh()
