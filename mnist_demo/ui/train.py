"""The Train page: start a run, watch it, compare it with earlier ones. All viewers see the same runs."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mnist_demo import control, data, plots, recipes, runs
from mnist_demo.errors import UserError
from mnist_demo.recipes import Recipe
from mnist_demo.runs import Run
from mnist_demo.ui import answering, explain, notices, services

POLL_ACTIVE = 1.0  # seconds between two looks at the run directories while something trains
POLL_IDLE = 4.0  # and while nothing does, to notice what another viewer starts
NEWEST = 3  # runs on the chart when nobody has chosen any
OPTIMIZER_TITLES = {"sgd": "plain gradient descent", "rmsprop": "RMSProp", "adam": "Adam"}
STATE_ICONS = {"finished": "✓", "stopped": "■", "queued": "…", "running": "▶", "paused": "⏸"}


def choose_recipe() -> Recipe | None:
    """The form; the recipe that it describes, or None (with a word why) while it cannot be trained.

    What is typed stays for the visitor's session. The fields have no limits of their own, since a browser would keep
    a number out of bounds to itself and the run would start with another one.
    """
    keep: Any = {"persist_state": "session"}
    model = st.segmented_control(
        "Model",
        recipes.MODEL_NAMES,
        default="affine",
        required=True,
        format_func=answering.TITLES.__getitem__,
        key="model",
        **keep,
    )
    names = [name for kind, name in recipes.RECIPES if kind == model]
    name = st.segmented_control("Recipe", names, default=names[0], required=True, key=f"recipe_{model}", **keep)
    preset = recipes.RECIPES[model, name]
    of = f"_{model}_{name}"
    first, second = st.columns(2), st.columns(2)
    steps = first[0].number_input("Iterations (steps)", value=preset.steps, step=500, key="steps" + of, **keep)
    batch_size = first[1].number_input(
        "Batch size (images)", value=preset.batch_size, step=50, key="batch" + of, **keep
    )
    rate = second[0].text_input("Learning rate", f"{preset.learning_rate:g}", key="rate" + of, **keep)
    seed = second[1].number_input("Seed", value=preset.seed, key="seed" + of, **keep)
    st.caption(
        f"{recipes.PARAMETERS[model]:,} parameters, trained by {OPTIMIZER_TITLES[preset.optimizer]}"
        + (", the learning rate rising and then falling to zero." if preset.schedule == "triangular" else ".")
        + " The same seed gives the same run."
    )
    try:
        numbers = {"steps": steps, "batch_size": batch_size, "learning_rate": to_number(rate), "seed": seed}
        return recipes.get_recipe(model, name, **numbers)
    except UserError as error:
        st.warning(str(error), icon=":material/edit:")
        return None


def to_number(text: str) -> float:
    """A number as people type it, with a point or a comma. Raises UserError for anything else."""
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise UserError(f"A learning rate of “{text}” is no number: give one above 0, such as 0.01.") from error


def start_form() -> None:
    """The form and its Start button."""
    with st.container(border=True):
        recipe = choose_recipe()
        if not st.button(
            "Start training", type="primary", icon=":material/play_arrow:", width="stretch", disabled=not recipe
        ):
            return
        assert recipe is not None
        try:
            run = services.trainer().submit(recipe, data.find_source())
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.session_state["managed_run"] = run.id
        if st.session_state.get("charted_runs"):
            st.session_state["charted_runs"] = [*st.session_state["charted_runs"], run.id]


def show_active(run: Run, before: list[Run]) -> None:
    """Progress, rate, time left and the controls of one run that trains, is paused or waits for those before it."""
    with st.container(border=True):
        st.markdown(f"**{answering.title(run)}**")
        st.progress(min(1.0, run.last_step / run.settings.target), text=_progress_text(run, before))
        if run.evaluations:
            newest = run.evaluations[-1]
            st.caption(f"Test accuracy after {newest.step:,} steps: **{newest.test_accuracy:.2%}**")
        show_controls(run)


def show_controls(run: Run) -> None:
    """Pause or resume, step, reset, stop. They are for everyone, and for runs that were started in a terminal too."""
    asked = control.read(run)
    with st.container(horizontal=True):
        if run.status.state == "queued":
            control_button(run, "Cancel", "close", control.cancel)
            return
        if asked.pause_at is None:
            control_button(run, "Pause", "pause", control.request_pause, disabled=asked.stop)
        else:
            control_button(run, "Resume", "play_arrow", control.request_resume, disabled=asked.stop)
            for name, count in steps_of(run).items():
                forward = functools.partial(control.request_pause, at=run.last_step + count)
                control_button(run, name, "skip_next", forward, disabled=asked.stop or run.status.state != "paused")
        control_button(run, "Reset", "restart_alt", control.request_reset, disabled=asked.stop or asked.reset)
        control_button(run, "Stop", "stop", control.request_stop, disabled=asked.stop)


def steps_of(run: Run) -> dict[str, int]:
    """How far the step buttons go: their label and a number of steps."""
    epoch = -(-run.status.train_images // run.recipe.batch_size)
    return {"1 step": 1, "10 steps": 10, "100 steps": 100, "1 epoch": max(1, epoch)}


def control_button(run: Run, label: str, icon: str, request: Callable[[Run], None], *, disabled: bool = False) -> None:
    """A button that asks something of a run."""

    def ask() -> None:
        try:
            request(run)
        except UserError as error:
            st.toast(str(error), icon=":material/error:")

    st.button(label, icon=f":material/{icon}:", key=f"{label}_{run.id}", disabled=disabled, on_click=ask)


def _progress_text(run: Run, before: list[Run]) -> str:
    asked, last = control.read(run), run.newest
    at = f"Step {last.step:,} of {run.settings.target:,}"
    if asked.stop:
        return "Stopping, and saving what it has learned…"
    if run.status.state == "queued":
        return _waiting_text(before)
    if run.status.state == "paused":
        return f"{at} · paused"
    if not last.images_per_second:
        return "Getting ready…"
    steps_per_second = last.images_per_second / run.recipe.batch_size
    return (
        f"{at} · {steps_per_second:,.0f} steps/s · {last.images_per_second:,.0f} images/s · "
        f"{_duration(_seconds_left(run))} left"
    )


def _waiting_text(before: list[Run]) -> str:
    if not before:
        return "Waiting for TensorFlow to start…"
    count = f"Waiting for {len(before)} run{'s' if len(before) > 1 else ''} before it"
    if any(run.status.state == "paused" for run in before):
        return f"{count}, of which one is paused"
    seconds = sum(_seconds_left(run) for run in before)
    return count if math.isnan(seconds) else f"{count}, starts in about {_duration(seconds)}"


def _seconds_left(run: Run) -> float:
    """By the rate of its last steps; NaN before there are any."""
    last = run.newest
    if not last.images_per_second:
        return math.nan
    return (run.settings.target - last.step) * run.recipe.batch_size / last.images_per_second


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def show_charts(shown: list[Run], listed: list[Run]) -> None:
    """Accuracy and loss of the chosen runs, over each other; a run has the same colour whatever is beside it."""
    colors = [answering.title(run) for run in reversed(listed)]
    for column, measure in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        chart = plots.curves({answering.title(run): run for run in shown}, measure, colors)
        column.markdown(f"**{measure.capitalize()}**")
        if chart is None:
            column.caption("The curve begins with the first evaluation.")
        else:
            words = f"Lines: {measure} by step; the table below has the figures"
            column.altair_chart(chart, key=f"chart_{measure}", alt=words)
    st.caption("Strong lines: all test images. Faint lines: the training batches.")
    for run in shown:
        loss = run.evaluations[-1].test_loss if run.evaluations else None
        if loss and loss > plots.HIGHEST_LOSS:
            st.caption(f"Off the loss chart: {answering.title(run)}, with {loss:,.0f}. Try a smaller learning rate.")


def show_table(listed: list[Run]) -> None:
    """All runs with their results, newest first."""
    rows = [
        {
            "Run": answering.title(run),
            "State": f"{STATE_ICONS.get(run.status.state, '✗')} {run.status.state}",
            "Test accuracy": 100 * (run.evaluations[-1].test_accuracy or 0) if run.evaluations else None,
            "Steps": run.last_step,
            "Training": _duration(run.newest.seconds) if run.metrics else "–",
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


def verdict(run: Run) -> str:
    """How the run ended, and its test accuracy against what the notebook reports."""
    if run.is_active:
        return "The verdict comes when the run has ended."
    if not run.evaluations:
        return run.status.message
    accuracy = run.evaluations[-1].test_accuracy or 0.0
    low, high = recipes.NOTEBOOK_TEST_ACCURACY[run.recipe.model]
    expected = f"over {low:.0%}" if high == 1 else f"{low:.0%} to {high:.0%}"
    if run.status.trained_on != "MNIST":
        comparison = f"The notebook reports {expected}, on the full MNIST; this run had other data."
    else:
        comparison = f"The notebook reports {expected}: {'reached' if accuracy >= low else 'not reached'}."
    return f"{run.status.message} Test accuracy **{accuracy:.2%}**. {comparison}".strip()


def manage(listed: list[Run]) -> None:
    """One run's verdict, downloads and deletion."""
    by_id = {run.id: run for run in listed}
    chosen = st.selectbox(
        "Look at a run",
        list(by_id),
        format_func=answering.titles(by_id),
        key="managed_run",
    )
    run = by_id.get(chosen)
    if run is None:
        return
    st.markdown(verdict(run) or "No result yet.")
    if not run.is_active and run.checkpoint_path.is_file():
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
            )
        st.download_button(
            "Metrics (CSV)",
            lambda: metrics_csv(run),
            f"{run.id}.csv",
            "text/csv",
            key=f"csv_{run.id}",
            on_click="ignore",
            icon=":material/download:",
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            disabled=run.is_active,
            key=f"ask_delete_{run.id}",
            on_click=lambda: st.session_state.update(delete_asked=run.id),
        )
    if st.session_state.get("delete_asked") == run.id and not run.is_active:
        confirm_deletion(run)


def confirm_deletion(run: Run) -> None:
    """The question that stands between a run and its end; it is about this run and no other."""

    def answer(yes: bool) -> None:
        del st.session_state["delete_asked"]
        try:
            if yes:
                runs.delete(run.directory)
        except UserError as error:
            st.toast(str(error), icon=":material/error:")

    with st.container(border=True):
        st.markdown(f"Delete **{answering.title(run)}**, its model and its metrics, for everyone?")
        with st.container(horizontal=True):
            st.button("Delete for good", icon=":material/delete:", key=f"delete_{run.id}", on_click=answer, args=[True])
            st.button("Keep it", key=f"keep_{run.id}", on_click=answer, args=[False])


def show_continue(run: Run) -> None:
    """A button that lets an ended run train on, with the number of steps that it shall have taken then."""
    step, recipe = run.last_step, run.recipe
    remaining = run.settings.target - step
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = remaining if remaining > 0 else recipe.steps
        more = st.number_input("More steps", value=preset, step=100, key=f"more_{run.id}", width=180)
        if st.button("Continue", icon=":material/play_arrow:", key=f"continue_{run.id}"):
            try:
                services.trainer().continue_run(run, step + int(more))
            except UserError as error:
                st.error(str(error))
                return
            st.rerun()


def metrics_csv(run: Run) -> str:
    """All metrics of a run, a line each."""
    return pd.DataFrame([dataclasses.asdict(metrics) for metrics in run.metrics]).to_csv(index=False)


def watch(was_active: bool) -> None:
    """Everything that changes while runs train."""
    listed, damaged = runs.list_runs()
    active = [run for run in reversed(listed) if run.is_active]
    if bool(active) != was_active:
        st.rerun()  # the whole page, to look more or less often from now on
    for place, run in enumerate(active):
        show_active(run, active[:place])
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
    show_charts(shown, listed)
    show_table(listed)
    manage(listed)


st.title("Train a model")
notices.data_set(services.current_dataset())
form, view = st.columns([2, 5], gap="large")
with form:
    start_form()
with view:
    is_active = any(run.is_active for run in runs.list_runs()[0])
    st.fragment(watch, run_every=POLL_ACTIVE if is_active else POLL_IDLE)(is_active)
explain.learning(st.session_state["model"])
