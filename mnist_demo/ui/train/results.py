"""One run on the Train page: its verdict, its files, going on with it, deleting it."""

import dataclasses

import pandas as pd
import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.runs import control, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.help import glossary
from mnist_demo.ui.page_runs import presses
from mnist_demo.ui.roles import roles
from mnist_demo.ui.train import weights
from mnist_demo.words import percent


def verdict(run: Run) -> str:
    """How the run ended, and its test accuracy against what the notebook reports, where it has learned anything."""
    if run.is_active:
        return "The verdict comes when the run has ended."
    if not run.last_evaluation or not run.last_step:
        return run.status.message
    accuracy = run.last_evaluation.test_accuracy or 0.0
    reported = registry.model_of(run.recipe).notebook_accuracy
    if reported is None:
        return f"{run.status.message} Test accuracy **{percent(accuracy, 2)}**.".strip()
    low, high = reported
    expected = f"over {percent(low, 0)}" if high == 1 else f"{percent(low, 0)} to {percent(high, 0)}"
    if run.status.trained_on != "MNIST":
        comparison = f"The notebook reports {expected}, on the full MNIST; this run had other data."
    else:
        comparison = f"The notebook reports {expected}: {'reached' if accuracy >= low else 'not reached'}."
    return f"{run.status.message} Test accuracy **{percent(accuracy, 2)}**. {comparison}".strip()


def show(listed: list[Run], in_sight: Run | None) -> None:
    """One run's verdict, weights unless they are those `in_sight` already, downloads and deletion."""
    by_id = {run.id: run for run in listed}
    chosen = st.selectbox(
        "Look at a run",
        list(by_id),
        format_func=run_titles.titles(by_id, run_titles.full_title),
        key="managed_run",
    )
    run = by_id.get(chosen)
    if run is None:
        return
    st.markdown(verdict(run) or "No result yet.", help=glossary.meanings("Accuracy", "Test image", "Checkpoint"))
    if weights.are_shown(run) and not run.is_active and run is not in_sight:
        weights.show(run)
    if not run.is_active:
        show_continue(run)
    with st.container(horizontal=True):
        for label, path in ((".keras", run.keras_path), (".tflite", run.model_path)):
            st.download_button(
                f"Model {label}",
                path.read_bytes if path.is_file() else b"",
                f"{run.id}{label}",
                key=f"get_{label}_{run.id}",
                disabled=not path.is_file(),
                on_click="ignore",
                icon=":material/download:",
                help=glossary.meanings("Model file"),
            )
        st.download_button(
            "Metrics (CSV)",
            lambda: metrics_csv(run),
            f"{run.id}.csv",
            "text/csv",
            key=f"csv_{run.id}",
            help="Accuracy and loss, a line for each time that they were measured.",
            on_click="ignore",
            icon=":material/download:",
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            disabled=run.is_active,
            key=f"ask_delete_{run.id}",
            on_click=ask_deletion,
            args=[run],
        )
    if st.session_state.get("delete_asked") == run.id and not run.is_active:
        confirm_deletion(run)


@roles.for_teacher
def ask_deletion(run: Run) -> None:
    """Have the page ask whether a run is to be deleted."""
    st.session_state["delete_asked"] = run.id


def confirm_deletion(run: Run) -> None:
    """The question that stands between a run and its end; it is about this run and no other."""

    def answer(yes: bool) -> None:
        was_asked = st.session_state.pop("delete_asked", None) == run.id  # not at the second click of a double one
        if yes and was_asked:
            delete(run)
        services.listing().refresh()

    with st.container(border=True):
        st.markdown(f"Delete **{run_titles.title(run)}**, its model and its metrics, for everyone?")
        with st.container(horizontal=True):
            st.button("Delete for good", icon=":material/delete:", key=f"delete_{run.id}", on_click=answer, args=[True])
            st.button("Keep it", key=f"keep_{run.id}", on_click=answer, args=[False])


@roles.for_teacher
def delete(run: Run) -> None:
    """Delete a run for good."""
    try:
        store.delete(run.directory)
    except UserError as error:
        st.toast(str(error), icon=":material/error:")


def show_continue(run: Run) -> None:
    """A button that lets an ended run train on, with the number of steps that it shall have taken then."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        more = st.number_input(
            "More steps",
            value=control.usual_steps(run),
            step=100,
            help=glossary.meanings("Step"),
            key=f"more_{run.id}",
            width=180,
        )
        if presses.button("Continue", icon=":material/play_arrow:", key=f"continue_{run.id}"):
            train_on(run, run.last_step + int(more))


@roles.for_teacher
def train_on(run: Run, target: int) -> None:
    """Queue an ended run once more, until it has taken `target` steps."""
    try:
        services.trainer().continue_run(run, target)
    except UserError as error:
        st.error(str(error))
        return
    st.rerun()


def metrics_csv(run: Run) -> str:
    """All metrics of a run, a line each."""
    return pd.DataFrame([dataclasses.asdict(metrics) for metrics in run.metrics]).to_csv(index=False)
