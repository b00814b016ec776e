import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.errors import UserError
from mnist_demo.inside import units
from mnist_demo.inside.network.exported import Opened


@pytest.mark.parametrize(
    ("name", "position", "shape"),
    [
        ("conv1", (0, 0, 3), (5, 5, 1)),  # in the corner, where the window reaches into the padding
        ("conv1", (14, 12, 31), (5, 5, 1)),
        ("conv2", (13, 7, 60), (5, 5, 32)),
        ("dense", (17,), (3136,)),
        ("logits", (9,), (128,)),
    ],
)
def test_the_products_of_a_unit_add_up_to_its_number(
    cnn: Opened, test_split: Split, name: str, position: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    pixels = test_split.pixels(0, 1)
    found = units.unit(cnn.network, pixels, name, position)
    assert found.inputs.shape == shape
    assert found.kernel is not None
    assert found.products is not None
    np.testing.assert_array_equal(found.products, found.inputs * found.kernel)
    assert found.products.sum(dtype=np.float64) + found.bias == pytest.approx(found.total, abs=1e-5)
    assert found.value == pytest.approx(max(found.total, 0) if name == "dense" else found.total, abs=1e-4)
    assert found.value == pytest.approx(cnn.classifier.activations(pixels)[name][(0, *position)], abs=1e-4)


def test_a_conv_unit_looks_at_the_pixels_around_it(cnn: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1).reshape(28, 28)
    found = units.unit(cnn.network, pixels, "conv1", (14, 12, 0))
    assert found.corner == (12, 10)
    np.testing.assert_array_equal(found.inputs[:, :, 0], pixels[12:17, 10:15])
    assert units.unit(cnn.network, pixels, "conv1", (0, 1, 0)).corner == (-2, -1)


def test_a_pooling_takes_the_greatest_and_a_relu_what_is_above_zero(cnn: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1)
    pooled = units.unit(cnn.network, pixels, "pool1", (6, 5, 2))
    assert pooled.inputs.shape == (2, 2)
    assert pooled.corner == (12, 10)
    assert pooled.value == pooled.total == pooled.inputs.max()
    relu = units.unit(cnn.network, pixels, "relu1", (6, 5, 2))
    assert relu.total == pooled.value
    assert relu.value == max(relu.total, 0)


@pytest.mark.parametrize(
    ("name", "position"),
    [("conv9", (0, 0, 0)), ("conv1", (28, 0, 0)), ("conv1", (0, -1, 0)), ("conv1", (0,)), ("dense", (128,))],
)
def test_a_unit_that_there_is_not_is_told_in_one_sentence(
    cnn: Opened, test_split: Split, name: str, position: tuple[int, ...]
) -> None:
    with pytest.raises(UserError, match="choose one"):
        units.unit(cnn.network, test_split.pixels(0, 1), name, position)


def test_first_filters_are_the_conv_kernels_and_a_model_without_has_none(cnn: Opened, affine: Opened) -> None:
    filters = units.first_filters(cnn.network)
    assert filters is not None
    assert filters.shape == (32, 5, 5)
    np.testing.assert_array_equal(filters[3], cnn.network.layer("conv1").kernel[:, :, 0, 3])
    assert units.first_filters(affine.network) is None


def test_the_votes_of_all_units_and_the_bias_are_the_logit(opened: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1)
    speak_for, against = units.votes(opened.network, pixels, 2, count=784)
    assert all(vote.product > 0 for vote in speak_for)
    assert all(vote.product < 0 for vote in against)
    assert [vote.product for vote in speak_for] == sorted((vote.product for vote in speak_for), reverse=True)
    total = sum(vote.product for vote in speak_for + against) + opened.network.last.bias[2]
    assert total == pytest.approx(opened.classifier.logits(pixels)[0, 2], abs=1e-4)
    assert units.votes(opened.network, pixels, 2, count=3)[0] == speak_for[:3]


def test_votes_between_two_digits_are_of_their_difference(cnn: Opened, test_split: Split) -> None:
    pixels = test_split.pixels(0, 1)
    votes = [vote for side in units.votes(cnn.network, pixels, 9, 128, other=4) for vote in side]
    logits = cnn.classifier.logits(pixels)[0]
    bias = cnn.network.last.bias
    assert sum(vote.product for vote in votes) == pytest.approx(logits[9] - logits[4] - bias[9] + bias[4], abs=1e-4)
