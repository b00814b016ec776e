"""A model that is taught drawings: what it begins with, what it is worth, and what cannot be taught."""

from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data.images import CLASSES, PIXELS
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.teaching.material import Material
from mnist_demo.training import runner
from mnist_demo.training.session import Session

RECIPE = registry.get_recipe("cnn", "teach", steps=2, batch_size=8)


def turned(count: int = 60) -> Material:
    """Drawings of six writers, whose digits all lie on their side: bars that MNIST's models never saw."""
    labels = np.arange(count, dtype=np.uint8) % CLASSES
    images = np.zeros((count, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4:24, 2 * label + 2 : 2 * label + 4] = 255
    writers = np.array([f"writer {number % 6}" for number in range(count)])
    return material.prepare(images.reshape(-1, PIXELS), labels, writers, seed=1)


@pytest.fixture
def begun(tiny_npz: Path) -> Run:
    return taught.create(RECIPE, str(tiny_npz), store.find("cnn"), turned())


def test_a_run_begins_with_the_model_that_it_goes_on_from(begun: Run) -> None:
    again = run_directory.load(begun.directory)
    assert again.settings.start == "cnn"
    pixels = np.random.default_rng(0).random((5, PIXELS), dtype=np.float32)
    shipped = Classifier.from_file(store.find("cnn").model_path)
    np.testing.assert_array_equal(Classifier.from_file(again.start_path).logits(pixels), shipped.logits(pixels))
    session = Session(RECIPE, runner.load_data(again.settings.data), start=taught.starting_weights(again))
    np.testing.assert_allclose(np.asarray(session.model(pixels)), shipped.logits(pixels), atol=1e-3)


@pytest.mark.usefixtures("measured")
def test_it_learns_the_drawings_and_says_what_that_was_worth(tiny_npz: Path) -> None:
    recipe = registry.get_recipe("cnn", "teach", steps=60, batch_size=60)
    run = runner.train_run(taught.create(recipe, str(tiny_npz), store.find("cnn"), turned()))
    assert (run.status.state, run.status.message) == ("finished", "")
    worth = taught.worth(run)
    assert list(worth.before) == list(worth.after) == ["kept_aside", "unseen_writers", "mnist_test"]
    assert [worth.after[name].images for name in worth.after] == [5, 10, 40]
    assert worth.before["kept_aside"].accuracy < 0.5 < worth.after["kept_aside"].accuracy
    low, high = worth.after["unseen_writers"].interval
    assert low < worth.after["unseen_writers"].accuracy <= high <= 1


def test_only_a_model_of_that_architecture_that_is_there_and_was_not_taught_is_taught(begun: Run) -> None:
    def refusal(start: Run) -> str:
        with pytest.raises(UserError) as caught:
            taught.create(RECIPE, "bundled", start, turned())
        return str(caught.value)

    assert "learned from these images already" in refusal(store.find("cnn"))
    assert "teaches a CNN, and affine is none" in refusal(store.find("affine"))
    assert f"{begun.id} was taught already: teach the model cnn again" in refusal(begun)
    plain = store.create(registry.get_recipe("cnn", "fast"), "bundled")
    assert f"{plain.id} has no exported model" in refusal(plain)
    plain.model_path.write_bytes(b"no model")
    assert refusal(plain)
    assert len(store.list_runs()[0]) == 2  # nothing was left behind


def test_a_start_that_is_damaged_fails_the_run_in_one_sentence(begun: Run) -> None:
    begun.start_path.unlink()
    ended = runner.train_run(begun)
    assert ended.status.state == "failed"
    assert "\n" not in ended.status.message
