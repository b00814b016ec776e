import numpy as np
import pytest
import tensorflow as tf

from mnist_demo.data import datasets
from mnist_demo.data.images import SIDE
from mnist_demo.training import augmentation


@pytest.fixture(scope="module")
def images() -> tf.Tensor:
    return tf.constant(datasets.load(datasets.BUNDLED).train.pixels(0, 50))


def centres(images: tf.Tensor) -> np.ndarray:
    pictures = images.numpy().reshape(-1, SIDE, SIDE)
    places = np.arange(SIDE)
    mass = pictures.sum(axis=(1, 2))
    rows = (pictures.sum(axis=2) * places).sum(axis=1) / mass
    return np.stack([rows, (pictures.sum(axis=1) * places).sum(axis=1) / mass], axis=1)


def test_the_same_seed_and_step_distort_alike_and_others_do_not(images: tf.Tensor) -> None:
    one = augmentation.distort(images, 7, tf.constant(3)).numpy()
    np.testing.assert_array_equal(one, augmentation.distort(images, 7, tf.constant(3)).numpy())
    for seed, step in ((7, 4), (8, 3)):
        assert np.abs(one - augmentation.distort(images, seed, tf.constant(step)).numpy()).mean() > 0.01


def test_distorted_images_are_images_and_still_digits_in_the_middle(images: tf.Tensor) -> None:
    distorted = augmentation.distort(images, 1, tf.constant(0))
    values = distorted.numpy()
    assert values.shape == images.shape
    assert values.dtype == np.float32
    assert values.min() >= 0
    assert values.max() <= 1
    shifts = np.abs(centres(distorted) - centres(images))
    assert 0.1 < shifts.mean() < augmentation.SHIFT + 0.5
    ink = values.sum(axis=1) / images.numpy().sum(axis=1)
    assert np.all((ink > 0.6) & (ink < 1.7))
    assert ink.std() > 0.05  # scaled, not only moved


def test_without_deviations_nothing_is_changed(images: tf.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROTATION", "SHEAR", "SCALE", "SHIFT"):
        monkeypatch.setattr(augmentation, name, 0.0)
    np.testing.assert_allclose(augmentation.distort(images, 1, tf.constant(0)).numpy(), images.numpy(), atol=1e-5)
