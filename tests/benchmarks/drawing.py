"""How many pen drawings are read right, by how they are drawn, by digit and by writer.

    MNIST_DEMO_PEN=pen_drawings.npz python -m tests.benchmarks.drawing
        [--writers 25-30] [--model cnn affine] [--every 1] [--seed 0]

Each drawing is rendered on a canvas with four brushes, at two sizes, in the centre and in a corner, dark on light and
light on dark; `to_mnist` reads it, and beside it two plainer methods: shrinking the whole canvas to 28 x 28, and
cropping and centring as MNIST was made (LeCun et al. 1998) with nothing else. Then, by `to_mnist` alone: rows of two to
four digits side by side; and how many digits, letters and doodles are taken for no digit, doodles of the kinds that
`rejection` has learned from apart from others. Choose anything on writers 1 to 24, which no figure quoted elsewhere is
taken from: those are of writers 25 to 30. `--model` takes shipped names, ids of runs and run directories; `--every 5`
reads each fifth drawing only.
"""

import argparse
import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import CLASSES, Bytes, Floats
from mnist_demo.drawing import preprocess, rejection, scribbles, segmentation
from mnist_demo.loading import muted_stderr
from mnist_demo.models import calibration
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from tests import pen
from tests.benchmarks import doodles

BRUSHES = (8, 14, 20, 28)  # pixels, on a canvas of 320
SIZES = (0.5, 0.85)  # of the canvas's height, the digit's longer side
CORNERS = ("top left", "top right", "bottom left", "bottom right")
CONDITIONS = list(itertools.product(BRUSHES, SIZES, ("centre", "corner")))
CHUNK = 25  # drawings at a time
DOODLES = 100  # of each kind
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYabdefhkmnprtuvwxy"  # those that look like no digit
LETTER_FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono")
LETTER_SIZES = (120, 180, 240)  # of the font, pixels
ROWS = 300
OURS = "to_mnist"


METHODS: dict[str, Callable[[Bytes], Floats]] = {
    "shrink": lambda canvas: preprocess.steps(canvas, skip=preprocess.STEPS)["seen"],
    "crop and centre": lambda canvas: preprocess.steps(canvas, skip=("upright", "stroke"))["seen"],
    OURS: preprocess.to_mnist,
}


@dataclass(frozen=True)
class Answers:
    """What a model said of every drawing in every condition: float32 (drawings, conditions, 10), rows summing to 1."""

    probabilities: Floats
    labels: npt.NDArray[np.int64]
    writers: npt.NDArray[np.int64]

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.probabilities.argmax(axis=2) == self.labels[:, None])

    @property
    def calibration_error(self) -> float:
        labels = np.repeat(self.labels, len(CONDITIONS))
        return calibration.expected_calibration_error(self.probabilities.reshape(-1, CLASSES), labels)


def canvases(one: pen.Drawing, corner: str) -> list[Bytes]:
    """A drawing in each of CONDITIONS, light on dark."""
    digits = {(brush, size): pen.ink(one.strokes, size * pen.CANVAS_SIDE, brush) for brush, size, _ in CONDITIONS}
    return [
        pen.on_canvas(digits[brush, size], corner if place == "corner" else place) for brush, size, place in CONDITIONS
    ]


Said = dict[tuple[str, str], Floats]  # by model and method: float32 (drawings, conditions, 10)


def read(part: list[tuple[pen.Drawing, str]], models: Sequence[str]) -> tuple[Said, Floats]:
    """What each of `models` says, and the log-odds of a digit: (drawings, conditions). In a process of its own."""
    classifiers = classifiers_of(models)
    pictures = [canvases(one, corner) for one, corner in part]
    for first in (few[0] for few in pictures):  # dark on light, which needs no figures of its own if all of it is equal
        if not np.array_equal(preprocess.to_mnist(first), preprocess.to_mnist(255 - first)):
            raise AssertionError("dark on light and light on dark are not read alike")
    said = {}
    for method, prepare in METHODS.items():
        pixels = np.stack([prepare(canvas).ravel() for few in pictures for canvas in few])
        for name, classifier in classifiers.items():
            said[name, method] = classifier.probabilities(pixels).reshape(len(part), len(CONDITIONS), CLASSES)
    return said, rejection.log_odds(pixels).reshape(len(part), len(CONDITIONS))


def answers(
    drawings: list[pen.Drawing], models: Sequence[str], seed: int
) -> tuple[dict[tuple[str, str], Answers], Floats]:
    """What each of `models` says by each method, and the log-odds, in as many processes as there are cores."""
    corners = np.random.default_rng(seed).choice(CORNERS, len(drawings)).tolist()
    tasks = list(zip(drawings, corners, strict=True))
    parts = [tasks[at : at + CHUNK] for at in range(0, len(tasks), CHUNK)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        said, odds = zip(*pool.map(read, parts, itertools.repeat(models)), strict=True)
    labels, writers = np.array([one.label for one in drawings]), np.array([one.writer for one in drawings])
    by_key = {key: Answers(np.concatenate([few[key] for few in said]), labels, writers) for key in said[0]}
    return by_key, np.concatenate(odds)


def report(name: str, by_method: dict[str, Answers]) -> None:
    """Print one model's tables."""
    print(f"\n{name:28}" + "".join(f"{method:>17}" for method in by_method))
    right = {method: given.right for method, given in by_method.items()}

    def row(title: str, share: Callable[[Answers, npt.NDArray[np.bool_]], float]) -> None:
        print(f"{title:28}" + "".join(f"{share(by_method[key], right[key]):17.1%}" for key in by_method))

    row("all conditions", lambda _, hits: hits.mean())
    row("calibration error", lambda given, _: given.calibration_error)
    row("worst condition", lambda _, hits: hits.mean(axis=0).min())
    for index, (brush, size, place) in enumerate(CONDITIONS):
        row(f"  brush {brush:2}, {size:.0%}, {place}", lambda _, hits, at=index: hits[:, at].mean())  # type: ignore[misc]
    for digit in range(CLASSES):
        row(f"  digit {digit}", lambda given, hits, digit=digit: hits[given.labels == digit].mean())  # type: ignore[misc]
    for writer in np.unique(by_method[OURS].writers):
        row(f"  writer {writer}", lambda given, hits, writer=writer: hits[given.writers == writer].mean())  # type: ignore[misc]


def report_refusals(labels: npt.NDArray[np.int64], refused: npt.NDArray[np.bool_]) -> None:
    """Print how many drawings are taken for no digit: `refused` is (drawings, conditions)."""

    def row(title: str, those: npt.NDArray[np.bool_]) -> None:
        worst = int(those.mean(axis=0).argmax())
        brush, size, place = CONDITIONS[worst]
        shares = f"{those.mean():.1%}, worst condition {those[:, worst].mean():.1%}"
        print(f"  {title:8} {shares} (brush {brush}, {size:.0%}, {place})")

    print("\ndrawings taken for no digit")
    row("all", refused)
    for digit in range(CLASSES):
        row(f"digit {digit}", refused[labels == digit])


def report_others(models: Sequence[str], seed: int) -> None:
    """Print how many letters and doodles are taken for no digit, and how surely models read the others."""
    print("\nno digits, and taken for none")
    groups = others(np.random.default_rng([seed, DOODLES]))  # none that the network of `rejection` has learned from
    classifiers = classifiers_of(models)
    for group, by_kind in groups.items():
        refused = {kind: rejection.log_odds(pixels) < rejection.LEAST_LOG_ODDS for kind, pixels in by_kind.items()}
        print(f"{group}: {np.concatenate(list(refused.values())).mean():.1%}")
        print("  " + ", ".join(f"{kind} {those.mean():.0%}" for kind, those in refused.items()))
        for name, classifier in classifiers.items():
            sure = [classifier.probabilities(pixels).max(axis=1) > 0.9 for pixels in by_kind.values()]
            taken = [each & ~those for each, those in zip(sure, refused.values(), strict=True)]
            shares = f"{np.concatenate(taken).mean():.1%}, and of {np.concatenate(sure).mean():.1%} without refusals"
            print(f"  {name} over 90 % sure of {shares}")


def others(rng: np.random.Generator) -> dict[str, dict[str, Floats]]:
    """What is no digit, by group and kind, as `to_mnist` makes it: float32 (n, 784) each."""

    def pixels(canvases: Iterable[Bytes]) -> Floats:
        return np.stack([preprocess.to_mnist(canvas).ravel() for canvas in canvases])

    letters = {
        font: pixels(scribbles.printed(font, letter, size) for letter in LETTERS for size in LETTER_SIZES)
        for font in LETTER_FONTS
    }
    learned = {kind: pixels(scribbles.draw(kind, rng) for _ in range(DOODLES)) for kind in scribbles.KINDS}
    new = {kind: pixels(doodles.draw(kind, rng) for _ in range(DOODLES)) for kind in doodles.KINDS}
    return {"letters": letters, "doodles of kinds learned from": learned, "doodles of other kinds": new}


def report_rows(drawings: list[pen.Drawing], models: Sequence[str], seed: int) -> None:
    """Print how many rows of two to four digits are parted and read right."""
    rng = np.random.default_rng(seed)
    chosen = [[drawings[index] for index in rng.integers(0, len(drawings), rng.integers(2, 5))] for _ in range(ROWS)]
    found = [segmentation.digits(pen.row(few, rng)) for few in chosen]
    parted = np.mean([len(digits) == len(few) for digits, few in zip(found, chosen, strict=True)])
    print(f"\n{ROWS} rows of two to four digits: {parted:.1%} parted right")
    pixels = [np.stack([preprocess.to_mnist(digit).ravel() for digit in digits]) for digits in found]
    wanted = [[one.label for one in few] for few in chosen]
    for name, classifier in classifiers_of(models).items():
        read = [classifier.logits(digits).argmax(axis=1).tolist() for digits in pixels]
        right = np.mean([row == labels for row, labels in zip(read, wanted, strict=True)])
        print(f"{name}: {right:.1%} read right, every digit of the row")


def classifiers_of(models: Sequence[str]) -> dict[str, Classifier]:
    """The models by name."""
    with muted_stderr():
        found = {name: store.find(name) for name in models}
        return {name: Classifier.from_file(run.model_path, run.status.temperature) for name, run in found.items()}


def writers_named(text: str) -> list[int]:
    """`"25-30"` or `"7"` as numbers."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=writers_named, default=writers_named("25-30"))
    parser.add_argument("--model", nargs="+", default=["cnn", "affine"])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="of the corners and the scribbles")
    arguments = parser.parse_args()
    if pen.PEN_VARIABLE not in os.environ:
        raise SystemExit(f"the pen drawings are needed: set {pen.PEN_VARIABLE} to pen_drawings.npz")
    drawings = pen.load(arguments.writers)[:: arguments.every]
    given, odds = answers(drawings, arguments.model, arguments.seed)
    print(f"{len(drawings):,} drawings x {len(CONDITIONS)} conditions, light on dark (dark on light: the same pixels)")
    for name in arguments.model:
        report(name, {method: given[name, method] for method in METHODS})
    report_rows(drawings, arguments.model, arguments.seed)
    report_refusals(np.array([one.label for one in drawings]), odds < rejection.LEAST_LOG_ODDS)
    report_others(arguments.model, arguments.seed)


if __name__ == "__main__":
    main()
