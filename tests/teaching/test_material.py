"""Which drawings a model learns from, and which are kept aside to judge it."""

from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES, PIXELS
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import DRAWINGS_FILE, Run
from mnist_demo.teaching import material
from mnist_demo.teaching.material import KEPT_ASIDE, LEARNED, UNSEEN, Material

SEED = 7


def writers(*counts: int) -> material.Names:
    return np.repeat([f"writer {number}" for number in range(len(counts))], counts)


def drawings(*counts: int, seed: int = SEED) -> Material:
    """So many drawings of each writer, prepared; the first pixels of each image are its number."""
    count = sum(counts)
    images = np.zeros((count, PIXELS), np.uint8)
    images[:, 0], images[:, 1] = np.divmod(np.arange(count), 256)
    return material.prepare(images, (np.arange(count) % CLASSES).astype(np.uint8), writers(*counts), seed)


@pytest.mark.parametrize("counts", [(10,) * 10, (1,) * 30, (20,), (3, 40, 1, 17, 9, 80), (200, 1, 1, 1, 1)])
def test_every_drawing_has_one_part_and_no_writer_of_the_unseen_is_learned_from(counts: tuple[int, ...]) -> None:
    prepared, names = drawings(*counts), writers(*counts)
    unseen = set(names[prepared.parts == UNSEEN])
    assert len(unseen) == (0 if len(counts) < 5 else max(1, len(counts) // 10))
    assert not unseen & set(names[prepared.parts != UNSEEN])
    seen = int((prepared.parts != UNSEEN).sum())
    assert (prepared.parts == KEPT_ASIDE).sum() == seen // 10
    assert (prepared.parts == LEARNED).sum() == seen - seen // 10


def test_of_each_writer_as_large_a_share_is_kept_aside() -> None:
    prepared, names = drawings(*[10] * 10), writers(*[10] * 10)
    for name in set(names[prepared.parts == LEARNED]):
        assert (prepared.parts[names == name] == KEPT_ASIDE).sum() == 1


def test_whoever_drew_nearly_all_is_learned_from() -> None:
    for seed in range(200):
        assert (drawings(26, 1, 1, 1, 1, seed=seed).parts != UNSEEN).sum() >= material.LEAST


def test_the_same_seed_decides_the_same() -> None:
    first, again = drawings(9, 12, 30, 4, 8), drawings(9, 12, 30, 4, 8)
    assert (first.parts == again.parts).all()


def test_too_few_drawings_are_told_with_how_many_more_it_takes() -> None:
    with pytest.raises(UserError, match=r"there are 3: draw or import 17 more\."):
        drawings(3)
    with pytest.raises(UserError, match="there are 0: draw or import 20 more"):
        drawings()


@pytest.mark.parametrize("share", [1 / 3, 0.5, 0.9])
def test_the_mixture_has_its_share_of_drawings_each_as_often_and_all_other_images_once(share: float) -> None:
    prepared = drawings(10, 10, 10)
    train = Split(np.full((200, PIXELS), 255, np.uint8), np.arange(200, dtype=np.uint8) % CLASSES)
    mixed = prepared.mixed_with(train, share)
    is_drawn = mixed.images[:, -1] == 0
    assert is_drawn.mean() == pytest.approx(share, abs=0.005)
    assert (mixed.labels[~is_drawn] == train.labels).all()
    shown, often = np.unique(mixed.images[is_drawn], axis=0, return_counts=True)
    learned = prepared.part(LEARNED)
    assert {tuple(image) for image in shown} == {tuple(image) for image in learned.images}
    assert often.max() - often.min() <= 1
    label_of = {image.tobytes(): label for image, label in zip(learned.images, learned.labels, strict=True)}
    drawn = zip(mixed.images[is_drawn], mixed.labels[is_drawn], strict=True)
    assert all(label_of[image.tobytes()] == label for image, label in drawn)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return store.create(registry.get_recipe("cnn", "fast"), "bundled", tmp_path / "run")


def test_what_is_kept_is_read_again(run: Run) -> None:
    prepared = drawings(10, 11, 5)
    material.write(prepared, run.directory)
    found = material.read(run)
    for name, array in vars(prepared).items():
        np.testing.assert_array_equal(getattr(found, name), array)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-60]),
        lambda path: path.write_text("no archive"),
        lambda path: np.savez(path, **vars(drawings(30)) | {"labels": np.full(30, 10, np.uint8)}),
        lambda path: np.savez(path, **vars(drawings(30)) | {"images": np.zeros((30, 9), np.uint8)}),
        lambda path: np.savez(path, **vars(drawings(30)) | {"parts": np.full(30, UNSEEN)}),
        lambda path: np.savez(path, labels=np.zeros(30, np.uint8)),
    ],
    ids=["empty", "cut off", "text", "no digit", "no image", "nothing to learn", "half"],
)
def test_damaged_drawings_are_told(run: Run, damage: object) -> None:
    material.write(drawings(30), run.directory)
    damage(run.directory / DRAWINGS_FILE)  # type: ignore[operator]
    with pytest.raises(UserError, match="are damaged: delete it, and teach anew"):
        material.read(run)
