import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from mnist_demo.data import datasets
from mnist_demo.models import inference, registry
from mnist_demo.models.inference import Classifier
from mnist_demo.training import networks
from mnist_demo.training.saving import export


@pytest.mark.parametrize("name", networks.MODELS)
def test_registry_and_recipes_know_the_same_models_and_parameter_counts(name: str) -> None:
    assert list(networks.MODELS) == list(registry.MODELS)
    assert networks.build(name, 1).count_params() == registry.get_model(name).parameters


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="affine, cnn"):
        networks.build("mlp", 1)


@pytest.mark.parametrize("name", networks.MODELS)
def test_the_seed_decides_the_weights(name: str) -> None:
    one, same, other = (networks.build(name, seed).get_weights() for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_affine_weights_start_as_in_the_notebook() -> None:
    weights, bias = networks.build("affine", 1337).get_weights()
    assert weights.std() == pytest.approx(0.01, rel=0.05)
    assert abs(weights.mean()) < 1e-3
    assert (bias == 0).all()


@pytest.mark.parametrize("name", networks.MODELS)
def test_what_trains_is_the_same_function_with_the_same_gradients(name: str) -> None:
    plain = networks.build(name, 3)
    weights = [weight + 0.01 for weight in plain.get_weights()]  # biases too
    plain.set_weights(weights)
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


@pytest.mark.parametrize("name", networks.MODELS)
def test_the_litert_export_agrees_with_keras_layer_by_layer(name: str) -> None:
    model = networks.build(name, 3)
    classifier = Classifier(export.to_litert(model))
    images = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    np.testing.assert_allclose(classifier.logits(images), model(images).numpy(), atol=1e-5)
    activations = classifier.activations(images)
    assert list(activations) == sorted(layer.name for layer in model.layers)
    value = images
    for layer in model.layers:
        value = layer(value)
        np.testing.assert_allclose(activations[layer.name], value.numpy(), atol=1e-5)


@pytest.mark.parametrize("name", networks.MODELS)
def test_an_export_gives_a_plain_interpreter_the_logits_alone(name: str) -> None:
    model = networks.build(name, 3)
    interpreter = Interpreter(model_content=export.to_litert(model))
    interpreter.allocate_tensors()
    (given,), (scores,) = interpreter.get_input_details(), interpreter.get_output_details()
    image = np.random.default_rng(0).random((1, 784), dtype=np.float32)
    interpreter.set_tensor(given["index"], image)
    interpreter.invoke()
    np.testing.assert_allclose(interpreter.get_tensor(scores["index"]), model(image).numpy(), atol=1e-5)


@pytest.mark.parametrize("name", networks.MODELS)
def test_a_file_whose_activations_came_first_still_opens(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As versions before exported it."""
    monkeypatch.setattr(export, "WITH_ACTIVATIONS", inference.EARLIER_ACTIVATIONS)
    model = networks.build(name, 3)
    classifier = Classifier(export._convert(model))
    images = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    np.testing.assert_allclose(classifier.logits(images), model(images).numpy(), atol=1e-5)
    assert list(classifier.activations(images)) == sorted(layer.name for layer in model.layers)


def test_affine_weights_are_read_as_they_were_exported() -> None:
    model = networks.build("affine", 3)
    read = inference.affine_weights(Classifier(export.to_litert(model)))
    np.testing.assert_array_equal(read, model.get_weights()[0])
