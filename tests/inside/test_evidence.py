import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.errors import UserError
from mnist_demo.inside import evidence
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models import inference


@pytest.mark.parametrize("digit", range(10))
def test_evidence_and_bias_add_up_to_the_logit(opened: Opened, test_split: Split, digit: int) -> None:
    pixels = test_split.pixels(3, 4)
    found = evidence.of_digit(opened.network, pixels, digit)
    logit = opened.classifier.logits(pixels)[0, digit]
    assert found.pixels.sum(dtype=np.float64) + found.bias == pytest.approx(logit, abs=1e-4)
    assert found.logit == pytest.approx(logit, abs=1e-4)


def test_an_affine_models_evidence_is_weight_times_pixel_and_its_bias_the_same_for_every_image(
    affine: Opened, test_split: Split
) -> None:
    weights = inference.affine_weights(affine.classifier)
    bias = affine.classifier.logits(np.zeros((1, 784), np.float32))[0]
    for index in range(3):
        pixels = test_split.pixels(index, index + 1)
        found = evidence.of_digit(affine.network, pixels, 4)
        np.testing.assert_allclose(found.pixels.ravel(), weights[:, 4] * pixels[0], atol=1e-5)
        assert found.bias == pytest.approx(bias[4], abs=1e-6)


def test_the_evidence_of_a_difference_is_the_difference_of_the_evidence(opened: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1)
    nine, four = (evidence.of_digit(opened.network, pixels, digit) for digit in (9, 4))
    both = evidence.of_difference(opened.network, pixels, 9, 4)
    np.testing.assert_allclose(both.pixels, nine.pixels - four.pixels, atol=1e-4)
    assert both.bias == pytest.approx(nine.bias - four.bias, abs=1e-4)
    assert both.logit == pytest.approx(nine.logit - four.logit, abs=1e-4)


def test_a_patch_as_large_as_the_image_leaves_the_blank_images_answer(opened: Opened, test_split: Split) -> None:
    blank = opened.classifier.probabilities(np.zeros((1, 784), np.float32))[0]
    for digit in range(10):
        found = evidence.occlusion(opened.classifier, test_split.pixels(0, 1), digit, side=28)
        np.testing.assert_allclose(found, [[blank[digit]]], atol=1e-6)


def test_each_place_of_a_patch_is_read_as_if_alone(cnn: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(1, 2)
    digit = int(test_split.labels[1])
    found = evidence.occlusion(cnn.classifier, pixels, digit, side=8, stride=4)
    assert found.shape == (6, 6)
    for row, column in ((0, 0), (2, 3), (5, 5)):
        hidden = pixels.reshape(28, 28).copy()
        hidden[4 * row : 4 * row + 8, 4 * column : 4 * column + 8] = 0
        alone = cnn.classifier.probabilities(hidden.reshape(1, -1))[0, digit]
        assert found[row, column] == pytest.approx(alone, abs=1e-5)
    assert found.min() < cnn.classifier.probabilities(pixels)[0, digit]


@pytest.mark.parametrize(("side", "stride"), [(0, 1), (29, 1), (5, 0)])
def test_a_patch_that_cannot_slide_is_refused(cnn: Opened, test_split: Split, side: int, stride: int) -> None:
    with pytest.raises(UserError, match="patch"):
        evidence.occlusion(cnn.classifier, test_split.pixels(0, 1), 0, side, stride)
