from typing import Any

import numpy as np
import pytest

from mnist_demo.drawing import photo, preprocess
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from tests import photos
from tests.browser import DIGITS


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.from_file(store.find("cnn").model_path)


@pytest.mark.parametrize(("lines", "tilt"), [("", 0.0), ("ruled", 0.02), ("squared", 0.01)])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_on_paper_is_read(classifier: Classifier, digit: int, lines: str, tilt: float) -> None:
    picture = photos.photo(DIGITS[digit], lines=lines, tilt=tilt)
    assert photo.is_photo(picture)
    pixels = preprocess.to_mnist(photo.from_photo(picture))
    assert classifier.logits(pixels.reshape(1, -1)).argmax() == digit


@pytest.mark.parametrize(
    "taken",
    [
        {"lines": "squared", "line": 90, "tilt": 0.01, "ink": 50},
        {"lines": "ruled", "line": 110, "tilt": 0.03, "ink": 110},
        {"ink": 150, "shadow": 0.75, "pen": 6},
        {"lines": "squared", "line": 60, "ink": 60, "pen": 26},
    ],
)
def test_dark_lines_a_pale_pencil_and_deep_shadow_are_no_trouble(classifier: Classifier, taken: dict[str, Any]) -> None:
    for digit, strokes in DIGITS.items():
        pixels = preprocess.to_mnist(photo.from_photo(photos.photo(strokes, **taken)))
        assert classifier.logits(pixels.reshape(1, -1)).argmax() == digit


def test_chalk_on_a_blackboard_is_read(classifier: Classifier) -> None:
    pixels = preprocess.to_mnist(photo.from_photo(255 - photos.photo(DIGITS[3])))
    assert classifier.logits(pixels.reshape(1, -1)).argmax() == 3


def test_ruled_lines_leave_no_trace() -> None:
    plain, ruled = (photo.from_photo(photos.photo(DIGITS[3], lines=lines)) > 127 for lines in ("", "squared"))
    assert (plain != ruled).sum() < 0.1 * plain.sum()


def test_an_empty_sheet_has_no_ink() -> None:
    with pytest.raises(UserError, match="blank"):
        preprocess.to_mnist(photo.from_photo(np.full((300, 400, 3), 200, np.uint8)))


@pytest.mark.parametrize("size", [(8, 8), (9, 300), (1000, 8)])
def test_small_and_narrow_pictures_are_no_trouble(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*size, 4), np.uint8)
    assert photo.from_photo(noise).dtype == np.uint8


def test_a_drawing_and_a_scan_are_no_photos() -> None:
    canvas = np.full((320, 320, 3), 255, np.uint8)
    canvas[100:120, 50:250] = 0
    assert not photo.is_photo(canvas)
    rng = np.random.default_rng(0)
    assert not photo.is_photo(np.clip(canvas - rng.normal(3, 2, canvas.shape), 0, 255).astype(np.uint8))
