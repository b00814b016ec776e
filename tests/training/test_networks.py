from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import initializers, layers

from mnist_demo.data import datasets
from mnist_demo.inside.network import exported
from mnist_demo.models import inference, registry
from mnist_demo.models.architecture import Architecture, parse
from mnist_demo.models.inference import Classifier
from mnist_demo.training import networks
from mnist_demo.training.saving import export
from tests.architectures import FREE, generated

AFFINE, CNN = registry.AFFINE.architecture, registry.CNN.architecture
GENERATED = generated(7, multiplications=500_000)
ALL = [AFFINE, CNN, *map(parse, FREE), GENERATED]
all_architectures = pytest.mark.parametrize("architecture", ALL, ids=str)


def with_weights(architecture: Architecture) -> keras.Model:
    """A model whose biases are no zeros either."""
    model = networks.build(architecture, 3)
    rng = np.random.default_rng(0)
    model.set_weights([weight + rng.normal(0, 0.1, weight.shape) for weight in model.get_weights()])
    return model


def as_it_was_written_out(name: str, seed: int) -> list[keras.Layer]:
    """The layers of the two models before architectures were values: runs of that time go on with them."""

    def glorot(layer: int) -> initializers.Initializer:
        return initializers.GlorotUniform(seed + layer)

    if name == "affine":
        normal = initializers.RandomNormal(0, 0.01, seed)
        return [layers.Dense(10, kernel_initializer=normal, dtype="float32", name="logits")]
    return [
        layers.Reshape((28, 28, 1), name="reshape"),
        layers.Conv2D(32, 5, padding="same", kernel_initializer=glorot(1), name="conv1"),
        layers.MaxPool2D(2, name="pool1"),
        layers.ReLU(name="relu1"),
        layers.Conv2D(64, 5, padding="same", kernel_initializer=glorot(2), name="conv2"),
        layers.MaxPool2D(2, name="pool2"),
        layers.ReLU(name="relu2"),
        layers.Flatten(name="flatten"),
        layers.Dense(128, activation="relu", kernel_initializer=glorot(3), name="dense"),
        layers.Dense(10, kernel_initializer=glorot(4), dtype="float32", name="logits"),
    ]


@pytest.mark.parametrize("name", ["affine", "cnn"])
def test_the_two_models_have_the_layers_and_to_the_bit_the_weights_that_they_always_had(name: str) -> None:
    before = keras.Sequential([layers.Input((784,), name="images"), *as_it_was_written_out(name, 1337)])
    now = networks.build(registry.get_model(name).architecture, 1337)
    assert [layer.get_config() for layer in now.layers] == [layer.get_config() for layer in before.layers]
    assert [type(layer) for layer in now.layers] == [type(layer) for layer in before.layers]
    for ours, theirs in zip(now.get_weights(), before.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", range(20))
def test_keras_counts_the_same_parameters_and_gives_the_same_shapes(seed: int) -> None:
    architecture = generated(seed)
    model = networks.build(architecture, 1)
    assert model.count_params() == architecture.parameters
    kinds = {"conv": layers.Conv2D, "pool": layers.MaxPool2D, "dense": layers.Dense, "dropout": layers.Dropout}
    made: list[Any] = [layer for layer in model.layers if isinstance(layer, tuple(kinds.values()))]
    assert [type(layer) for layer in made] == [
        kinds[type(stage.layer).__name__.lower()] for stage in architecture.stages
    ]
    for layer, stage in zip(made, architecture.stages, strict=True):
        assert layer.output.shape[1:] in (stage.shape, (np.prod(stage.shape),))
    for layer in made:
        if not isinstance(layer, layers.Dropout):
            assert layer.count_params() == architecture.stages[made.index(layer)].parameters


@all_architectures
def test_the_seed_decides_the_weights(architecture: Architecture) -> None:
    one, same, other = (networks.build(architecture, seed).get_weights() for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_affine_weights_start_as_in_the_notebook() -> None:
    weights, bias = networks.build(AFFINE, 1337).get_weights()
    assert weights.std() == pytest.approx(0.01, rel=0.05)
    assert abs(weights.mean()) < 1e-3
    assert (bias == 0).all()


@all_architectures
def test_what_trains_is_the_same_function_with_the_same_gradients(architecture: Architecture) -> None:
    plain = with_weights(architecture)
    trained = networks.for_training(plain)
    images = tf.constant(datasets.load(datasets.BUNDLED).train.pixels(0, 20))
    gradients = []
    for model in (plain, trained):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(images)[:, :5] ** 2)
        gradients.append(tape.gradient(loss, model.trainable_variables))
    np.testing.assert_allclose(plain(images), trained(images), atol=1e-5)
    for ours, theirs in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * float(tf.reduce_max(tf.abs(ours))))


def test_only_a_pooling_right_behind_a_convolution_is_taken_over() -> None:
    model = networks.for_training(networks.build(parse("pool 2, conv 3 3, pool 3, conv 3 3, dropout 0.1, pool 2"), 1))
    kinds = {layer.name: type(layer) for layer in model.layers}
    assert kinds["conv1"] is networks.PooledConv2D
    assert kinds["conv2"] is layers.Conv2D
    assert [kinds[name] for name in ("pool1", "pool2", "pool3")] == [
        layers.MaxPool2D,
        layers.Identity,
        layers.MaxPool2D,
    ]


@all_architectures
def test_the_litert_export_agrees_with_keras_layer_by_layer_and_can_be_looked_into(architecture: Architecture) -> None:
    model = with_weights(architecture)
    content = export.to_litert(model, architecture)
    classifier = Classifier(content)
    images = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    np.testing.assert_allclose(classifier.logits(images), model(images).numpy(), rtol=1e-4, atol=1e-5)
    activations = classifier.activations(images)
    assert list(activations) == sorted(layer.name for layer in model.layers)
    value = images
    for layer in model.layers:
        value = layer(value)
        np.testing.assert_allclose(activations[layer.name], value.numpy(), rtol=1e-4, atol=1e-5)
    read = exported.open_model(content).network  # which compares every layer with what LiteRT says
    assert [layer.name for layer in read.layers] == [layer.name for layer in model.layers]
    weighted = [array for layer in read.layers if layer.has_weights for array in (layer.kernel, layer.bias)]
    for ours, theirs in zip(weighted, model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("architecture", [AFFINE, CNN], ids=["affine", "cnn"])
def test_an_export_gives_a_plain_interpreter_the_logits_alone(architecture: Architecture) -> None:
    model = networks.build(architecture, 3)
    interpreter = Interpreter(model_content=export.to_litert(model, architecture))
    interpreter.allocate_tensors()
    (given,), (scores,) = interpreter.get_input_details(), interpreter.get_output_details()
    image = np.random.default_rng(0).random((1, 784), dtype=np.float32)
    interpreter.set_tensor(given["index"], image)
    interpreter.invoke()
    np.testing.assert_allclose(interpreter.get_tensor(scores["index"]), model(image).numpy(), atol=1e-5)


@pytest.mark.parametrize("architecture", [AFFINE, CNN], ids=["affine", "cnn"])
def test_a_file_whose_activations_came_first_still_opens(
    architecture: Architecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As versions before exported it."""
    monkeypatch.setattr(export, "WITH_ACTIVATIONS", inference.EARLIER_ACTIVATIONS)
    model = networks.build(architecture, 3)
    classifier = Classifier(export.convert(model))
    images = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    np.testing.assert_allclose(classifier.logits(images), model(images).numpy(), atol=1e-5)
    assert list(classifier.activations(images)) == sorted(layer.name for layer in model.layers)


def test_affine_weights_are_read_as_they_were_exported() -> None:
    model = networks.build(AFFINE, 3)
    read = inference.affine_weights(Classifier(export.to_litert(model, AFFINE)))
    np.testing.assert_array_equal(read, model.get_weights()[0])
