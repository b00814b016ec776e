"""The runs that train or are paused: progress, and controls: everybody's, or the teacher's while a class is open."""

import functools
import html
import math
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.errors import UserError
from mnist_demo.runs import control
from mnist_demo.runs.control import Control
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.help import glossary
from mnist_demo.ui.roles import roles
from mnist_demo.ui.train import results
from mnist_demo.ui.train.durations import duration
from mnist_demo.words import percent

WIDTHS = {"Pause": 110, "Resume": 110}  # pixels: what takes the place of another has its width


def show(run: Run, asked: Control, *, hangs: bool) -> None:
    """Progress, rate, time left and the controls of a run that trains or is paused; people want `asked` of it.

    It has the same lines and buttons from the run's beginning to its end, so that nothing moves under the pointer.
    """
    with _place(run.id, is_fixed=not (run.elsewhere or hangs)):
        _headline(run)
        st.progress(min(1.0, run.last_step / run.settings.target), text=_progress_text(run, asked))
        if run.elsewhere:
            st.caption(f"It is trained on another computer, {run.elsewhere}.")
        if hangs:
            show_hanging(run)
        show_controls(run, asked)


def show_last(run: Run | None) -> None:
    """What is left to say of the run that ended last, in the place of its progress; None where no run ever ended."""
    with _place("none"):
        if run is None:
            st.markdown("No run yet. Press **Start training**: the affine model takes a few seconds.")
            return
        _headline(run)
        st.markdown(_end_text(run))
        st.markdown(results.verdict(run))


def show_large(run: Run | None, asked: Control) -> None:
    """The progress of a run, or how it ended, to be read from the last row."""
    with st.container(key="large_progress"):
        if run is None:
            st.markdown("No run yet.")
            return
        last = run.last_evaluation
        accuracy = percent(last.test_accuracy or 0) if last else "–"
        after = f"test accuracy after {last.step:,} steps" if last else "test accuracy: not measured yet"
        title = html.escape(run_titles.title(run))
        st.html(f"<div><strong>{title}</strong><p><output>{accuracy}</output><span>{after}</span></p></div>")
        text = _progress_text(run, asked) if run.is_active else _end_text(run)
        st.progress(min(1.0, run.last_step / run.settings.target), text=text)


def _place(name: str, *, is_fixed: bool = True) -> DeltaGenerator:
    """Where the progress of a run is shown: as high whatever there is to say, but for warnings."""
    return st.container(border=True, gap="small", key=f"progress_{name}" if is_fixed else f"warned_{name}")


def _headline(run: Run) -> None:
    """Which run it is, how good it is, and the way to try it."""
    words = glossary.meanings("Accuracy", "Test image", "Step", "Epoch")
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"headline_{run.id}"
    ):
        st.markdown(f"**{run_titles.title(run)}** · {_accuracy_text(run)}", width="content", help=words)
        if run.model_path.is_file():
            st.page_link("mnist_demo/ui/pages/draw.py", label="Draw with it", icon=":material/draw:", width="content")


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
    """Pause or resume, step, reset, stop; for runs that were started in a terminal too."""
    with st.container(horizontal=True, gap="xsmall"):
        if asked.pause_at is None:
            control_button(run, "Pause", "pause", control.request_pause, disabled=asked.stop)
        else:
            control_button(run, "Resume", "play_arrow", control.request_resume, disabled=asked.stop)
        is_paused = asked.pause_at is not None and run.status.state == "paused"
        for name, count in steps_of(run).items():
            forward = functools.partial(control.request_pause, at=run.last_step + count)
            control_button(run, name, "", forward, disabled=asked.stop or not is_paused)
        control_button(run, "Reset", "restart_alt", control.request_reset, disabled=asked.stop or asked.reset)
        control_button(run, "Stop", "stop", control.request_stop, disabled=asked.stop)


def steps_of(run: Run) -> dict[str, int]:
    """How far the step buttons go: their label and a number of steps."""
    epoch = -(-run.status.train_images // run.recipe.batch_size)
    return {"1 step": 1, "10 steps": 10, "100 steps": 100, "1 epoch": max(1, epoch)}


def control_button(run: Run, label: str, icon: str, request: Callable[[Run], None], *, disabled: bool = False) -> None:
    """A button that asks something of a run."""

    @roles.for_teacher
    def ask() -> None:
        try:
            request(run)
        except UserError as error:
            st.toast(str(error), icon=":material/error:")
        services.listing().refresh()  # who presses sees at once what it did

    drawn = f":material/{icon}:" if icon else None
    st.button(
        label, icon=drawn, key=f"{label}_{run.id}", disabled=disabled, on_click=ask, width=WIDTHS.get(label, "content")
    )


def _accuracy_text(run: Run) -> str:
    last = run.last_evaluation
    if last is None:
        return "Test accuracy: not measured yet"
    return f"Test accuracy after {last.step:,} steps: **{percent(last.test_accuracy or 0)}**"


def _end_text(run: Run) -> str:
    """How an ended run ended, after how many steps and in which time."""
    text = f"Step {run.last_step:,} of {run.settings.target:,} · {run.status.state}"
    return f"{text} · {duration(run.newest.seconds)} of training" if run.newest.seconds else text


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
