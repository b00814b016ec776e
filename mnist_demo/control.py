"""What people ask of a run: to stop, pause, step, resume, start afresh or train on.

A request is a file in the run directory, so it reaches whichever process trains the run, from any viewer:

    stop, reset       present when the run shall stop, or go back to its beginning
    pause             the number of steps that it must not go beyond for now
"""

import shutil
from dataclasses import dataclass

from mnist_demo import files, runs
from mnist_demo.errors import UserError
from mnist_demo.recipes import MOST_STEPS
from mnist_demo.runs import Run


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
    files.write_atomically(run.directory / "stop", lambda _: None)


def cancel(run: Run) -> None:
    """End a run that is still waiting for its turn; one that began in the meantime is stopped."""
    request_stop(run)
    runs.set_status(run, "stopped", message="Cancelled before it began.")


def request_pause(run: Run, at: int = 0) -> None:
    """Ask for a pause once the run has taken `at` steps; 0 is now. Stepping is a pause that is moved on."""
    files.write_atomically(run.directory / "pause", lambda stream: stream.write(str(at).encode()))


def request_reset(run: Run) -> None:
    """Ask the run to forget all it has learned, and to wait at its beginning."""
    request_pause(run)
    files.write_atomically(run.directory / "reset", lambda _: None)


def forget_progress(run: Run) -> None:
    """Do what `request_reset` asked for: what remains is a run that was never trained."""
    for path in (run.checkpoint_path, run.metrics_path, run.model_path, run.keras_path):
        path.unlink(missing_ok=True)
    shutil.rmtree(run.events_folder, ignore_errors=True)
    (run.directory / "reset").unlink(missing_ok=True)


def request_resume(run: Run) -> None:
    """Take a pause back."""
    (run.directory / "pause").unlink(missing_ok=True)


def read(run: Run) -> Control:
    """What was last asked of the run, by whichever viewer."""
    try:
        pause_at = int((run.directory / "pause").read_text())
    except (OSError, ValueError):
        pause_at = None
    return Control((run.directory / "stop").exists(), (run.directory / "reset").exists(), pause_at)


def queue_again(run: Run, target: int) -> Run:
    """Make an ended run ready to be continued from its checkpoint until it has taken `target` steps in all.

    Raises UserError for a run that is still active, that has no checkpoint, or that is there already.
    """
    if run.is_active:
        raise UserError("This run has not ended yet: it cannot be continued.")
    if not run.checkpoint_path.is_file():
        raise UserError("This run has no checkpoint to go on from: start a new one.")
    if not run.last_step < target <= MOST_STEPS:
        raise UserError(f"This run has taken {run.last_step:,} steps: give more, up to {MOST_STEPS:,}.")
    request_resume(run)
    (run.directory / "stop").unlink(missing_ok=True)
    return runs.set_status(runs.set_target(run, target), "queued", message="")
