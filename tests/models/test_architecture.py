import pytest

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.architecture import (
    LONGEST_TEXT,
    MOST_MULTIPLICATIONS,
    MOST_PARAMETERS,
    Architecture,
    Conv,
    Dense,
    Dropout,
    Pool,
    parse,
)
from tests.architectures import generated

NOTEBOOK = "conv 32 5, pool 2, conv 64 5, pool 2, dense 128"


def test_a_text_says_what_layers_there_are() -> None:
    assert parse(NOTEBOOK).layers == (Conv(32, 5), Pool(2), Conv(64, 5), Pool(2), Dense(128))
    assert parse("dropout 0.25, dense 3 tanh").layers == (Dropout(0.25), Dense(3, "tanh"))
    assert parse("").layers == parse(" \n").layers == ()


@pytest.mark.parametrize("seed", range(200))
def test_printing_and_parsing_are_inverse(seed: int) -> None:
    network = generated(seed)
    assert parse(str(network)) == network
    assert str(parse(str(network))) == str(network)


@pytest.mark.parametrize(
    "text", ["  CONV 32  5,pool\t2,Conv 64 5 RELU ,\npool 2, dense 0128", NOTEBOOK.upper(), NOTEBOOK.replace(" ", "  ")]
)
def test_case_and_spaces_do_not_matter_and_the_usual_activation_is_not_written(text: str) -> None:
    assert str(parse(text)) == NOTEBOOK


def test_shapes_parameters_and_multiplications_of_the_notebooks_cnn() -> None:
    network = parse(NOTEBOOK)
    assert [stage.shape for stage in network.stages] == [
        (28, 28, 32), (14, 14, 32), (14, 14, 64), (7, 7, 64), (128,), (10,),
    ]  # fmt: skip
    assert [stage.parameters for stage in network.stages] == [
        5 * 5 * 32 + 32, 0, 5 * 5 * 32 * 64 + 64, 0, 7 * 7 * 64 * 128 + 128, 128 * 10 + 10,
    ]  # fmt: skip
    assert [stage.multiplications for stage in network.stages] == [
        28 * 28 * 5 * 5 * 32, 0, 14 * 14 * 5 * 5 * 32 * 64, 0, 7 * 7 * 64 * 128, 128 * 10,
    ]  # fmt: skip
    assert network.parameters == 454_922
    assert network.multiplications == 11_065_088


def test_a_pooling_leaves_out_a_rest_and_a_dropout_changes_no_shape() -> None:
    assert [stage.shape for stage in parse("pool 3, dropout 0.5, pool 2, conv 5 4").stages] == [
        (9, 9, 1), (9, 9, 1), (4, 4, 1), (4, 4, 5), (10,),
    ]  # fmt: skip


def test_the_memory_that_training_takes_is_what_was_measured() -> None:
    assert registry.CNN.architecture.bytes_per_image == pytest.approx(490_000, rel=0.01)
    assert registry.AFFINE.architecture.bytes_per_image == pytest.approx(10_000, rel=0.01)


@pytest.mark.parametrize(
    ("text", "is_affine"),
    [("", True), ("dropout 0.5", True), ("dense 10", False), ("pool 2", False), ("conv 1 1 linear", False)],
)
def test_only_a_network_without_a_layer_has_one_weight_for_each_pixel_and_digit(text: str, is_affine: bool) -> None:
    assert parse(text).is_affine == is_affine


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv 8 3, pool 28, pool 2", "layer 3: pool 2 needs at least 2 × 2 pixels, and only 1 × 1 are left."),
        ("pool 5, pool 6", "layer 2: pool 6 needs at least 6 × 6 pixels, and only 5 × 5 are left."),
        ("dense 5, conv 8 3 tanh", "layer 2: conv 8 3 tanh needs a picture, and behind a dense layer there is none: "
         "put it before."),
        ("conv -1 3", "layer 1: the number of filters must be a whole number from 1 to 256, and is -1."),
        ("conv 8 0", "layer 1: the side of a filter must be a whole number from 1 to 11, and is 0."),
        ("dense 999999999", "layer 1: the number of units must be a whole number from 1 to 4,000, and is 999,999,999."),
        ("pool 1", "layer 1: the side of a pooling must be a whole number from 2 to 28, and is 1."),
        ("pool 29", "layer 1: the side of a pooling must be a whole number from 2 to 28, and is 29."),
        (f"pool {'9' * 400}", "layer 1: a size is a whole number, such as 32."),
        ("dense 1e3", "layer 1: a size is a whole number, such as 32."),
        ("dense ٣", "layer 1: a size is a whole number, such as 32."),
        ("conv 8 3 gelu", "layer 1: the activation must be one of relu, tanh, sigmoid, linear."),
        ("pool 2, conv 8", "layer 2: write conv FILTERS SIDE [ACTIVATION], such as conv 32 5."),
        ("conv 8 3 relu relu", "layer 1: write conv FILTERS SIDE [ACTIVATION], such as conv 32 5."),
        ("pool 2 relu", "layer 1: write pool SIDE, such as pool 2."),
        ("dense", "layer 1: write dense UNITS [ACTIVATION], such as dense 128."),
        ("dropout", "layer 1: write dropout SHARE, such as dropout 0.5."),
        ("dropout half", "layer 1: a share is a number such as 0.5."),
        ("dropout 1", "layer 1: the share of a dropout must be at least 0 and under 1."),
        ("dropout -0.1", "layer 1: the share of a dropout must be at least 0 and under 1."),
        ("dropout 0.9999", "layer 1: the share of a dropout must be at least 0 and under 1."),
        ("attention 8", "layer 1: it is none of conv, pool, dense, dropout."),
        ("dense 5,", "layer 2: there is none between two commas, or before the first or after the last."),
        (", ".join(["dense 5"] * 9), "This network has 9 layers, and at most 8 are allowed: leave some out."),
    ],
)  # fmt: skip
def test_a_text_that_describes_no_network_is_told_exactly_why(text: str, message: str) -> None:
    with pytest.raises(UserError) as raised:
        parse(text)
    assert str(raised.value) == message


def test_a_network_over_the_limits_is_told_how_far_over() -> None:
    with pytest.raises(UserError, match=f"3,180,010 parameters, and at most {MOST_PARAMETERS:,}"):
        parse("dense 4000")
    with pytest.raises(UserError, match=f"multiplies 466,235,392 times .* at most {MOST_MULTIPLICATIONS:,}"):
        parse("conv 256 3, conv 256 3")
    with pytest.raises(UserError, match="multiplies"):
        Architecture((Conv(256, 3), Conv(256, 3)))


@pytest.mark.parametrize("text", ["dense 5, " * 1250, "x" * 10_000, " " * 10_000, "," * 10_000, "9" * 10_000])
def test_a_very_long_text_is_refused_in_one_short_sentence(text: str) -> None:
    with pytest.raises(UserError) as raised:
        parse(text)
    assert f"at most {LONGEST_TEXT} characters" in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("title", [title for title, _ in registry.PRESETS])
def test_presets_are_networks_written_as_they_are_printed(title: str) -> None:
    text = dict(registry.PRESETS)[title]
    assert str(parse(text)) == text
