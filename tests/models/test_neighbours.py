import numpy as np

from mnist_demo.data import datasets
from mnist_demo.models.neighbours import Neighbours


def test_an_image_is_its_own_nearest_and_one_like_it_is_near() -> None:
    train = datasets.load(datasets.BUNDLED).train
    neighbours = Neighbours(train)
    image = train.pixels(7, 8).reshape(28, 28)
    index, likeness = neighbours.nearest(image)
    assert index == 7
    assert 0.999 < likeness <= 1
    index, likeness = neighbours.nearest(0.5 * np.roll(image, 1, axis=1))
    assert train.labels[index] == train.labels[7]
    assert likeness < 0.999


def test_most_test_images_have_a_nearest_of_their_own_digit() -> None:
    dataset = datasets.load(datasets.BUNDLED)
    neighbours = Neighbours(dataset.train)
    found = [neighbours.nearest(pixels.reshape(28, 28))[0] for pixels in dataset.test.pixels()]
    assert (dataset.train.labels[found] == dataset.test.labels).mean() > 0.9


def test_an_empty_picture_is_like_none() -> None:
    assert Neighbours(datasets.load(datasets.BUNDLED).train).nearest(np.zeros((28, 28), np.float32))[1] == 0
