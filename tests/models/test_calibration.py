import numpy as np
import pytest

from mnist_demo.data.images import Floats
from mnist_demo.models import calibration
from mnist_demo.models.inference import Classifier, softmax
from mnist_demo.runs import store


def sample(temperature: float, count: int = 20_000) -> tuple[Floats, np.ndarray]:
    """Logits that are too sure by that factor, and labels drawn from the true probabilities."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 10)).astype(np.float32)
    labels = (softmax(logits).cumsum(axis=1) < rng.random((count, 1))).sum(axis=1).clip(0, 9)
    return logits * np.float32(temperature), labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_is_found_and_mends_the_calibration(temperature: float) -> None:
    logits, labels = sample(temperature)
    found = calibration.fit_temperature(logits, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    assert calibration.expected_calibration_error(softmax(np.asarray(logits / found, np.float32)), labels) < 0.02


def test_the_error_is_the_gap_between_surety_and_accuracy() -> None:
    probabilities = np.full((100, 10), 0.02, np.float32)
    probabilities[:, 3] = 0.82
    labels = np.where(np.arange(100) < 50, 3, 4)
    assert calibration.expected_calibration_error(probabilities, labels) == pytest.approx(0.32, abs=1e-6)


def test_gaps_of_opposite_sign_do_not_cancel_across_bins() -> None:
    probabilities = np.full((100, 10), 0.02, np.float32)
    probabilities[:50, 3], probabilities[50:, 3], probabilities[50:, 0] = 0.82, 0.5, 0.34
    labels = np.where(np.arange(100) < 50, 4, 3)
    assert calibration.expected_calibration_error(probabilities, labels) == pytest.approx(0.66, abs=1e-6)


def test_one_certain_and_right_answer_is_no_error() -> None:
    certain = np.eye(10, dtype=np.float32)
    assert calibration.expected_calibration_error(certain, np.arange(10)) == 0


def test_nothing_cannot_be_judged() -> None:
    nothing, none = np.zeros((0, 10), np.float32), np.zeros(0, int)
    with pytest.raises(ValueError, match="no logits"):
        calibration.fit_temperature(nothing, none)
    with pytest.raises(ValueError, match="no images"):
        calibration.expected_calibration_error(nothing, none)


def test_a_classifier_takes_its_temperature_into_account() -> None:
    path = store.find("cnn").model_path
    plain, warm = Classifier.from_file(path), Classifier.from_file(path, temperature=2.0)
    images = np.random.default_rng(0).random((5, 784), dtype=np.float32)
    np.testing.assert_allclose(warm.logits(images), plain.logits(images), rtol=1e-5)
    np.testing.assert_allclose(
        warm.probabilities(images), softmax(np.asarray(plain.logits(images) / 2, np.float32)), rtol=1e-4
    )
