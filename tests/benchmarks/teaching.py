"""What it brings to teach a model the hands of some people, with ten drawings of each.

    MNIST_DEMO_DATA=mnist.npz MNIST_DEMO_PEN=pen_drawings.npz python -m tests.benchmarks.teaching
        [--tune] [--rounds 3] [--each 10]

Each round teaches the shipped CNN twice, in a home of its own and as a teacher would: `drawings import`, then
`train --recipe teach`. First with drawings of ten of the writers 1 to 24, after which the mistakes on drawings of
writers 25 to 30, whom it never saw, are counted; then with drawings of writers 25 to 30, after which those on these
writers' other drawings are. `--tune` takes all from writers 1 to 24 instead: choose anything there. Each drawing is
drawn with one of four brushes, at one of three sizes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES, PIXELS
from mnist_demo.drawing import preprocess
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.loading import muted_stderr
from mnist_demo.models.evaluation import evaluate
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from tests import pen

BRUSHES = (8, 14, 20, 28)  # pixels, on a canvas of 320
SIZES = (0.5, 0.7, 0.85)  # of the canvas's height, the digit's longer side
TAUGHT = 10  # writers


@dataclass(frozen=True)
class Drawn:
    """Pen drawings as the models see them: a split, and who drew each, int (n,)."""

    split: Split
    writers: npt.NDArray[np.int64]

    def of(self, chosen: npt.NDArray[np.int64]) -> Split:
        """Those with these positions."""
        return Split(self.split.images[chosen], self.split.labels[chosen])


def draw(writers: Sequence[int]) -> Drawn:
    """All drawings of these writers, each in a manner of its own."""
    rng = np.random.default_rng(0)
    drawings = pen.load(writers)
    images = [
        preprocess.to_mnist(
            pen.on_canvas(
                pen.ink(one.strokes, pen.CANVAS_SIDE * rng.choice(SIZES), float(rng.choice(BRUSHES))), "centre"
            )
        )
        for one in drawings
    ]
    split = Split(
        np.rint(255 * np.reshape(images, (-1, PIXELS))).astype(np.uint8),
        np.array([one.label for one in drawings], np.uint8),
    )
    return Drawn(split, np.array([one.writer for one in drawings]))


def choose(drawn: Drawn, writers: Sequence[int], each: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """`each` drawings of each of the writers, as many of each digit: their positions."""
    chosen: list[int] = []
    for writer in writers:
        own = rng.permutation(np.flatnonzero(drawn.writers == writer))
        for digit in range(CLASSES):
            chosen += own[drawn.split.labels[own] == digit][: each // CLASSES].tolist()
    return np.array(chosen)


def mistakes(model: Path, split: Split) -> int:
    with muted_stderr():
        evaluation = evaluate(Classifier.from_file(model), split)
    return round((1 - evaluation.accuracy) * evaluation.images)


def teach(drawn: Drawn, chosen: npt.NDArray[np.int64], seed: int, folder: Path) -> tuple[Path, float]:
    """The taught model, and how many seconds its steps took."""
    environment = {**os.environ, HOME_VARIABLE: str(folder / "home")}
    split = drawn.of(chosen)
    images = split.images.reshape(-1, 28, 28)
    np.savez(folder / "drawn.npz", images=images, labels=split.labels, writers=drawn.writers[chosen].astype(str))
    program = [sys.executable, "-m", "mnist_demo"]
    subprocess.run([*program, "drawings", "import", str(folder / "drawn.npz")], env=environment, check=True)
    command = [*program, "train", "--model", "cnn", "--recipe", "teach", "--seed", str(seed)]
    command += ["--json", "--out", str(folder / "run")]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    print(done.stdout.decode().splitlines()[-1])
    return folder / "run" / "model.tflite", json.loads(done.stdout.splitlines()[-1])["train_seconds"]


def main() -> None:
    """Teach, and print how many mistakes are left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--each", type=int, default=10)
    arguments = parser.parse_args()
    drawn = draw(range(1, 25) if arguments.tune else range(1, 31))
    test = datasets.load(datasets.find_source()).test
    shipped = store.find("cnn").model_path
    for seed in range(arguments.rounds):
        rng = np.random.default_rng(seed)
        hands = rng.permutation(np.arange(1, 25))
        if arguments.tune:
            lessons = [(hands[:TAUGHT], hands[TAUGHT:])]
        else:
            lessons = [(hands[:TAUGHT], np.arange(25, 31)), (np.arange(25, 31), np.arange(0))]
        for taught, unseen in lessons:
            chosen = choose(drawn, taught.tolist(), arguments.each, rng)
            others = np.setdiff1d(np.flatnonzero(np.isin(drawn.writers, taught)), chosen)
            asked = {
                f"other drawings of writers {sorted(taught.tolist())}": drawn.of(others),
                f"unseen writers {sorted(unseen.tolist())}": drawn.of(np.flatnonzero(np.isin(drawn.writers, unseen))),
                "MNIST test": test,
            }
            with tempfile.TemporaryDirectory() as folder:
                model, seconds = teach(drawn, chosen, seed, Path(folder))
                print(f"round {seed + 1}: {len(chosen)} drawings, {seconds:.1f} s of steps")
                for name, split in asked.items():
                    if len(split):
                        before, after = mistakes(shipped, split), mistakes(model, split)
                        print(f"  {name}: {before} of {len(split):,} wrong, then {after} ({after / before:.2f} x)")


if __name__ == "__main__":
    main()
