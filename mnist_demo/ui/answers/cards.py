"""Turning a model and an image into the card that shows what the model says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_demo import words
from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.drawing import rejection
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.inference import NOT_SURE_BELOW
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common.run_titles import title

LONGEST_NETWORK = 30  # characters, that a card has room for


@dataclass(frozen=True)
class Answer:
    """What one model says: its name, a word on it, the headline ("7", "Not sure") and ten probabilities in [0, 1].

    `shares` are the texts beside the bars, where these are no probabilities.
    """

    name: str
    note: str
    headline: str
    remark: str
    probabilities: list[float]
    shares: list[str] | None = None


def answer(run: Run, pixels: Floats | None) -> Answer:
    """What `run`'s model says of `pixels`, float32 (28, 28) in [0, 1]; an empty card for None."""
    name = title(run)
    if pixels is None:
        return Answer(name, _note(run), "", "Draw a digit from 0 to 9.", [0.0] * CLASSES)
    try:
        probabilities = loaded.classifier(run).probabilities(pixels.reshape(1, -1))[0]
    except UserError as error:
        return Answer(name, "", "", str(error), [0.0] * CLASSES)
    digit, surety = int(probabilities.argmax()), float(probabilities.max())
    if surety < NOT_SURE_BELOW:
        return Answer(name, _note(run), "Not sure", f"perhaps {digit}", probabilities.tolist())
    return Answer(name, _note(run), str(digit), f"{words.surety(surety)} sure", probabilities.tolist())


def hidden(run: Run) -> Answer:
    """A card that does not say what the model says."""
    return Answer(title(run), _note(run), "?", "What do you say?", [0.0] * CLASSES)


def answer_drawing(runs: Sequence[Run], pixels: Floats | None) -> list[Answer]:
    """As `answer`, of each run, of what a visitor drew: where that is no digit, the cards say so and show no bars."""
    if pixels is None or rejection.is_digit(pixels):
        return [answer(run, pixels) for run in runs]
    return [Answer(title(run), _note(run), rejection.NO_DIGIT, "", [0.0] * CLASSES) for run in runs]


def in_words(run: Run, pixels: Floats) -> str:
    """What `run`'s model says of `pixels`, float32 (28, 28) in [0, 1], in a few words."""
    said = answer(run, pixels)
    return f"{said.headline}: {said.remark}" if said.headline else said.remark


def number(run: Run, digits: Sequence[Floats]) -> str:
    """The number that `run`'s model reads from digits side by side, each float32 (28, 28); "?" for what is no digit."""
    try:
        read = loaded.classifier(run).logits(np.stack([pixels.ravel() for pixels in digits])).argmax(axis=1)
    except UserError as error:
        return str(error)
    return "".join(
        str(digit) if rejection.is_digit(pixels) else "?" for digit, pixels in zip(read, digits, strict=True)
    )


def _note(run: Run) -> str:
    parameters = f"{registry.model_of(run.recipe).parameters:,} parameters"
    if run.recipe.network is not None and len(run.recipe.network) <= LONGEST_NETWORK:
        parameters = f"{run.recipe.network or 'no layer'} · {parameters}"
    if not run.evaluations:
        return parameters
    return f"{parameters}\n{words.percent(run.evaluations[-1].test_accuracy or 0)} right on test images"
