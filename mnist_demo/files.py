"""Where things live, and how a file is written so that nobody ever sees half of one."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import platformdirs

from mnist_demo.errors import UserError

HOME_VARIABLE = "MNIST_DEMO_HOME"


def home() -> Path:
    """The folder of downloads and runs: `MNIST_DEMO_HOME`, else the platform's user data folder."""
    configured = os.environ.get(HOME_VARIABLE)
    return Path(configured).expanduser().absolute() if configured else platformdirs.user_data_path("mnist-demo")


def make_folder(path: Path) -> Path:
    """Create `path` and its parents where they are missing; raises UserError where that is not allowed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def is_file(path: Path) -> bool:
    """Whether there is a file that we may look at; unlike Path.is_file, no path and no permission makes it raise."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """The same for a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Replace `path` with what `write` puts into a temporary file beside it, all or nothing.

    Raises UserError when the disk is full or the folder may not be written to; `path` is then as before.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(0o644)  # mkstemp's 0600 would hide the file from other users' servers
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def write_over(path: Path, content: bytes) -> None:
    """Write `content` over a file that is there, padded with spaces to the old length; for a full disk.

    It needs no room for a second file, and a few hundred bytes reach a reader all at once: that is as near to
    `write_atomically` as one comes without space. Raises UserError where that is not possible either.
    """
    try:
        handle = os.open(path, os.O_WRONLY)  # never creates one
        with os.fdopen(handle, "wb", buffering=0) as stream:
            stream.write(content.ljust(path.stat().st_size))
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> UserError:
    """The sentence for a file or folder that the system would not let us write."""
    return UserError(
        f"Cannot write {path} ({error.strerror or error}): free some space there, "
        f"or set {HOME_VARIABLE} to a folder you may write to."
    )
