"""Files of images: reading and checking `.npz` and IDX files, and telling MNIST from others."""

import gzip
import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from mnist_demo import files
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, Bytes
from mnist_demo.errors import UserError

DATA_VARIABLE = "MNIST_DEMO_DATA"

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


Arrays = tuple[Bytes, Bytes, Bytes, Bytes]


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


def matches_mnist(arrays: Iterable[Sequence[Bytes]]) -> bool:
    """Whether the arrays are MNIST's to the bit: their IDX files would have the MD5s of MNIST_MD5.

    Each is given as its parts, one behind the other: training images and labels, test images and labels.
    """
    return all(_idx_md5(parts) == md5 for parts, md5 in zip(arrays, MNIST_MD5.values(), strict=True))


def _idx_md5(parts: Sequence[Bytes]) -> str:
    count = sum(map(len, parts))
    shape = (count, SIDE, SIDE) if parts[0].ndim == 2 else (count,)
    digest = hashlib.md5(struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape), usedforsecurity=False)
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
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
