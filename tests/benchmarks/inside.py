"""How long it takes to look inside a model, and how much memory: without a browser.

    python -m tests.benchmarks.inside [--data PATH] [--map] [--training]

The images are those of the data set's test split. Nothing is read from what an earlier run has kept. `--map` also
makes a map by t-SNE, which takes a minute; with `--training` a CNN trains meanwhile, niced as the app's own is.
"""

import argparse
import functools
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

from mnist_demo.data import datasets
from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import preprocess
from mnist_demo.inside import changes, digit_map, evidence, flip, judging, learning, mistakes, units
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.loading import muted_stderr
from mnist_demo.models.neighbours import Vectors
from mnist_demo.runs import store
from tests.benchmarks.visitor import training

Result = TypeVar("Result")

ROUNDS = 20
MODELS_LOOKED_AT = 10


def timed(name: str, act: Callable[[int], Result], rounds: int = ROUNDS) -> Result:
    """Print the median and the longest of several rounds, each told its number; the last one's result."""
    seconds = []
    for number in range(rounds):
        started = time.perf_counter()
        result = act(number)
        seconds.append(time.perf_counter() - started)
    print(f"{name:58} median {statistics.median(seconds):8.4f} s   longest {max(seconds):8.4f} s   of {rounds}")
    return result


def megabytes() -> float:
    return psutil.Process().memory_info().rss / 1e6


def picture_of(split: datasets.Split, at: int) -> Bytes:
    """An image as large as a drawing."""
    return np.asarray(split.images[at].reshape(28, 28).repeat(8, axis=0).repeat(8, axis=1), np.uint8)


def explain_drawing(opened: Opened, picture: Bytes) -> None:
    """All that the evidence of one drawing shows at first, from the canvas on."""
    pixels = preprocess.to_mnist(picture)
    digit = int(opened.classifier.logits(pixels.reshape(1, -1)).argmax())
    evidence.of_digit(opened.network, pixels, digit)
    evidence.occlusion(opened.classifier, pixels, digit)
    units.votes(opened.network, pixels, digit, 8)
    learning.sgd_step(opened.network, pixels, digit, 0.01)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data")
    parser.add_argument("--map", action="store_true")
    parser.add_argument("--training", action="store_true")
    arguments = parser.parse_args()
    source = datasets.find_source(arguments.data)
    with tempfile.TemporaryDirectory() as home, training(Path(home), source) if arguments.training else nullcontext():
        measure(datasets.load(source), has_map=arguments.map)


def measure(dataset: datasets.Dataset, *, has_map: bool) -> None:
    """Print the rows of all models."""
    test = dataset.test
    print(f"{dataset.name}: {len(test):,} test images, {len(dataset.train):,} training images, {megabytes():.0f} MB")
    for name in store.shipped_names():
        path = store.find(name).model_path
        with muted_stderr():
            opened = timed(f"{name}: opening it", functools.partial(_open, path))
        look_inside(name, opened, test)
    with muted_stderr():
        kept = [exported.open_file(store.find("cnn").model_path) for _ in range(MODELS_LOOKED_AT)]
    for opened in kept:
        explain_drawing(opened, picture_of(test, 0))
    print(f"memory of this process after looking at {len(kept)} CNNs: {megabytes():.0f} MB")
    if has_map:
        hidden = judging.judge(kept[0], test).hidden
        start = timed("cnn: map of its last hidden layer by PCA", lambda _: digit_map.by_pca(hidden), 3)
        found = timed("cnn: map of its last hidden layer by t-SNE", lambda _: digit_map.by_tsne(start), 1)
        timed("cnn: placing a drawing on the map by t-SNE", lambda at: found.place(hidden[at : at + 1]))


def _open(path: Path, _round: int) -> Opened:
    return exported.open_file(path)


def look_inside(name: str, opened: Opened, test: datasets.Split) -> None:
    """The rows of one model."""
    image = test.pixels(0, 1)
    digit = int(opened.classifier.logits(image).argmax())
    pictures = [picture_of(test, at) for at in range(ROUNDS)]
    timed(f"{name}: all of the evidence of a new drawing", lambda at: explain_drawing(opened, pictures[at]))
    timed(f"{name}: evidence alone", lambda _: evidence.of_digit(opened.network, image, digit))
    timed(f"{name}: occlusion map", lambda _: evidence.occlusion(opened.classifier, image, digit))
    timed(f"{name}: smallest change that flips the answer", lambda at: flip.flip(opened, test.pixels(at, at + 1)))
    for change in changes.CHANGES.values():
        values = [change.low + step / 40 * (change.high - change.low) for step in range(41)]

        def slide(_: int, change: changes.Change = change, values: list[float] = values) -> Floats:
            return changes.probabilities_along(opened.classifier, image, change.name, values)

        timed(f"{name}: 41 probabilities along '{change.name}'", slide, 5)
    judged = timed(f"{name}: judging {len(test):,} images", lambda _: judging.judge(opened, test), 3)
    probabilities = judged.probabilities()
    digits = probabilities.argmax(axis=1)
    timed(f"{name}: confusion matrix and calibration curve", lambda _: (
        mistakes.accuracy_by_digit(mistakes.confusion(test.labels, digits)),
        mistakes.calibration(probabilities, test.labels),
    ), 3)  # fmt: skip
    if opened.network.is_affine:
        return
    vectors = Vectors(judged.hidden)
    timed(f"{name}: nearest 8 of {len(test):,} images", lambda _: vectors.nearest(opened.network.hidden(image)[0], 8))


if __name__ == "__main__":
    main()
