"""What people ask of a run: to stop, pause, step, resume, start afresh or train on.

A request is a file in the run directory, so it reaches whichever process trains the run, from any viewer:

    stop, reset       present when the run shall stop, or go back to its beginning
    pause             the number of steps that it must not go beyond for now
"""

import os
import shutil
import time
from dataclasses import dataclass

import psutil

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models.recipes import MOST_STEPS
from mnist_demo.runs import owner, run_directory, store
from mnist_demo.runs.run_directory import Run

# Seconds without new metrics after which a run is said to hang. Compiling, or evaluating the CNN, takes some seconds,
# and several times that on a slow machine that does other work.
HANGS_AFTER = 60.0
GONE_WITHIN = 10.0  # seconds that a killed process may take to disappear


@dataclass(frozen=True)
class Control:
    """What people want of a run now: to stop, to go back to its beginning, to train no further than `pause_at`.

    `pause_at` is a number of steps; None lets it go on.
    """

    stop: bool = False
    reset: bool = False
    pause_at: int | None = None


def request_stop(run: Run) -> None:
    """Ask whichever process trains the run to stop at its next chance. A stop is final: nothing takes it back."""
    _ask(run, "stop")


def cancel(run: Run) -> None:
    """End a run that is still waiting for its turn; one that began in the meantime is stopped."""
    request_stop(run)
    now = run_directory.load(run.directory)
    if now.status.state == "queued":
        run_directory.set_status(now, "stopped", message="Cancelled before it began.")


def request_pause(run: Run, at: int = 0) -> None:
    """Ask for a pause once the run has taken `at` steps; 0 is now. Stepping is a pause that is moved on."""
    _ask(run, "pause", str(at))


def request_reset(run: Run) -> None:
    """Ask the run to forget all it has learned, and to wait at its beginning."""
    request_pause(run)
    _ask(run, "reset")


def forget_progress(run: Run) -> None:
    """Do what `request_reset` asked for: what remains is a run that was never trained."""
    for path in (run.checkpoint_path, run.metrics_path, run.model_path, run.keras_path):
        files.remove(path)
    shutil.rmtree(run.events_folder, ignore_errors=True)
    files.remove(run.directory / "reset")


def request_resume(run: Run) -> None:
    """Take a pause back."""
    _take_back(run, "pause")


def read(run: Run) -> Control:
    """What was last asked of the run, by whichever viewer. One that somebody deleted by hand shall stop, too."""
    try:
        pause_at = int((run.directory / "pause").read_text(encoding="ascii"))
    except (OSError, ValueError):
        pause_at = None
    stop = (run.directory / "stop").exists() or not run.status_path.exists()
    return Control(stop, (run.directory / "reset").exists(), pause_at)


def usual_steps(run: Run) -> int:
    """How many steps people most likely want of an ended run: those that remain, else as many as its recipe has."""
    remaining = run.settings.target - run.last_step
    return remaining if remaining > 0 else run.recipe.steps


def queue_again(run: Run, target: int) -> Run:
    """Make an ended run ready to be continued until it has taken `target` steps in all.

    It goes on from its checkpoint; one that ended before its first begins anew. Raises UserError for a run that is
    still active, was deleted, is there already, or learned from drawings that are gone.
    """
    run = run_directory.load(run.directory)
    if run.is_active:
        where = f" on {run.elsewhere}" if run.elsewhere else ""
        raise UserError(f"This run has not ended yet{where}: it cannot be continued.")
    if run.settings.start and not files.is_file(run.drawings_path):
        raise UserError("The drawings that this run learned from were deleted with their class: it cannot go on.")
    store.check_memory(run.recipe)
    if not run.last_step < target <= MOST_STEPS:
        raise UserError(f"This run has taken {run.last_step:,} steps: give more, up to {MOST_STEPS:,}.")
    for request in ("pause", "stop", "reset"):  # what came too late for it
        _take_back(run, request)
    return run_directory.set_status(run_directory.set_target(run, target), "queued", message="")


def hangs(run: Run) -> bool:
    """Whether the run has something to do and has shown no progress for HANGS_AFTER seconds."""
    state = run.status.state
    if state not in ("running", "paused"):
        return False
    asked = read(run)
    must_go_on = asked.stop or asked.reset or asked.pause_at is None or run.last_step < asked.pause_at
    if state == "paused" and not must_go_on:
        return False
    # What was asked of a paused run shows in its directory's time, before which it had nothing to do.
    asked_at = files.changed(run.directory) if state == "paused" else 0.0
    return time.time() - max(run.last_sign, asked_at) > HANGS_AFTER


def end_process(run: Run) -> None:
    """Kill the process that trains a run which hangs; the run is then "crashed", with its checkpoint, and can go on.

    The trainer of a server notices, and starts a new process for the next run. Raises UserError where the run
    was deleted or the process may not be ended.
    """
    run = run_directory.load(run.directory)
    if not hangs(run):
        return  # it has come back since the viewer saw it, or another viewer was faster
    if run.elsewhere:
        raise UserError(f"This run belongs to a process on {run.elsewhere}: end it there.")
    process = owner.process_of(run.status.owner)
    if process is not None:
        if process.pid == os.getpid():
            raise UserError("This run belongs to the process that serves the pages: restart the app to end it.")
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
        except psutil.AccessDenied as error:
            raise UserError(f"Process {process.pid} is another user's: end it where it was started.") from error
    run_directory.mark_crashed(run.directory, "The training process hung and was ended.")
    _wait_until_gone(run)


def _wait_until_gone(run: Run) -> None:
    # Not process.wait(): the trainer's process is our child, and its end is for multiprocessing to collect.
    deadline = time.monotonic() + GONE_WITHIN
    while owner.process_of(run.status.owner) is not None:
        if time.monotonic() > deadline:
            raise UserError(f"Process {run.status.pid} does not end: restart the computer, or leave it be.")
        time.sleep(0.02)


def _ask(run: Run, request: str, content: str = "") -> None:
    if not files.is_folder(run.directory):
        raise UserError("This run was deleted in the meantime.")
    files.write_atomically(run.directory / request, lambda stream: stream.write(content.encode()))


def _take_back(run: Run, request: str) -> None:
    files.remove(run.directory / request)
