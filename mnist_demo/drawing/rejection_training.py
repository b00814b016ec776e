"""Train the network of `rejection` and put it into its place: `python -m mnist_demo.drawing.rejection_training`.

Takes two minutes. Only MNIST's training images are used, never its test images or anybody's drawings.
"""

import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy import ndimage
from sklearn.neural_network import MLPClassifier

from mnist_demo import files
from mnist_demo.data import datasets
from mnist_demo.data.images import SIDE, Bytes, Floats
from mnist_demo.drawing import preprocess, rejection, scribbles

SEED = 0
CHUNK = 500
CHUNKS = 60  # of digits, and of scribbles
HIDDEN = (128, 32)  # units of the two hidden layers


def bend(image: Bytes, rng: np.random.Generator) -> Bytes:
    """An image as another hand might have written it: turned, sheared, stretched and bent; (28, 28) -> (56, 56)."""
    side = 2 * SIDE
    angle, shear = rng.uniform(-0.26, 0.26), rng.uniform(-0.3, 0.3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    across, down = np.exp(rng.uniform(-0.25, 0.25, 2))
    matrix = turn @ np.array([[across, shear], [0, down]])
    grid = np.mgrid[:side, :side].reshape(2, -1) - side / 2
    # Elastic distortion, smooth over a fifth of the picture (Simard, Steinkraus, Platt 2003).
    bends = ndimage.zoom(rng.normal(0, 1.6, (2, 5, 5)), (1, side / 5, side / 5), order=3).reshape(2, -1)
    large = np.pad(ndimage.zoom(image.astype(np.float32), 2, order=1), SIDE // 2)
    where = matrix @ grid + bends + side / 2 + SIDE // 2
    return np.clip(ndimage.map_coordinates(large, where, order=1).reshape(side, side), 0, 255).astype(np.uint8)


def digits(chunk: int) -> Floats:
    """Features of bent training images."""
    images = datasets.load(datasets.find_source()).train.images
    rng = np.random.default_rng([SEED, 0, chunk])
    chosen = images[rng.integers(0, len(images), CHUNK)].reshape(-1, SIDE, SIDE)
    return rejection.features(np.stack([preprocess.to_mnist(bend(image, rng)).ravel() for image in chosen]))


def outliers(chunk: int) -> Floats:
    """Features of scribbles."""
    rng = np.random.default_rng([SEED, 1, chunk])
    return rejection.features(np.stack([preprocess.to_mnist(scribbles.scribble(rng)).ravel() for _ in range(CHUNK)]))


def main() -> None:
    """Train and save."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        inliers = np.concatenate(list(pool.map(digits, range(CHUNKS))))
        others = np.concatenate(list(pool.map(outliers, range(CHUNKS))))
    network = MLPClassifier(HIDDEN, alpha=0.01, batch_size=256, learning_rate_init=2e-3, max_iter=12, random_state=SEED)
    network.fit(np.concatenate([inliers, others]), np.repeat([1, 0], [len(inliers), len(others)]))
    pairs = zip(network.coefs_, network.intercepts_, strict=True)
    layers = [array.astype(np.float16) for pair in pairs for array in pair]
    files.write_atomically(rejection.WEIGHTS, lambda stream: np.savez_compressed(stream, *layers))


if __name__ == "__main__":
    main()
