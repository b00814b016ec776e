"""`predict`: the digits on pictures."""

import sys
from pathlib import Path
from typing import Any

import click

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, classifier_of, to_json
from mnist_demo.drawing import photo, pictures, preprocess, rejection
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from mnist_demo.words import surety


@click.command("predict")
@click.argument("model")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json_option
def command(model: str, images: tuple[Path, ...], as_json: bool) -> None:
    """Read the digit on each of IMAGES (PNG or JPEG) with MODEL: affine, cnn, a run's id or its directory."""
    run = store.find(model)
    classifier = classifier_of(run)
    failures = 0
    with progress.bar(run.id, len(images), " pictures", leave=False) as bar:
        for path in images:
            answer = _predict(classifier, path)
            failures += "error" in answer
            is_complaint = "error" in answer and not as_json
            bar.write(to_json(answer) if as_json else _sentence(answer), sys.stderr if is_complaint else sys.stdout)
            bar.update()
    if failures:
        sys.exit(1)


def _predict(classifier: Classifier, path: Path) -> dict[str, Any]:
    try:
        pixels = preprocess.to_mnist(photo.ink_of(pictures.read_picture(path)))
    except UserError as error:
        return {"path": str(path), "error": str(error)}
    probabilities = classifier.probabilities(pixels.reshape(1, -1))[0]
    return {
        "path": str(path),
        "is_digit": rejection.is_digit(pixels),
        "digit": int(probabilities.argmax()),
        "probabilities": probabilities.tolist(),
    }


def _sentence(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['path']}: {answer['error']}"
    if not answer["is_digit"]:
        return f"{answer['path']}: {rejection.NO_DIGIT}"
    return f"{answer['path']}: {answer['digit']} ({surety(max(answer['probabilities']))})"
