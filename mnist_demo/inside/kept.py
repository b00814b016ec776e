"""Results that took long, kept in the home folder by what they were made of."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_demo import files
from mnist_demo.data.datasets import Split
from mnist_demo.errors import UserError

VERSION = 1  # of how they are made: another one makes them anew
# Of a kind: those used longest ago are removed. One takes 30 MB at most, the last hidden layer of 55,000 images.
MOST_FILES = 20

Arrays = Mapping[str, npt.NDArray[np.generic]]


def folder() -> Path:
    """Where they are."""
    return files.home() / "inside"


def key(kind: str, model: str, split: Split) -> str:
    """The name of a result of this kind, of a model (its Opened.digest, or "" for none) and of these very images."""
    digest = hashlib.sha256(f"{VERSION} {model}".encode())
    digest.update(np.ascontiguousarray(split.images).data)
    return f"{kind}-{digest.hexdigest()[:32]}"


def read_or_make(name: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays that are kept under `name`, one of `key`'s; else what `make` returns, which is kept from now on."""
    arrays = read(name)
    if arrays is None:
        arrays = make()
        keep(name, arrays)
    return arrays


def read(name: str) -> Arrays | None:
    """The arrays that are kept under `name`, which count as just used; None where there are none."""
    path = folder() / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {each: stored[each] for each in stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    with suppress(OSError):
        os.utime(path)
    return arrays


def keep(name: str, arrays: Arrays) -> None:
    """Keep arrays under `name`, one of `key`'s, where the home can be written to."""
    path = folder() / f"{name}.npz"
    try:
        files.make_folder(path.parent)
        files.write_atomically(path, lambda stream: np.savez(stream, **arrays))  # type: ignore[arg-type]
        alike = path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.npz")
        newest_first = sorted(alike, key=files.changed, reverse=True)
        for old in newest_first[MOST_FILES:]:
            files.remove(old)
    except UserError:
        return  # a home that cannot be written to costs the time again, nothing else
