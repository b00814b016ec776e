"""The drawings that a model is taught with, and those kept aside to judge it, of the same people and of others."""

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from mnist_demo import files
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES, PIXELS, Bytes
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import DRAWINGS_FILE, Run

LEARNED, KEPT_ASIDE, UNSEEN = PARTS = ("learned", "kept_aside", "unseen_writers")
LEAST = 20  # drawings: of fewer nothing can be learned and judged
# Of so many writers one is never learned from; of so many drawings of the others one is kept aside.
WRITERS_FOR_ONE, DRAWINGS_FOR_ONE = 10, 10
FEW = 5  # writers: where there are fewer, all are learned from; else at least one is not
UNREADABLE = OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error  # what a bad file raises

Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Material:
    """Drawings, and what each is for.

    images: uint8 (n, 784), 255 is ink. labels: uint8 (n,). parts: str (n,), each one of PARTS. Who drew them is not
    kept, only `codes`, those of the classes that did, str (k,): with the first that is deleted the drawings go too.
    """

    images: Bytes
    labels: Bytes
    parts: Names
    codes: Names = field(default_factory=lambda: np.array([], np.str_))

    def part(self, name: str) -> Split:
        """The drawings of one part, "learned", "kept_aside" or "unseen_writers"; perhaps none."""
        chosen = self.parts == name
        return Split(self.images[chosen], self.labels[chosen])

    def mixed_with(self, train: Split, share: float) -> Split:
        """The images of `train` and the learned drawings, so often that they are the share `share` of all."""
        learned = self.part(LEARNED)
        again = np.arange(round(len(train) * share / (1 - share))) % len(learned)
        images, labels = learned.images[again], learned.labels[again]
        return Split(np.concatenate([train.images, images]), np.concatenate([train.labels, labels]))


def prepare(
    images: Bytes,
    labels: Bytes,
    writers: Names,
    seed: int,
    *,
    codes: Sequence[str] = (),
    to_get_more: str = "draw or import",
) -> Material:
    """Decide by chance which drawings are learned from: uint8 (n, 784), uint8 (n,), str (n,).

    One in ten writers is never learned from, of five to nine writers one too, as long as the others have drawn enough;
    and one in ten drawings of the others is kept aside. The same seed decides the same. Whoever has drawn under two
    names counts as two writers. `codes` are those of the classes that drew some of them. Raises UserError for too few
    drawings, saying how many more are needed, and with `to_get_more` from where.
    """
    if len(labels) < LEAST:
        raise UserError(
            f"A model learns handwriting from {LEAST} drawings or more, and there are {len(labels)}: {to_get_more} "
            f"{LEAST - len(labels)} more."
        )
    rng = np.random.default_rng(seed)
    names = rng.permutation(np.unique(writers))
    unseen, seen = np.split(names, [0 if len(names) < FEW else max(1, len(names) // WRITERS_FOR_ONE)])
    if np.isin(writers, seen).sum() < LEAST:
        unseen, seen = names[:0], names
    parts = np.full(len(labels), LEARNED, dtype=f"<U{max(map(len, PARTS))}")
    parts[np.isin(writers, unseen)] = UNSEEN
    writer_by_writer = np.concatenate([rng.permutation(np.flatnonzero(writers == name)) for name in seen])
    parts[writer_by_writer[DRAWINGS_FOR_ONE - 1 :: DRAWINGS_FOR_ONE]] = KEPT_ASIDE
    return Material(images, labels, parts, np.array(codes, np.str_))


def write(material: Material, directory: Path) -> None:
    """Keep it in a run's directory. Raises UserError where that cannot be written."""

    def save(stream: IO[bytes]) -> None:
        np.savez_compressed(stream, **vars(material))

    files.write_atomically(directory / DRAWINGS_FILE, save)


def read(run: Run) -> Material:
    """What `write` kept. Raises UserError where it is not there or is damaged."""
    try:
        with np.load(run.drawings_path, allow_pickle=False) as file:
            # Earlier versions kept no codes.
            material = Material(**{name: file[name] for name in Material.__dataclass_fields__.keys() & set(file)})
        _check(material)
    except FileNotFoundError as error:
        raise UserError(
            f"The drawings that the run {run.id} learned from were deleted with their class: its model still works, "
            "but what it has learned can no longer be measured."
        ) from error
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"The drawings of the run {run.id} are damaged: delete it, and teach anew.") from error
    return material


def may_hold(path: Path, code: str) -> bool:
    """Whether a file that `write` made can have drawings of the class of this code: True where it does not say."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return code in file["codes"].tolist()
    except UNREADABLE:
        return True


def _check(material: Material) -> None:
    """Raises ValueError for arrays that `prepare` cannot have made."""
    count = len(material.labels)
    right = (
        material.images.shape == (count, PIXELS)
        and material.images.dtype == material.labels.dtype == np.uint8
        and material.labels.shape == material.parts.shape == (count,)
        and (material.labels < CLASSES).all()
        and (material.parts == LEARNED).any()
    )
    if not right:
        raise ValueError("arrays of another kind")
