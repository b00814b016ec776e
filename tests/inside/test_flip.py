import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import flip, learning
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.network import of_loss


def read(opened: Opened, pixels: Floats) -> int:
    return int(opened.classifier.logits(pixels.reshape(1, -1))[0].argmax())


def test_a_gradient_step_raises_the_loss(opened: Opened, test_split: Split) -> None:
    pixels, label = test_split.pixels(0, 1), int(test_split.labels[0])
    logits = opened.network.logits(pixels)
    slope = opened.network.gradients(pixels, of_loss(logits, [label])).pixels
    stepped = np.asarray(pixels + 0.05 * np.sign(slope), np.float32)
    before, after = (learning.cross_entropy(opened.classifier.logits(each)[0], label) for each in (pixels, stepped))
    assert after > before


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_flipped_image_is_really_read_otherwise_and_half_of_the_change_is_not_enough(
    opened: Opened, test_split: Split, index: int
) -> None:
    pixels = test_split.pixels(index, index + 1).reshape(28, 28)
    found = flip.flip(opened, pixels)
    assert found.before == read(opened, pixels)
    assert found.after == read(opened, found.pixels) != found.before
    assert found.pixels.min() >= 0
    assert found.pixels.max() <= 1
    np.testing.assert_allclose(found.pixels - found.change, pixels, atol=1e-6)
    assert found.l2 == pytest.approx(np.linalg.norm(found.pixels - pixels), rel=1e-4)
    assert found.greatest == pytest.approx(np.abs(found.pixels - pixels).max(), rel=1e-4)
    assert read(opened, np.asarray(pixels + found.change / 2, np.float32)) == found.before


def test_for_an_affine_model_it_is_the_shortest_change_there_is(affine: Opened, test_split: Split) -> None:
    """Without the bounds of the pixels it would be the distance to the nearest of nine planes; with them, no less."""
    pixels = test_split.pixels(0, 1)
    found = flip.flip(affine, pixels)
    logits = affine.network.logits(pixels)[0]
    kernel = affine.network.last.kernel
    distances = [
        (logits[found.before] - logits[digit]) / np.linalg.norm(kernel[:, digit] - kernel[:, found.before])
        for digit in range(10)
        if digit != found.before
    ]
    assert min(distances) <= found.l2 < 2 * min(distances)


def test_a_wanted_digit_is_reached(opened: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1)
    free = flip.flip(opened, pixels)
    wanted = next(digit for digit in range(10) if digit not in (free.before, free.after))
    found = flip.flip(opened, pixels, wanted)
    assert read(opened, found.pixels) == found.after == wanted
    with pytest.raises(UserError, match="already"):
        flip.flip(opened, pixels, free.before)


def test_every_digit_can_be_reached_from_any_other(cnn: Opened, test_split: Split) -> None:
    for index in (0, 3, 4):
        pixels = test_split.pixels(index, index + 1)
        for wanted in set(range(10)) - {read(cnn, pixels)}:
            assert read(cnn, flip.flip(cnn, pixels, wanted).pixels) == wanted


def test_a_blank_image_is_flipped_too(opened: Opened) -> None:
    found = flip.flip(opened, np.zeros((28, 28), np.float32))
    assert read(opened, found.pixels) != found.before
