import numpy as np
import pytest

from mnist_demo.data import datasets
from mnist_demo.data.images import Bytes
from mnist_demo.drawing import preprocess, rejection, scribbles
from tests import pen
from tests.browser import DIGITS

MOST_REFUSED = 0.03  # of digits; 0.008 of MNIST's own when the threshold was chosen
MOST_TAKEN = 0.15  # of scribbles; 0.075 then, and many of them do look like a digit


def canvas_of(digit: int, brush: float) -> Bytes:
    ink = pen.ink([np.array(stroke, np.float32) for stroke in DIGITS[digit]], 320, brush)
    return pen.on_canvas(ink[:320, :320], "centre")


@pytest.mark.parametrize("brush", [6, 20, 40])
@pytest.mark.parametrize("digit", DIGITS)
def test_drawn_digits_are_digits(digit: int, brush: float) -> None:
    assert rejection.is_digit(preprocess.to_mnist(canvas_of(digit, brush)))


def test_mnists_images_are_digits() -> None:
    images = datasets.load(datasets.BUNDLED).test.images.reshape(-1, 28, 28)
    pixels = np.stack([preprocess.to_mnist(image).ravel() for image in images])
    assert (rejection.log_odds(pixels) < rejection.LEAST_LOG_ODDS).mean() < MOST_REFUSED


def test_scribbles_are_no_digits() -> None:
    rng = np.random.default_rng(12345)
    pixels = np.stack([preprocess.to_mnist(scribbles.scribble(rng)).ravel() for _ in range(200)])
    assert (rejection.log_odds(pixels) >= rejection.LEAST_LOG_ODDS).mean() < MOST_TAKEN


@pytest.mark.parametrize("kind", ["dot", "spiral", "letter"])
def test_what_nobody_would_take_for_a_digit_is_refused(kind: str) -> None:
    rng = np.random.default_rng(7)
    taken = [rejection.is_digit(preprocess.to_mnist(scribbles.draw(kind, rng))) for _ in range(20)]
    assert sum(taken) <= 1


def test_one_picture_is_judged_as_among_many() -> None:
    images = np.random.default_rng(0).random((5, 784), dtype=np.float32)
    alone = [rejection.log_odds(image[None])[0] for image in images]
    np.testing.assert_allclose(rejection.log_odds(images), alone, rtol=1e-4)


def test_an_empty_picture_is_judged_too() -> None:
    assert np.isfinite(rejection.log_odds(np.zeros((1, 784), np.float32))).all()


@pytest.mark.parametrize("kind", scribbles.KINDS)
def test_a_seed_gives_the_same_scribble_with_ink_on_it(kind: str) -> None:
    one, other = (scribbles.draw(kind, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert one.shape == (scribbles.SIDE, scribbles.SIDE)
    assert one.max() == 255
