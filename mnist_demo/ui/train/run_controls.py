"""The runs that train or are paused: progress, and the controls that every viewer has."""

import functools
import math
from collections.abc import Callable

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.runs import control
from mnist_demo.runs.control import Control
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train import weights
from mnist_demo.ui.train.durations import duration
from mnist_demo.words import percent


def show(run: Run, asked: Control, *, hangs: bool) -> None:
    """Progress, rate, time left and the controls of a run that trains or is paused; people want `asked` of it."""
    with st.container(border=True):
        st.markdown(f"**{run_titles.title(run)}**")
        st.progress(min(1.0, run.last_step / run.settings.target), text=_progress_text(run, asked))
        words = glossary.meanings("Accuracy", "Test image", "Step", "Epoch")
        st.caption(_accuracy_text(run), help=words)  # always there, so that no button moves under the pointer
        if run.elsewhere:
            st.caption(f"It is trained on another computer, {run.elsewhere}.")
        if hangs:
            show_hanging(run)
        show_controls(run, asked)
        if weights.are_shown(run):
            weights.show(run)
        if run.model_path.is_file():
            st.page_link(
                "mnist_demo/ui/pages/draw.py",
                label="Draw can use this model already, while it trains",
                icon=":material/draw:",
            )


def show_hanging(run: Run) -> None:
    """Say that nothing comes from the run's process any more, and offer to end it."""
    st.warning(
        f"Nothing has come from this run for more than {control.HANGS_AFTER:.0f} seconds: it hangs, or the computer is "
        "very busy. If its process is ended, the run keeps what it had learned when it was last saved, and can be "
        "continued.",
        icon=":material/hourglass_disabled:",
    )
    control_button(run, "End the training process", "dangerous", control.end_process)


def show_controls(run: Run, asked: Control) -> None:
    """Pause or resume, step, reset, stop. They are for everyone, and for runs that were started in a terminal too."""
    with st.container(horizontal=True):
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
        services.listing().refresh()  # who presses sees at once what it did

    st.button(label, icon=f":material/{icon}:", key=f"{label}_{run.id}", disabled=disabled, on_click=ask)


def _accuracy_text(run: Run) -> str:
    last = run.last_evaluation
    if last is None:
        return "Test accuracy: not measured yet"
    return f"Test accuracy after {last.step:,} steps: **{percent(last.test_accuracy or 0)}**"


def _progress_text(run: Run, asked: Control) -> str:
    last = run.newest
    at = f"Step {last.step:,} of {run.settings.target:,}"
    if asked.stop:
        return "Stopping, and saving what it has learned…"
    if run.status.state == "paused":
        return f"{at} · paused"
    if not last.images_per_second:
        return "Getting ready…"
    steps_per_second = last.images_per_second / run.recipe.batch_size
    return (
        f"{at} · {steps_per_second:,.0f} steps/s · {last.images_per_second:,.0f} images/s · "
        f"{duration(seconds_left(run))} left"
    )


def seconds_left(run: Run) -> float:
    """By the rate of its last steps; NaN before there are any."""
    last = run.newest
    if not last.images_per_second:
        return math.nan
    return (run.settings.target - last.step) * run.recipe.batch_size / last.images_per_second
