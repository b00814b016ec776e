"""Train the network of `rejection` and put it into its place: `python -m mnist_demo.drawing.rejection_training`.

Takes two to four minutes. Only MNIST's training images and what code draws are used, never MNIST's test images or
anybody's drawings.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from sklearn.neural_network import MLPClassifier

from mnist_demo import files
from mnist_demo.data import datasets
from mnist_demo.data.images import CLASSES, SIDE, Bytes, Floats
from mnist_demo.drawing import handwriting, preprocess, rejection, scribbles

SEED = 0
CHUNK = 500
CHUNKS = 100
HIDDEN = (512, 64)  # units of the two hidden layers
OTHER = CLASSES  # the label of what is no digit


def bend(image: Bytes, rng: np.random.Generator) -> Bytes:
    """An image as another hand might have written it: turned, sheared, stretched and bent; (28, 28) -> (56, 56)."""
    side = 2 * SIDE
    much = rng.uniform(0, 1.4)
    angle, shear = much * rng.uniform(-0.26, 0.26), much * rng.uniform(-0.3, 0.3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    across, down = np.exp(much * rng.uniform(-0.25, 0.25, 2))
    matrix = turn @ np.array([[across, shear], [0, down]])
    grid = np.mgrid[:side, :side].reshape(2, -1) - side / 2
    # Elastic distortion, smooth over a fifth of the picture (Simard, Steinkraus, Platt 2003).
    bends = ndimage.zoom(rng.normal(0, 1.6 * much, (2, 5, 5)), (1, side / 5, side / 5), order=3).reshape(2, -1)
    large = np.pad(ndimage.zoom(image.astype(np.float32), 2, order=1), SIDE // 2)
    where = matrix @ grid + bends + side / 2 + SIDE // 2
    return np.clip(ndimage.map_coordinates(large, where, order=1).reshape(side, side), 0, 255).astype(np.uint8)


def from_mnist(rng: np.random.Generator) -> tuple[Bytes, int]:
    """One of MNIST's training images, bent."""
    train = _training_images()
    index = rng.integers(len(train))
    return bend(train.images[index].reshape(SIDE, SIDE), rng), int(train.labels[index])


def written(rng: np.random.Generator) -> tuple[Bytes, int]:
    """A digit made from strokes."""
    number = int(rng.integers(CLASSES))
    return scribbles.ink(handwriting.digit(number, rng), rng), number


def printed(rng: np.random.Generator) -> tuple[Bytes, int]:
    """A digit or a letter of a font, bent."""
    number = int(rng.integers(CLASSES)) if rng.random() < 0.5 else OTHER
    character = str(rng.choice(list(scribbles.LETTERS))) if number == OTHER else str(number)
    sheet = Image.fromarray(scribbles.printed(str(rng.choice(scribbles.FONTS)), character, 230))
    return bend(np.asarray(sheet.resize((SIDE, SIDE), Image.Resampling.BOX)), rng), number


def scribbled(rng: np.random.Generator) -> tuple[Bytes, int]:
    """A scribble."""
    return scribbles.scribble(rng), OTHER


SOURCES: tuple[Callable[[np.random.Generator], tuple[Bytes, int]], ...] = (from_mnist, written, printed, scribbled)
SHARES = (0.36, 0.18, 0.08, 0.38)


def examples(chunk: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Features of CHUNK drawings, and which digits they are or OTHER."""
    rng = np.random.default_rng([SEED, chunk])
    drawings = [SOURCES[source](rng) for source in rng.choice(len(SOURCES), CHUNK, p=SHARES)]
    pixels = np.stack([preprocess.to_mnist(canvas).ravel() for canvas, _ in drawings])
    return rejection.features(pixels), np.array([label for _, label in drawings])


@lru_cache(maxsize=1)
def _training_images() -> datasets.Split:
    return datasets.load(datasets.find_source()).train


def main() -> None:
    """Train and save."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        features, labels = (np.concatenate(parts) for parts in zip(*pool.map(examples, range(CHUNKS)), strict=True))
    network = MLPClassifier(HIDDEN, alpha=0.1, batch_size=256, learning_rate_init=2e-3, max_iter=12, random_state=SEED)
    network.fit(features, labels)
    pairs = zip(network.coefs_, network.intercepts_, strict=True)
    layers = [array.astype(np.float16) for pair in pairs for array in pair]
    files.write_atomically(rejection.WEIGHTS, lambda stream: np.savez_compressed(stream, *layers))


if __name__ == "__main__":
    main()
