"""All runs of the home as many viewers see them, read from the disk once for all of them."""

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from mnist_demo import files
from mnist_demo.runs import control, store
from mnist_demo.runs.control import Control
from mnist_demo.runs.run_directory import Run

FRESH_SECONDS = 0.4  # within which viewers share one look at the disk


@dataclass(frozen=True)
class Listing:
    """The runs of a home as they were at one moment, newest first, and the directories that cannot be read."""

    runs: list[Run]
    damaged: list[Path]

    @cached_property
    def active(self) -> list[Run]:
        """The runs that train, are paused or wait, oldest first."""
        return [run for run in reversed(self.runs) if run.is_active]

    @cached_property
    def last_ended(self) -> Run | None:
        """The run that ended last; None where none has."""
        ended = [run for run in self.runs if not run.is_active]
        return max(ended, key=lambda run: files.changed(run.status_path), default=None)

    @cached_property
    def asked(self) -> dict[Path, Control]:
        """What is asked of each active run, by its directory."""
        return {run.directory: control.read(run) for run in self.active}

    @cached_property
    def hanging(self) -> set[Path]:
        """The directories of the active runs from which nothing comes any more."""
        return {run.directory for run in self.active if control.hangs(run)}


class SharedListing:
    """The newest Listing of the home, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listing = Listing([], [])
        self._folder: Path | None = None  # that it is of
        self._read_at = 0.0

    def read(self) -> Listing:
        """A listing that is at most FRESH_SECONDS old, and not older than the last call of `refresh`."""
        with self._lock:
            is_old = time.monotonic() - self._read_at > FRESH_SECONDS
            return self._read() if is_old or self._folder != store.runs_folder() else self._listing

    def refresh(self) -> Listing:
        """A listing of now: for a viewer who has just come, or done something."""
        with self._lock:
            return self._read()

    def _read(self) -> Listing:
        self._folder = store.runs_folder()
        self._listing = Listing(*store.list_runs())
        self._read_at = time.monotonic()
        return self._listing
