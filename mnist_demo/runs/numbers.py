"""The numbers that people call runs by: in a home, "run 3" is the same run for ever.

    numbers.json      in the folder of runs: their ids; the place of an id, counted from 1, is that run's number

Ids are only ever added to it, so that the number of a deleted run is not given to another one. A run gets its number
when it is made. One that came to be here otherwise, by an earlier version or by hand, gets it when it is first listed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from mnist_demo import files
from mnist_demo.errors import UserError

FILE = "numbers.json"
LOCK = ".numbers.lock"
PATIENCE = 10.0  # seconds to wait for another process that gives numbers


def number_of(directory: Path) -> int | None:
    """What the run in `directory` is called by, from 1; None outside a home, or where none could be written."""
    path = directory.parent / FILE
    return _numbers(path, files.version(path)).get(directory.name)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep all other processes and threads from giving numbers in `folder`. Raises UserError where that fails."""
    import filelock  # noqa: PLC0415 (only who gives a number needs it)

    lock = filelock.FileLock(folder / LOCK, timeout=PATIENCE)
    try:
        lock.acquire()
    except OSError as error:
        raise files.cannot_write(folder / LOCK, error) from error
    try:
        yield
    finally:
        lock.release()


def add(folder: Path, ids: list[str]) -> None:
    """Give these runs the next numbers; for one who has the lock. Raises UserError where they cannot be written."""
    path = folder / FILE
    content = json.dumps([*_ids(path), *ids], indent=0).encode()
    files.write_atomically(path, lambda stream: stream.write(content))


def add_missing(folder: Path, ids: list[str]) -> None:
    """Give numbers to those of these runs that have none. Raises UserError where they cannot be written."""
    if all(number_of(folder / run_id) for run_id in ids):
        return
    with locked(folder):  # another process may have been faster
        add(folder, [run_id for run_id in ids if number_of(folder / run_id) is None])


@lru_cache(maxsize=16)
def _numbers(path: Path, _version: tuple[int, ...]) -> dict[str, int]:
    """What the file says. Every viewer asks again and again, so each version of it is read once."""
    try:
        return {run_id: place for place, run_id in enumerate(_ids(path), start=1)}
    except UserError:
        return {}  # who gives the next number is told


def _ids(path: Path) -> list[str]:
    try:
        ids = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        ids = None
    if not isinstance(ids, list):
        raise UserError(f"{path} cannot be read: delete it, and all runs get new numbers.")
    return [str(run_id) for run_id in ids]
