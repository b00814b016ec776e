"""Where things live, and how a file is written so that nobody ever sees half of one."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import platformdirs

from mnist_demo.errors import UserError

HOME_VARIABLE = "MNIST_DEMO_HOME"
# Windows refuses to replace or remove a file that another program reads at that moment: seconds between two attempts.
WAITS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


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
            move(Path(temporary), path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def move(source: Path, target: Path) -> None:
    """Give a file or a folder another name, also where another program has it open for a moment.

    Raises UserError where that program keeps it open, and OSError for all else.
    """
    _patiently(lambda: source.replace(target), target)


def remove(path: Path) -> None:
    """Remove a file; nothing where there is none. Raises UserError where the system does not let us."""
    try:
        _patiently(lambda: path.unlink(missing_ok=True), path)
    except OSError as error:
        raise cannot_write(path, error) from error


def remove_folder(path: Path) -> None:
    """Remove a folder and all that is in it. Raises UserError where a program keeps a file in it open, or OSError."""
    _patiently(lambda: shutil.rmtree(path), path)


def _patiently(act: Callable[[], object], path: Path) -> None:
    for seconds in WAITS:
        try:
            act()
        except PermissionError:
            time.sleep(seconds)
        else:
            return
    try:
        act()
    except PermissionError as error:
        raise UserError(
            f"Cannot change {path} ({error.strerror or error}): close the program that has it open, "
            "or allow this one to write there."
        ) from error


def changed(path: Path) -> float:
    """When a file was last written, in seconds since the epoch; 0 where there is no such file."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def version(path: Path) -> tuple[int, ...]:
    """What changes whenever a file is replaced; () where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


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
