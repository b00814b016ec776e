from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pytest

from mnist_demo.data import datasets
from mnist_demo.data.images import CLASSES, Bytes
from mnist_demo.drawing import handwriting, preprocess, rejection, scribbles
from tests import pen
from tests.benchmarks import doodles
from tests.benchmarks import drawing as benchmark
from tests.browser import DIGITS, Stroke

# The benchmark has the figures; these leave room for the chance of a few dozen pictures.
MOST_REFUSED = 0.03  # of digits; a font's or a writer's way of writing one that is not known would be far above
LEAST_LETTERS = 0.9  # of a font's letters that are refused: 97 % when the threshold was chosen
LEAST_SCRIBBLES = 0.83  # of the kinds learned from: 89 % then, and many of them do look like a digit
LEAST_DOODLES = 0.8  # of other kinds: 86 % then


def canvas_of(strokes: Sequence[Stroke], brush: float) -> Bytes:
    ink = pen.ink([np.array(stroke, np.float32) for stroke in strokes], 320, brush)
    return pen.on_canvas(ink[:320, :320], "centre")


def refused(canvases: Sequence[Bytes]) -> float:
    """The share of pictures that are taken for no digit."""
    return float(np.mean([not rejection.is_digit(preprocess.to_mnist(canvas)) for canvas in canvases]))


@pytest.mark.parametrize("brush", [6, 20, 40])
@pytest.mark.parametrize("digit", DIGITS)
def test_drawn_digits_are_digits(digit: int, brush: float) -> None:
    assert rejection.is_digit(preprocess.to_mnist(canvas_of(DIGITS[digit], brush)))


def test_mnists_images_are_digits() -> None:
    images = datasets.load(datasets.BUNDLED).test.images.reshape(-1, 28, 28)
    assert refused(list(images)) < MOST_REFUSED


# As fractions of the canvas: how people write who learned it elsewhere than MNIST's writers did.
HANDS: dict[str, list[Stroke]] = {
    "1 with a flag and a foot": [[(0.42, 0.28), (0.52, 0.15), (0.52, 0.85)], [(0.4, 0.86), (0.64, 0.86)]],
    "1 with a long flag": [[(0.28, 0.45), (0.5, 0.15), (0.5, 0.85)]],
    "1 with a flag and a broad foot": [[(0.34, 0.2), (0.56, 0.15), (0.5, 0.85)], [(0.2, 0.84), (0.75, 0.86)]],
    "4 open": [[(0.32, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.65, 0.3), (0.62, 0.85)]],
    "4 closed": [[(0.6, 0.85), (0.6, 0.15), (0.25, 0.62), (0.78, 0.62)]],
    "7 crossed": [[(0.25, 0.18), (0.72, 0.18), (0.45, 0.85)], [(0.38, 0.5), (0.68, 0.5)]],
    "7 with a serif": [[(0.28, 0.3), (0.28, 0.18), (0.72, 0.18), (0.45, 0.85)]],
    "9 with a straight tail": [
        [(0.62, 0.25), (0.5, 0.15), (0.38, 0.28), (0.5, 0.42), (0.62, 0.3), (0.62, 0.2), (0.6, 0.85)],
    ],
}


@pytest.mark.parametrize("brush", [8, 14, 28])
@pytest.mark.parametrize("hand", HANDS)
def test_digits_are_digits_however_they_are_written(hand: str, brush: float) -> None:
    assert rejection.is_digit(preprocess.to_mnist(canvas_of(HANDS[hand], brush)))


def test_strokes_of_every_style_are_digits() -> None:
    """Styles by hands that were not learned from, each digit by itself: a mean would hide a 1 that is refused."""
    rng = np.random.default_rng(4321)
    for digit in range(CLASSES):
        canvases = [scribbles.ink(handwriting.digit(digit, rng), rng) for _ in range(40)]
        assert refused(canvases) < MOST_REFUSED, digit


@pytest.mark.parametrize("font", benchmark.LETTER_FONTS)
def test_letters_are_no_digits(font: str) -> None:
    assert refused([scribbles.printed(font, letter, 180) for letter in benchmark.LETTERS]) >= LEAST_LETTERS


@pytest.mark.parametrize(("drawn", "least"), [(scribbles, LEAST_SCRIBBLES), (doodles, LEAST_DOODLES)])
def test_scribbles_are_no_digits(drawn: ModuleType, least: float) -> None:
    rng = np.random.default_rng(12345)
    assert refused([drawn.draw(kind, rng) for kind in drawn.KINDS for _ in range(10)]) >= least


@pytest.mark.parametrize("kind", ["dot", "spiral", "letter"])
def test_what_nobody_would_take_for_a_digit_is_refused(kind: str) -> None:
    rng = np.random.default_rng(7)
    assert refused([scribbles.draw(kind, rng) for _ in range(20)]) >= 0.95


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
