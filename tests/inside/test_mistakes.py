import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.inside import judging, mistakes
from mnist_demo.inside.judging import Judgement
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.calibration import expected_calibration_error


@pytest.fixture(scope="module")
def judged(affine: Opened, test_split: Split) -> Judgement:
    return judging.judge(affine, test_split)


def test_confusion_rows_sum_to_the_class_counts_and_its_trace_to_the_accuracy(
    judged: Judgement, test_split: Split
) -> None:
    digits = judged.logits.argmax(axis=1)
    confusion = mistakes.confusion(test_split.labels, digits)
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(test_split.labels, minlength=10))
    accuracy = (digits == test_split.labels).mean()
    assert np.trace(confusion) / len(test_split) == pytest.approx(accuracy)
    assert mistakes.accuracy(confusion) == pytest.approx(accuracy)


def test_rows_are_labels_and_digits_that_never_occur_keep_theirs() -> None:
    confusion = mistakes.confusion(np.array([7, 7, 1]), np.array([1, 7, 1]))
    assert confusion.shape == (10, 10)
    assert (confusion[7, 1], confusion[7, 7], confusion[1, 1]) == (1, 1, 1)


def test_the_interval_of_a_digits_accuracy_is_wilsons() -> None:
    confusion = np.zeros((10, 10), np.int64)
    confusion[3, 3], confusion[3, 5] = 8, 2
    by_digit = mistakes.accuracy_by_digit(confusion)
    three, z = by_digit[3], 1.959964
    middle, half = (0.8 + z**2 / 20) / (1 + z**2 / 10), z / (1 + z**2 / 10) * np.sqrt(0.016 + z**2 / 400)
    assert (three.right, three.images, three.share) == (8, 10, 0.8)
    assert (three.low, three.high) == pytest.approx((middle - half, middle + half), abs=1e-5)
    assert by_digit[0].images == 0
    assert np.isnan(by_digit[0].share)


def test_the_surest_mistakes_and_the_least_sure_right_answers_come_first(judged: Judgement, test_split: Split) -> None:
    probabilities, labels = judged.probabilities(), test_split.labels
    wrong, right = (
        order(probabilities, labels) for order in (mistakes.confident_mistakes, mistakes.unsure_right_answers)
    )
    assert sorted([*wrong, *right]) == list(range(len(labels)))
    assert (probabilities[wrong].argmax(axis=1) != labels[wrong]).all()
    assert (np.diff(probabilities[wrong].max(axis=1)) <= 0).all()
    assert (np.diff(probabilities[right].max(axis=1)) >= 0).all()


def test_the_calibration_curve_accounts_for_every_image_and_its_gaps_are_the_calibration_error(
    judged: Judgement, test_split: Split
) -> None:
    probabilities = judged.probabilities()
    curve = mistakes.calibration(probabilities, test_split.labels, bins=15)
    assert curve.images.sum() == len(test_split)
    error = (np.abs(curve.sureness - curve.right) * curve.images).sum() / len(test_split)
    assert error == pytest.approx(expected_calibration_error(probabilities, test_split.labels), abs=1e-3)


def test_the_calibration_of_a_model_that_is_always_right_or_always_wrong() -> None:
    sure = np.eye(10, dtype=np.float32)
    assert mistakes.calibration(sure, np.arange(10)).right.tolist() == [1.0]
    assert mistakes.calibration(sure, (np.arange(10) + 1) % 10).right.tolist() == [0.0]


def test_the_calibration_counts_what_is_just_between_two_bins_where_the_curve_does() -> None:
    halves = np.tile(np.array([0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0], np.float32), (4, 1))
    curve = mistakes.calibration(halves, np.array([0, 0, 0, 1]))
    assert (curve.sureness.tolist(), curve.right.tolist(), curve.images.tolist()) == ([0.5], [0.75], [4])


def test_a_comparison_puts_every_image_in_one_place() -> None:
    found = mistakes.compare(np.array([1, 2, 0, 0]), np.array([1, 0, 3, 0]), np.array([1, 2, 3, 4]))
    parts = [part.tolist() for part in (found.both, found.only_first, found.only_second, found.neither)]
    assert parts == [[0], [1], [2], [3]]
