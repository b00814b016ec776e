"""Drawings from files: a folder of pictures by digit, or an `.npz`. What was imported before is not stored again."""

import hashlib
import itertools
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from mnist_demo import files
from mnist_demo.classroom.database import Database, insert_new
from mnist_demo.classroom.exchange.exporting import as_file_name, read_png
from mnist_demo.classroom.tables import LONGEST_NAME, Drawing
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, Bytes, to_bytes
from mnist_demo.drawing import photo, pictures, preprocess
from mnist_demo.errors import UserError

MOST_PICTURES = 100_000  # at once: more than MNIST has
MOST_BYTES = 1_000_000_000  # of an `.npz` that is unpacked
ENDINGS = (".png", ".jpg", ".jpeg")
UNKNOWN = "unknown"  # the writer, where nobody says who it is
LIGHT = 200  # of 255: a border that is lighter on average is paper, where MNIST's is black
BATCH = 500  # pictures that are stored at once


@dataclass(frozen=True)
class Picture:
    """A picture that is to be imported. `image` is uint8 (784,), None where it is refused: `reason` says why."""

    name: str
    writer: str = UNKNOWN
    label: int = 0
    image: Bytes | None = None
    reason: str = ""


@dataclass(frozen=True)
class Source:
    """So many pictures, each read when its turn comes."""

    count: int
    pictures: Iterator[Picture]


@dataclass
class Imported:
    """How many pictures were stored, were known already, and were refused; of the first two how many of each digit."""

    stored: int = 0
    known: int = 0
    refused: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * CLASSES)


def find_pictures(path: Path) -> Source:
    """The pictures of a folder or an `.npz`. Raises UserError where it is neither, has none, or has too many."""
    if files.is_folder(path):
        source = _folder(path)
    elif not files.is_file(path):
        raise UserError(f"There is no {path}: check its path.")
    elif path.suffix == ".npz":
        source = _npz(path)
    else:
        raise UserError(f"{path} is neither a folder nor an .npz file: give one of these.")
    if source.count > MOST_PICTURES:
        raise UserError(
            f"{path} has {source.count:,} pictures, and {MOST_PICTURES:,} are taken at once: split it into parts."
        )
    return source


def store(database: Database, source: Source, tell: Callable[[Picture], object]) -> Imported:
    """Store what is not stored already: the same image with the same label by the same writer.

    `tell` is called with each picture when it was read. Raises UserError where the database cannot be written; what
    was stored until then stays, and is known when the import is repeated.
    """
    done = Imported()
    with database.reading() as session:
        rows = session.execute(sa.select(Drawing.writer, Drawing.label, Drawing.image))
        known = {(writer, _fingerprint(label, image)) for writer, label, image in rows}
    while batch := list(itertools.islice(source.pictures, BATCH)):
        new: list[dict[str, object]] = []
        for picture in batch:
            tell(picture)
            if picture.image is None:
                done.refused += 1
                continue
            done.counts[picture.label] += 1
            mark = picture.writer, _fingerprint(picture.label, picture.image.tobytes())
            if mark not in known:
                known.add(mark)
                new.append(_row(picture, mark[1]))
        with database.writing() as session:
            done.stored += insert_new(session, Drawing, new)
    done.known = sum(done.counts) - done.stored
    return done


def _fingerprint(label: int, image: bytes) -> str:
    return hashlib.sha256(bytes([label]) + image).hexdigest()


def _row(picture: Picture, identifier: str) -> dict[str, object]:
    assert picture.image is not None
    whose = {"pupil_id": None, "writer": picture.writer, "identifier": identifier, "hidden": False}
    return {**whose, "label": picture.label, "strokes": None, "image": picture.image.tobytes(), "time": time.time()}


def _folder(folder: Path) -> Source:
    paths = [
        (label, path)
        for label in range(CLASSES)
        if files.is_folder(folder / str(label))
        for path in sorted((folder / str(label)).iterdir())
        if files.is_file(path) and not path.name.startswith(".")
    ]
    if not paths:
        raise UserError(f"{folder} has no subfolders 0 to 9 with PNG or JPEG pictures: sort them by digit.")
    return Source(len(paths), (_of_file(path, label) for label, path in paths))


def _of_file(path: Path, label: int) -> Picture:
    name, dash, _ = path.stem.partition("-")
    try:
        if path.suffix.lower() not in ENDINGS:
            raise UserError("This is no PNG or JPEG picture.")
        exported = read_png(path)
        if exported is None:
            image = to_bytes(preprocess.to_mnist(photo.ink_of(pictures.read_picture(path))))
        else:
            image, author = exported
            name = author if as_file_name(author) == name else name  # else somebody has given it to another writer
        return Picture(str(path), _writer(name if dash else ""), label, image.reshape(PIXELS))
    except UserError as error:
        return Picture(str(path), reason=str(error))


def _writer(name: str) -> str:
    """A name as it can be stored and printed."""
    return "".join(filter(str.isprintable, name)).strip()[:LONGEST_NAME] or UNKNOWN


def _npz(path: Path) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:  # before it is unpacked: a small file can hold a huge array
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES:
            raise UserError(
                f"{path} is larger than {MOST_BYTES / 1e9:.0f} GB when it is unpacked: make its images smaller."
            )
        with np.load(path, allow_pickle=False) as stored:
            images, labels = _checked(path, stored["images"], stored["labels"])
            names = stored["writers"].astype(np.str_) if "writers" in stored else np.full(len(labels), UNKNOWN)
    except KeyError as error:
        raise UserError(f"{path} has no images or no labels: it needs both, and may have writers.") from error
    except (OSError, ValueError, EOFError, SyntaxError, NotImplementedError, RuntimeError, MemoryError) as error:
        raise _damaged(path) from error
    except (struct.error, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path) from error
    if names.shape != labels.shape:
        raise UserError(f"{path} must have one of writers for each of its {len(labels):,} images, or none at all.")
    rows = enumerate(zip(images, labels.tolist(), names.tolist(), _are_as_mnists(images).tolist(), strict=True))
    return Source(len(labels), (_of_array(f"image {n}", *row) for n, row in rows))


def _damaged(path: Path) -> UserError:
    return UserError(f"{path} cannot be read: it is damaged or no .npz of numbers and names; export it again.")


def _checked(path: Path, images: np.ndarray, labels: np.ndarray) -> tuple[Bytes, Bytes]:
    if images.ndim == 2 and images.shape[1] == PIXELS:
        images = images.reshape(-1, SIDE, SIDE)
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or not len(images):
        raise UserError(f"{path} must have images of shape (n, {SIDE}, {SIDE}), or larger, and of type uint8.")
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise UserError(f"{path} must have one whole-number label for each of its {len(images):,} images.")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise UserError(f"{path} has labels from {labels.min()} to {labels.max()}: they must be 0 to 9.")
    return images, labels.astype(np.uint8)


def _are_as_mnists(images: Bytes) -> npt.NDArray[np.bool_]:
    """Which of the images have MNIST's size and ground: they are stored to the bit."""
    if images.shape[1:] != (SIDE, SIDE):
        return np.zeros(len(images), np.bool_)
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    return np.asarray(border.mean(axis=1) <= LIGHT)


def _of_array(name: str, image: Bytes, label: int, writer: str, is_as_mnists: bool) -> Picture:
    try:
        if not is_as_mnists:
            image = to_bytes(preprocess.to_mnist(photo.ink_of(image)))
        elif image.max() < preprocess.FAINTEST_INK:
            raise UserError("There is no digit on this picture, it is blank.")
        return Picture(name, _writer(writer), label, image.reshape(PIXELS))
    except UserError as error:
        return Picture(name, reason=str(error))
