import time

import numpy as np
import pytest

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import preprocess, segmentation
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from tests import pen
from tests.browser import DIGITS


def row(digits: list[int], step: float = 90, brush: float = 10) -> Bytes:
    """Digits side by side on one canvas, light on dark."""
    canvas = np.zeros((320, 40 + round(step * len(digits))), np.uint8)
    for index, digit in enumerate(digits):
        ink = pen.ink([np.array(stroke, np.float32) for stroke in DIGITS[digit]], 100, brush)
        top, left = 60 + 40 * (index % 2), round(10 + index * step)
        part = canvas[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(part, ink, out=part)
    return canvas


@pytest.mark.parametrize("digits", [[7], [1, 2], [4, 0, 7], [2, 4, 3, 1]])
def test_digits_are_found_and_read_from_left_to_right(digits: list[int]) -> None:
    """The two strokes of a 4 and the two halves of a 0 stay together."""
    classifier = Classifier.from_file(store.find("cnn").model_path)
    found = segmentation.digits(row(digits))
    pixels = np.stack([preprocess.to_mnist(digit).ravel() for digit in found])
    assert classifier.logits(pixels).argmax(axis=1).tolist() == digits


def test_dark_on_light_is_the_same() -> None:
    canvas = row([3, 7])
    for one, other in zip(segmentation.digits(canvas), segmentation.digits(255 - canvas), strict=True):
        np.testing.assert_array_equal(one, other)


def test_specks_are_no_digits() -> None:
    canvas = row([3, 7])
    canvas[300:303, 20:23] = 255
    assert len(segmentation.digits(canvas)) == 2


def test_parts_that_do_not_touch_are_one_digit_where_they_lie_above_each_other() -> None:
    canvas = np.zeros((320, 320), np.uint8)
    canvas[50:60, 120:220] = 255  # the hat of a 5
    canvas[80:250, 110:190] = 255
    assert len(segmentation.digits(canvas)) == 1


def test_a_canvas_full_of_dots_gives_a_bounded_answer() -> None:
    canvas = np.zeros((320, 1000), np.uint8)
    canvas[150:170, ::20] = canvas[150:170, 1::20] = 255
    assert len(segmentation.digits(canvas)) == segmentation.MOST_DIGITS


def test_a_blank_canvas_is_refused() -> None:
    with pytest.raises(UserError, match="blank"):
        segmentation.digits(np.full((320, 320), 255, np.uint8))


def dots(side: int) -> Bytes:
    """A sheet full of separate dots, `side` / 2 a row."""
    sheet = np.full((side, side), 255, np.uint8)
    sheet[10:-10:2, 10:-10:2] = 0
    return sheet


def seconds_to_refuse(sheet: Bytes) -> float:
    took = []
    for _ in range(3):
        started = time.perf_counter()
        with pytest.raises(UserError, match="too many"):
            segmentation.digits(sheet)
        took.append(time.perf_counter() - started)
    return min(took)


def test_the_work_grows_with_the_picture_and_not_with_its_square() -> None:
    """Sixteen times the dots take sixteen times as long, or less; looking at each dot for each dot would take 256."""
    assert seconds_to_refuse(dots(1000)) < 60 * seconds_to_refuse(dots(250))
