"""Turning a model and an image into the card that shows what the model says."""

import base64
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from mnist_demo import drawing, rejection, runs
from mnist_demo.data import CLASSES, Floats
from mnist_demo.errors import UserError
from mnist_demo.inference import NOT_SURE_BELOW
from mnist_demo.recipes import PARAMETERS
from mnist_demo.runs import Run
from mnist_demo.ui import services
from mnist_demo.ui.components import Answer

TITLES = {"affine": "Affine model", "cnn": "CNN"}


def answer(run: Run, pixels: Floats | None) -> Answer:
    """What `run`'s model says of `pixels`, float32 (28, 28) in [0, 1]; an empty card for None."""
    name = title(run)
    if pixels is None:
        return Answer(name, _note(run), "", "Draw a digit from 0 to 9.", [0.0] * CLASSES)
    try:
        probabilities = services.classifier(run).probabilities(pixels.reshape(1, -1))[0]
    except UserError as error:
        return Answer(name, "", "", str(error), [0.0] * CLASSES)
    digit, surety = int(probabilities.argmax()), float(probabilities.max())
    if surety < NOT_SURE_BELOW:
        return Answer(name, _note(run), "Not sure", f"perhaps {digit}", probabilities.tolist())
    return Answer(name, _note(run), str(digit), f"{_percent(surety)} sure", probabilities.tolist())


def as_it_is(run: Run) -> Run:
    """The run as its directory says now, where it still trained when it was read."""
    if not run.is_active:
        return run
    try:
        return runs.load(run.directory)
    except UserError:  # deleted in the meantime
        return run


def hidden(run: Run) -> Answer:
    """A card that does not say what the model says."""
    return Answer(title(run), _note(run), "?", "What do you say?", [0.0] * CLASSES)


def answer_drawing(run: Run, pixels: Floats | None) -> Answer:
    """As `answer`, of what a visitor drew: where that is no digit, the card says so and shows no bars."""
    if pixels is None or rejection.is_digit(pixels):
        return answer(run, pixels)
    return Answer(title(run), _note(run), rejection.NO_DIGIT, "", [0.0] * CLASSES)


def in_words(run: Run, pixels: Floats) -> str:
    """What `run`'s model says of `pixels`, float32 (28, 28) in [0, 1], in a few words."""
    said = answer(run, pixels)
    return f"{said.headline}: {said.remark}" if said.headline else said.remark


def number(run: Run, digits: Sequence[Floats]) -> str:
    """The number that `run`'s model reads from digits side by side, each float32 (28, 28); "?" for what is no digit."""
    try:
        read = services.classifier(run).logits(np.stack([pixels.ravel() for pixels in digits])).argmax(axis=1)
    except UserError as error:
        return str(error)
    return "".join(
        str(digit) if rejection.is_digit(pixels) else "?" for digit, pixels in zip(read, digits, strict=True)
    )


def title(run: Run) -> str:
    """How a run is called on the pages: the shipped models by their kind, others with their id's beginning and end."""
    kind = TITLES.get(run.recipe.model, run.recipe.model)
    return kind if run.directory.parent == runs.SHIPPED else f"{kind} · {run.recipe.name} · {run.id[-4:]}"


def titles(by_id: Mapping[str, Run]) -> Callable[[str], str]:
    """What a choice of runs shows for an id; the id itself for a run that was deleted in the meantime."""
    return lambda name: title(by_id[name]) if name in by_id else name


def data_address(png: bytes) -> str:
    """A PNG as an address that a page can show without asking the server again."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def picture(pixels: Floats) -> str:
    """28 x 28 pixels in [0, 1] as a data address, dark ink on white."""
    return data_address(drawing.to_png(pixels))


def model_choice(key: str, on_change: Callable[[], None] | None = None) -> list[Run]:
    """A choice of models, the shipped ones first and chosen; returns the chosen runs."""
    usable = {run.id: run for run in (services.shipped(name) for name in runs.shipped_names())}
    preset = list(usable)
    usable |= {run.id: run for run in runs.list_runs()[0] if run.model_path.is_file()}
    chosen = st.multiselect(
        "Models that answer",
        list(usable),
        default=preset,
        format_func=titles(usable),
        placeholder="Choose a model",
        help="The two shipped models, and every model that was trained on the Train page.",
        key=key,
        persist_state="session",
        on_change=on_change,
    )
    return [usable[name] for name in chosen if name in usable]


def _note(run: Run) -> str:
    parameters = f"{PARAMETERS[run.recipe.model]:,} parameters" if run.recipe.model in PARAMETERS else ""
    accuracy = f"{run.evaluations[-1].test_accuracy:.1%} right on test images" if run.evaluations else ""
    return "\n".join(filter(None, (parameters, accuracy)))


def _percent(probability: float) -> str:
    # Never "100 %": a softmax does not reach it, and a class would take it for certainty.
    return "> 99.9 %" if probability > 0.9995 else f"{100 * probability:.1f} %"
