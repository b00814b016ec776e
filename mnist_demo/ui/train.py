"""The Train page: start a run, watch it, compare it with earlier ones. All viewers see the same runs."""

import pandas as pd
import streamlit as st

from mnist_demo import runs
from mnist_demo.runs import Run
from mnist_demo.ui import answering, compare, explain, notices, recipe_form, results, run_controls, services

POLL_ACTIVE = 1.0  # seconds between two looks at the run directories while something trains
POLL_IDLE = 4.0  # and while nothing does, to notice what another viewer starts
NEWEST = 3  # runs on the chart when nobody has chosen any
STATE_ICONS = {"finished": "✓", "stopped": "■", "queued": "…", "running": "▶", "paused": "⏸"}


def show_table(listed: list[Run]) -> None:
    """All runs with their results, newest first."""
    rows = [
        {
            "Run": answering.title(run),
            "State": f"{STATE_ICONS.get(run.status.state, '✗')} {run.status.state}",
            "Test accuracy": 100 * (last.test_accuracy or 0) if (last := run.last_evaluation) else None,
            "Steps": run.last_step,
            "Training": run_controls.duration(run.newest.seconds) if run.last_step else "–",
            "Batch": run.recipe.batch_size,
            "Learning rate": f"{run.recipe.learning_rate:g}",
            "Seed": run.recipe.seed,
            "Data": run.status.trained_on,
        }
        for run in listed
    ]
    formats = {
        "Test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
        "Steps": st.column_config.NumberColumn(format="localized"),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=formats, placeholder="–", key="run_table")


def watch(was_active: bool) -> None:
    """Everything that changes while runs train."""
    listed, damaged = runs.list_runs()
    active = [run for run in reversed(listed) if run.is_active]
    if bool(active) != was_active:
        st.rerun()  # the whole page, to look more or less often from now on
    for run in active:
        run_controls.show(run, active)
    if damaged:
        names = ", ".join(path.name for path in damaged)
        st.warning(
            f"These runs are damaged and cannot be shown: {names}. Delete their folders in {runs.runs_folder()}."
        )
    if not listed:
        st.info(
            "No run yet. Press **Start training**: the affine model takes a few seconds.",
            icon=":material/school:",
        )
        return
    by_id = {run.id: run for run in listed}
    chosen = st.multiselect(
        "Runs on the charts",
        list(by_id),
        format_func=answering.titles(by_id),
        placeholder=f"The newest {NEWEST}",
        key="charted_runs",
    )
    shown = [by_id[name] for name in chosen if name in by_id] or listed[:NEWEST]
    compare.show(shown, listed)
    show_table(listed)
    results.show(listed)


st.title("Train a model")
notices.data_set(services.current_dataset())
form, view = st.columns([2, 5], gap="large")
with form:
    recipe_form.show()
with view:
    is_active = any(run.is_active for run in runs.list_runs()[0])
    st.fragment(watch, run_every=POLL_ACTIVE if is_active else POLL_IDLE)(is_active)
explain.learning(st.session_state["model"])
