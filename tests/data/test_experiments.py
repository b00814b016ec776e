import numpy as np
import pytest

from mnist_demo.data import experiments
from mnist_demo.data.datasets import Split

SEED = 7
# Unevenly many of each digit: 5 zeros, 15 ones, … 95 nines.
LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10), np.arange(5, 105, 10))).astype(np.uint8)
IMAGES = np.zeros((len(LABELS), 784), np.uint8)  # that have their place among them in their first two pixels
IMAGES[:, 0], IMAGES[:, 1] = np.divmod(np.arange(len(LABELS)), 256)
TRAIN = Split(IMAGES, LABELS)


@pytest.mark.parametrize(("count", "of_each"), [(50, [5] * 10), (51, [5] * 10), (95, [5] + [10] * 9)])
def test_a_subset_has_as_many_of_each_digit_as_long_as_there_are_any(count: int, of_each: list[int]) -> None:
    split = experiments.training_split(TRAIN, count, 0.0, SEED)
    assert len(split) == count
    found = np.bincount(split.labels, minlength=10)
    assert (found >= of_each).all()
    assert found.sum() - sum(of_each) == count % 5
    assert (split.labels == LABELS[split.images[:, 0].astype(int) * 256 + split.images[:, 1]]).all()


def test_the_seed_decides_which_images_and_more_are_the_same_and_others() -> None:
    few, again, other = (experiments.balanced(LABELS, 100, seed) for seed in (SEED, SEED, SEED + 1))
    assert (few == again).all()
    assert (few != other).any()
    assert set(few) < set(experiments.balanced(LABELS, 200, SEED))
    assert len(set(few)) == 100
    assert (np.sort(few) == few).all()


def test_all_images_are_left_as_they_are() -> None:
    assert experiments.training_split(TRAIN, None, 0.0, SEED) is TRAIN
    assert experiments.training_split(TRAIN, 10_000, 0.0, SEED) is TRAIN
    assert (experiments.balanced(LABELS, len(LABELS), SEED) == np.arange(len(LABELS))).all()


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 1.0])
def test_the_share_of_labels_that_are_wrong_is_what_was_asked_for(share: float) -> None:
    wrong = experiments.with_wrong_labels(LABELS, share, SEED)
    assert (wrong != LABELS).sum() == round(share * len(LABELS))
    assert wrong.dtype == LABELS.dtype
    assert wrong.max() <= 9
    assert (wrong == experiments.with_wrong_labels(LABELS, share, SEED)).all()
    assert (wrong != experiments.with_wrong_labels(LABELS, share, SEED + 1)).any()


def test_a_larger_share_has_the_wrong_labels_of_a_smaller_one_and_all_other_digits_come() -> None:
    few, many = (experiments.with_wrong_labels(LABELS, share, SEED) for share in (0.1, 0.5))
    assert (few[few != LABELS] == many[few != LABELS]).all()
    all_wrong = experiments.with_wrong_labels(LABELS, 1.0, SEED)
    assert set(all_wrong[LABELS == 9]) == set(range(9))


def test_wrong_labels_are_of_the_images_that_were_chosen_and_change_no_image() -> None:
    split = experiments.training_split(TRAIN, 100, 0.5, SEED)
    right = experiments.training_split(TRAIN, 100, 0.0, SEED)
    assert (split.images == right.images).all()
    assert (split.labels != right.labels).sum() == 50
    assert (TRAIN.labels == LABELS).all()


def test_numbers_are_spread_evenly_from_the_first_on() -> None:
    assert experiments.evenly_spread(10, 4).tolist() == [0, 2, 5, 7]
    assert experiments.evenly_spread(3, 4).tolist() == [0, 1, 2]
