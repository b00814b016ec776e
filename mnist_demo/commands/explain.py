"""`explain`: why a model reads a picture as it does."""

from pathlib import Path

import click
import numpy as np

from mnist_demo.commands.common.output import as_json_option, opened_of, to_json
from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.drawing import photo, pictures, preprocess, rejection
from mnist_demo.inside import evidence
from mnist_demo.models.inference import softmax
from mnist_demo.runs import store
from mnist_demo.words import surety

FAINT = 0.1  # of the strongest pixel's evidence: less is not printed


@click.command("explain")
@click.argument("model")
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--class", "digit", type=click.IntRange(0, CLASSES - 1), help="The digit to explain; else the one read.")
@as_json_option
def command(model: str, image: Path, digit: int | None, as_json: bool) -> None:
    """Say which pixels of IMAGE (PNG or JPEG) speak for a digit, and which against it, to MODEL.

    MODEL is affine, cnn, a run's id or its directory.
    """
    opened = opened_of(store.find(model))
    pixels = preprocess.to_mnist(photo.ink_of(pictures.read_picture(image)))
    logits = opened.classifier.logits(pixels.reshape(1, -1))[0]
    probabilities = softmax(logits / np.float32(opened.temperature))
    read = int(logits.argmax())
    digit = read if digit is None else digit
    found = evidence.of_digit(opened.network, pixels, digit)
    hidden = evidence.occlusion(opened.classifier, pixels, digit)
    if as_json:
        answer = {
            "digit": read,
            "logits": logits.tolist(),
            "probabilities": probabilities.tolist(),
            "evidence": found.pixels.tolist(),
            "bias": found.bias,
            "occlusion": hidden.tolist(),
        }
        click.echo(to_json(answer))
        return
    doubt = "" if rejection.is_digit(pixels) else f"{rejection.NO_DIGIT}; the nearest is "
    click.echo(f"{image}: {doubt}{read} ({surety(probabilities[read])})")
    click.echo(f"\nWhat speaks for a {digit} (+) and against it (-):\n\n{_as_text(found.pixels)}\n")
    ink = float(found.pixels.sum(dtype=np.float64))
    click.echo(f"In all {ink:+.2f}, and with the bias, {found.bias:+.2f}, a logit of {found.logit:+.2f}.")
    row, column = np.unravel_index(hidden.argmin(), hidden.shape)
    click.echo(
        f"A {digit} is {surety(probabilities[digit])} probable, and {surety(hidden.min())} where the ink in rows "
        f"{row} to {row + evidence.PATCH - 1}, columns {column} to {column + evidence.PATCH - 1} is hidden."
    )


def _as_text(pixels: Floats) -> str:
    """A map of evidence, float32 (28, 28), in letters."""
    limit = FAINT * float(np.abs(pixels).max())
    signs = np.where(np.abs(pixels) <= limit, " ", np.where(pixels > 0, "+", "-"))
    return "\n".join("".join(row).rstrip() for row in signs).strip("\n")
