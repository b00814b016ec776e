"""What NumPy calculates is what Keras, TensorFlow's gradients and the trainer calculate."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import learning
from mnist_demo.inside.network import exported, layers
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.network import of_logit, of_loss, of_probability
from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.training import networks
from mnist_demo.training.saving import export
from mnist_demo.training.session import Session

OLD_FILES = list((Path(__file__).parents[1] / "training" / "old_home").glob("*/model.tflite"))


def free_network(seed: int) -> keras.Model:
    """All that the project's own models lack: odd sizes, strides, other activations, a dropout."""
    return keras.Sequential(
        [
            keras.layers.Input((784,), name="images"),
            keras.layers.Reshape((28, 28, 1), name="picture"),
            keras.layers.Conv2D(4, 4, strides=3, padding="same", activation="tanh", name="edges"),
            keras.layers.MaxPool2D(3, strides=2, name="coarser"),
            keras.layers.Conv2D(5, (2, 3), activation="sigmoid", name="parts"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(7, activation="tanh", name="hidden"),
            keras.layers.Dropout(0.5, seed=seed, name="drop"),
            keras.layers.Dense(10, name="scores"),
        ],
        name="free",
    )


@pytest.fixture(scope="module", params=["affine", "cnn", "free"])
def pair(request: pytest.FixtureRequest) -> tuple[Opened, keras.Model]:
    """An exported model, opened, and the same in Keras: the shipped two with their weights, and a free one."""
    if request.param == "free":
        model = free_network(seed=3)
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.get_weights()])  # biases too
        return exported.open_model(export.convert(model)), model
    model = networks.build(registry.get_model(request.param).architecture, seed=3)
    opened = exported.open_file(store.find(request.param).model_path)
    weighted = [layer for layer in opened.network.layers if layer.has_weights]
    model.set_weights([array for layer in weighted for array in (layer.kernel, layer.bias)])
    return opened, model


@pytest.fixture(scope="module")
def images(test_split: Split) -> Floats:
    return test_split.pixels(0, 5)


def test_activations_equal_keras_in_every_layer(pair: tuple[Opened, keras.Model], images: Floats) -> None:
    opened, model = pair
    outputs = opened.network.outputs(images)
    assert list(outputs) == [layer.name for layer in model.layers]
    value = tf.constant(images)
    for layer in model.layers:
        value = layer(value)
        np.testing.assert_allclose(outputs[layer.name], value, atol=1e-4)


@pytest.mark.parametrize("kind", ["logit", "probability", "loss"])
def test_gradients_equal_tensorflows(pair: tuple[Opened, keras.Model], images: Floats, kind: str) -> None:
    opened, model = pair
    digits = np.array([3, 1, 4, 1, 5])
    pixels = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logits = model(pixels)
        chosen = {
            "logit": tf.gather(logits, digits, batch_dims=1),
            "probability": tf.gather(tf.nn.softmax(logits / 2.0), digits, batch_dims=1),
            "loss": tf.nn.sparse_softmax_cross_entropy_with_logits(digits, logits),
        }[kind]
        total = tf.reduce_sum(chosen)
    to_pixels, *to_weights = tape.gradient(total, [pixels, *model.trainable_variables])
    found = opened.network.logits(images)
    direction = {
        "logit": of_logit(digits),
        "probability": of_probability(found, digits, temperature=2.0),
        "loss": of_loss(found, digits),
    }[kind]
    ours = opened.network.gradients(images, direction)
    np.testing.assert_allclose(ours.pixels, to_pixels, atol=1e-4)
    own = [array for layer in opened.network.layers if layer.has_weights for array in ours.weights[layer.name]]
    for mine, theirs in zip(own, to_weights, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4 * max(1, float(tf.reduce_max(tf.abs(theirs)))))


def test_a_convolution_with_much_to_look_at_takes_the_images_in_turns(
    pair: tuple[Opened, keras.Model], images: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = pair[0].network
    together = network.gradients(images, of_logit([3, 1, 4, 1, 5]))
    monkeypatch.setattr(layers, "MOST_COLUMNS", 1)
    apart = network.gradients(images, of_logit([3, 1, 4, 1, 5]))
    np.testing.assert_allclose(apart.pixels, together.pixels, atol=1e-5)
    for name, arrays in together.weights.items():
        for ours, theirs in zip(apart.weights[name], arrays, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", store.shipped_names())
def test_one_sgd_step_equals_a_real_step_of_the_trainer(name: str, test_split: Split) -> None:
    opened = exported.open_file(store.find(name).model_path)
    one = Split(test_split.images[:1], test_split.labels[:1])
    recipe = dataclasses.replace(
        registry.get_recipe(name, "notebook"), optimizer="sgd", learning_rate=0.01, batch_size=1, steps=1
    )
    session = Session(recipe, Dataset("one", one, one, one))
    weighted = [layer for layer in opened.network.layers if layer.has_weights]
    session.model.set_weights([array for layer in weighted for array in (layer.kernel, layer.bias)])
    step = learning.sgd_step(opened.network, one.pixels(), int(one.labels[0]), 0.01)
    loss, _ = session.run_steps(0, 1)
    assert step.loss_before == pytest.approx(loss, abs=1e-5)
    stepped = [step.network.layer(layer.name) for layer in weighted]
    after = [array for layer in stepped for array in (layer.kernel, layer.bias)]
    for mine, theirs in zip(after, session.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    np.testing.assert_allclose(step.logits_after, session.model(one.pixels())[0], atol=1e-4)
    assert step.loss_after < step.loss_before


@pytest.mark.parametrize("path", OLD_FILES, ids=lambda path: path.parent.name)
def test_files_of_earlier_versions_can_be_opened(path: Path) -> None:
    assert exported.open_file(path).network.is_affine


def test_a_network_that_is_not_a_row_of_known_layers_is_told_in_one_sentence() -> None:
    averaged = keras.Sequential(
        [
            keras.layers.Input((784,), name="images"),
            keras.layers.Reshape((28, 28, 1), name="picture"),
            keras.layers.AveragePooling2D(4, name="coarser"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(10, name="logits"),
        ]
    )
    content = export.convert(averaged)
    with pytest.raises(UserError, match="not looked into") as raised:
        exported.open_model(content)
    assert "\n" not in str(raised.value)


def test_a_deleted_run_and_a_damaged_file_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="was deleted"):
        exported.open_file(tmp_path / "run" / "model.tflite")
    with pytest.raises(UserError, match="damaged"):
        exported.open_model(b"nonsense")
