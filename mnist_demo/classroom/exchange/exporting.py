"""Drawings as files: an `.npz`, or PNGs by digit, which are imported again to the bit; and votes as a table."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, PngImagePlugin

from mnist_demo import files
from mnist_demo.classroom.drawings import Collected
from mnist_demo.data.images import SIDE, Bytes
from mnist_demo.errors import UserError

TITLE = "A digit as in MNIST"  # of our PNGs, which tells them from pictures that are yet to be made like MNIST's


def export(collected: Collected, path: Path, advance: Callable[[int], object]) -> None:
    """Write drawings to an `.npz`, or where `path` has no suffix, to a folder that is new or empty.

    The `.npz` has images, uint8 (n, 28, 28) as MNIST's, labels, uint8 (n,), and writers, str (n,). The folder has
    subfolders 0 to 9 of PNGs, light on black as MNIST's, named `writer-number.png`. `advance` is told how many were
    written since it was told last. Raises UserError where there are none, or where they cannot be written.
    """
    if not len(collected.labels):
        raise UserError("There are no drawings to export: draw some, or import them.")
    if path.suffix == ".npz":
        files.make_folder(path.absolute().parent)
        files.write_atomically(path, lambda stream: write_npz(collected, stream))
        advance(len(collected.labels))
    elif path.suffix:
        raise UserError(f"{path} ends in {path.suffix}: give a name that ends in .npz, or a folder’s, without a dot.")
    else:
        _export_folder(collected, path, advance)


def write_npz(collected: Collected, stream: IO[bytes]) -> None:
    """Write drawings as the `.npz` of `export`."""
    images = collected.images.reshape(-1, SIDE, SIDE)
    np.savez_compressed(stream, images=images, labels=collected.labels, writers=collected.writers)


def write_zip(collected: Collected, stream: IO[bytes]) -> None:
    """Write the folder of `export` as an archive."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name, image, writer in _pictures(collected):
            picture = io.BytesIO()
            _write_png(picture, image, writer)
            archive.writestr(name, picture.getvalue())


def write_votes(votes: Iterable[tuple[str, str, int]], stream: IO[bytes]) -> None:
    """Write votes, as `votes.collect` gives them, as a table: comma-separated values, a line each."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    csv.writer(text).writerows([("question", "pupil", "digit"), *votes])
    text.detach()


def _export_folder(collected: Collected, folder: Path, advance: Callable[[int], object]) -> None:
    try:
        if files.is_file(folder) or (files.is_folder(folder) and any(folder.iterdir())):
            raise UserError(f"{folder} is there already: choose a new folder.")
        for name, image, writer in _pictures(collected):
            files.make_folder((folder / name).parent)
            with (folder / name).open("wb") as stream:
                _write_png(stream, image, writer)
            advance(1)
    except OSError as error:
        raise files.cannot_write(folder, error) from error


def _pictures(collected: Collected) -> Iterator[tuple[str, Bytes, str]]:
    """The name of each drawing's file in the folder, its image and its writer."""
    rows = zip(collected.images, collected.labels, collected.writers.tolist(), strict=True)
    for number, (image, label, writer) in enumerate(rows, 1):
        yield f"{label}/{as_file_name(writer)}-{number:06}.png", image, writer


def as_file_name(writer: str) -> str:
    """A writer's name as a file's may be, and without the `-` that ends it there."""
    return re.sub(r"\W", "_", writer)


def _write_png(stream: IO[bytes], image: Bytes, writer: str) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Title", TITLE)
    text.add_itxt("Author", writer)
    Image.fromarray(image.reshape(SIDE, SIDE)).save(stream, "PNG", pnginfo=text)


def read_png(path: Path) -> tuple[Bytes, str] | None:
    """The image, uint8 (28, 28), and the writer of a PNG that was exported; None for any other file."""
    try:
        with Image.open(path, formats=("PNG",)) as png:
            if png.size != (SIDE, SIDE) or png.mode != "L" or png.info.get("Title") != TITLE:
                return None
            return np.asarray(png), str(png.info.get("Author", ""))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
