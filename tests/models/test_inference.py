import threading
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.models import inference
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store


@pytest.fixture(scope="module", params=store.shipped_names())
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return Classifier.from_file(store.find(request.param).model_path)


@pytest.fixture(scope="module")
def images() -> Floats:
    return np.random.default_rng(0).random((1203, 784), dtype=np.float32)


def test_probabilities_are_a_softmax(classifier: Classifier, images: Floats) -> None:
    probabilities = classifier.probabilities(images[:50])
    assert probabilities.shape == (50, 10)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    logits = classifier.logits(images[:50])
    assert (probabilities.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_an_image_gets_the_same_logits_alone_and_among_many(classifier: Classifier, images: Floats) -> None:
    assert len(images) > inference.BATCH
    many = classifier.logits(images)
    alone = np.concatenate([classifier.logits(images[i : i + 1]) for i in (0, 499, 500, 1202)])
    np.testing.assert_allclose(many[[0, 499, 500, 1202]], alone, rtol=1e-4, atol=1e-4)


def test_activations_end_in_the_logits(classifier: Classifier, images: Floats) -> None:
    np.testing.assert_allclose(classifier.activations(images[:2])["logits"], classifier.logits(images[:2]), atol=1e-5)


@pytest.mark.parametrize("name", store.shipped_names())
def test_a_plain_interpreter_gets_the_scores_and_nothing_else(name: str, images: Floats) -> None:
    """As the README tells people who use a downloaded file without this program."""
    model = store.find(name).model_path.read_bytes()
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    (given,), (scores,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert [tuple(given["shape"]), tuple(scores["shape"])] == [(1, 784), (1, 10)]
    for image in images[:5]:
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        expected = Classifier(model).logits(image[None])
        np.testing.assert_allclose(interpreter.get_tensor(scores["index"]), expected, rtol=1e-5, atol=1e-5)


def test_affine_weights_are_what_each_pixel_adds_to_the_scores() -> None:
    classifier = Classifier.from_file(store.find("affine").model_path)
    pixels = np.eye(784, dtype=np.float32)
    added = classifier.logits(pixels) - classifier.logits(np.zeros((1, 784), np.float32))
    classifier.logits(pixels[:10])  # leaves the interpreter with an input of the shape that the weights are stored in
    np.testing.assert_allclose(inference.affine_weights(classifier), added, atol=1e-5)


def test_a_model_without_such_weights_is_refused() -> None:
    with pytest.raises(UserError, match="not made by this program"):
        inference.affine_weights(Classifier.from_file(store.find("cnn").model_path))


def test_threads_do_not_mix_their_answers(classifier: Classifier, images: Floats) -> None:
    expected = classifier.logits(images[:40])
    answers: dict[int, Floats] = {}

    def ask(index: int) -> None:
        for _ in range(20):
            answers[index] = classifier.logits(images[index : index + 1])[0]

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose([answers[i] for i in range(40)], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\0" * 100])
def test_a_damaged_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        Classifier.from_file(tmp_path / "model.tflite")


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no exported model"):
        Classifier.from_file(tmp_path / "model.tflite")
