"""Everything that training needs to go on, as a file."""

import io
import zipfile
import zlib

import numpy as np

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.training.loop import Progress
from mnist_demo.training.session import Session


def save(run: Run, session: Session, progress: Progress) -> None:
    """Replace the run's checkpoint with the session's state after that many steps and seconds."""
    buffer = io.BytesIO()
    np.savez(buffer, step=np.int64(progress.step), seconds=np.float64(progress.seconds), **session.state())  # type: ignore[arg-type]
    files.write_atomically(run.checkpoint_path, lambda stream: stream.write(buffer.getbuffer()))


def restore(run: Run, session: Session) -> Progress:
    """Put the session back to the run's checkpoint; how far it had come. Raises UserError for a damaged one."""
    try:
        with np.load(run.checkpoint_path, allow_pickle=False) as stored:
            state = {name: stored[name] for name in stored.files}
        progress = Progress(int(state.pop("step")), float(state.pop("seconds")))
        session.restore(state)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"The checkpoint of the run {run.id} is damaged: start a new run.") from error
    return progress
