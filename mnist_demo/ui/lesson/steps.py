"""The seven steps, in the notebook's order. Each is made of the facts, and its figures of the code and the runs."""

import math
from functools import partial

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, Floats
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.inside import learning, units
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.layers import Layer
from mnist_demo.models import registry
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.evidence import choice, numbers, subject
from mnist_demo.ui.lesson import mistaken, pictures
from mnist_demo.ui.lesson.facts import INDEX, Facts, parameters, shipped_accuracy
from mnist_demo.ui.lesson.step import Link, Step
from mnist_demo.ui.train import weights
from mnist_demo.ui.train.recipe_form import settings_of
from mnist_demo.words import percent, surety

STROKE = 20  # pixels, the height of one that is moved
POSTCODE, FORM = 5, 10  # digits
TO_WATCH = 100_000  # steps of a run that takes long enough to be paused
FILTERS = 5  # of the CNN's first layer that are shown
MOST_ROWS = 9  # of the table of a run


def evidence(model: str, part: str, index: int = INDEX) -> dict[str, str]:
    """The query of the Why page that shows a part of why a model says what it says of a test image."""
    return {choice.MODEL: model, subject.SPLIT: "test", subject.INDEX: str(index), choice.PART: part}


def image(facts: Facts) -> Step:
    """An image is numbers."""
    return Step(
        "An image is numbers",
        f"Each square of this {facts.label} is a number: 0 is white paper, 255 is full ink, and a number between them "
        f"is the grey edge of a stroke. {SIDE} rows of {SIDE} such pixels are {PIXELS} numbers.\n\n"
        "Those within the blue frame are written out. A computer gets nothing else: no line, no corner, only numbers.",
        ("Pixel", "Test image"),
        partial(pictures.image_with_numbers, facts.pixels, facts.label),
        "Choose any image on the Data page, and open “Pixel values” below it. Can you find the digit in the numbers?",
        (Link("Look at the data", "data"),),
        f"An upright stroke is 1 pixel wide and {STROKE} pixels high. It moves by 1 pixel to the right. How many of "
        f"the {PIXELS} numbers change?",
        f"{2 * STROKE}: {STROKE} turn from ink to paper, and {STROKE} from paper to ink. For us it is the same stroke, "
        "for a computer these are other numbers. Step 6 will come back to that.",
    )


def function(facts: Facts) -> Step:
    """A model is a function."""
    drawn = subject.traced(facts.pixels.reshape(SIDE, SIDE))
    return Step(
        "A model is a function",
        "You know functions like $f(x) = 2x + 1$: a number goes in, a number comes out, and the 2 and the 1 decide "
        f"which. A **model** is a function too. In go the {PIXELS} numbers of an image, out come {CLASSES} scores, one "
        "for each digit. The highest wins.\n\n"
        f"Its “2” and “1” are called parameters: the affine model has {parameters('affine')} of them, the CNN "
        f"{parameters('cnn')}.",
        ("Model", "Parameter", "Logits", "Pixel", *(model.title for model in registry.MODELS.values())),
        partial(scores, facts),
        f"This {facts.label} lies on the canvas of the Draw page. Add a stroke, or rub one out: the answers follow.",
        (Link("Draw on it", "", drawn or {}),),
        f"You draw a house. The function still gives {CLASSES} scores. Why can it not say “that is a house”?",
        f"There is no score for houses: whatever goes in, one of {CLASSES} digits has the highest. So in this app "
        f"another small network looks at a drawing first, and where it finds no digit, the answer is “{NO_DIGIT}”.",
    )


def scores(facts: Facts) -> None:
    """What the models that come with the app make of the image."""
    given = facts.pixels.reshape(1, -1)
    runs = list(loaded.all_shipped().values())
    found = [loaded.classifier(run).logits(given)[0] for run in runs]
    with st.container(horizontal=True, gap="medium"):
        pictures.row([maps.ink(facts.pixels.reshape(SIDE, SIDE), 4)], [f"x, a handwritten {facts.label}"], 8)
        pictures.table(
            ["Digit", *(f"Score of the {run_titles.title(run)}" for run in runs)],
            [[str(digit), *(numbers.text(each[digit], 1) for each in found)] for digit in range(CLASSES)],
            bold=facts.label,
        )


def stencils(facts: Facts) -> Step:
    """Weights as pictures."""
    run, _ = facts.opened("affine")
    return Step(
        "Weights as pictures",
        "Ink of 0.5 on a weight of −2 takes 1 off the score, for 0.5 × (−2) = −1. The affine model does just that with "
        f"every pixel, and adds up. For each digit it has {PIXELS} weights and one number to begin with: "
        f"({PIXELS} + 1) × {CLASSES} = {parameters('affine')} parameters.\n\n"
        "The weights of a digit, put in the places of their pixels, are a picture: its stencil.",
        ("Parameter", "Pixel", "Affine model", "Test image"),
        partial(weights.show, run),
        f"See these weights laid over the {facts.label} of step 1, and check the sum. What speaks against it?",
        (Link("Weights × pixels", "evidence", evidence(run.id, "pixels")),),
        "Which colour do you expect in the middle of the 0’s stencil, and why?",
        "Blue: a 0 has no ink there, so ink in the middle speaks against a 0.",
    )


def loss(facts: Facts) -> Step:
    """Softmax and loss."""
    run, opened = facts.opened("affine")
    found = learning.softmax_of(opened.classifier.logits(facts.pixels.reshape(1, -1))[0], facts.label)
    probability = float(found.probabilities[facts.label])
    return Step(
        "From scores to a loss",
        "Scores of 2 and 0: which is how sure? The **softmax** makes probabilities of them. It takes $e$ to the power "
        "of each score, which is never negative, and divides by the sum of all. The table has what comes of the "
        f"affine model’s scores for the {facts.label}.\n\n"
        "The **loss** says how bad an answer is: $-\\ln p$, with the probability $p$ of the right digit. Here it is "
        f"−ln {probability:.3g} = {found.loss:.2g}. Had the {facts.label} got but 1 %, it would be "
        f"{-math.log(0.01):.1f}.",
        ("Softmax", "Loss", "Logits", "Affine model", "Temperature"),
        partial(softmax_table, found, facts.label),
        "Slide the temperature to 1, and you see the numbers of this page. Then make it hot: what becomes of the loss?",
        (Link("Turn up the temperature", "evidence", evidence(run.id, "scores")),),
        f"A model that knows nothing gives every digit {percent(1 / CLASSES, 0)}. What is its loss?",
        f"−ln {1 / CLASSES:g} = {math.log(CLASSES):.2f}, whatever the digit is. That is where training begins.",
    )


def softmax_table(found: learning.Softmax, label: int) -> None:
    """Score, its exponential and its probability, for each digit."""
    rows = [
        [str(digit), numbers.text(score, 1), _power(math.exp(score)), surety(found.probabilities[digit])]
        for digit, score in enumerate(found.scaled.tolist())
    ]
    pictures.table(["Digit", "Score", "e to its power", "Probability"], rows, bold=label)


def _power(value: float) -> str:
    return f"{value:,.2f}" if value < 1e5 else f"{value:.2g}"


def small_steps(facts: Facts) -> Step:
    """Learning by small steps."""
    run = facts.best.get("affine") or loaded.shipped("affine")
    if not run.evaluations:  # deleted in the meantime
        run = loaded.shipped("affine")
    recipe = registry.get_recipe("affine", "notebook", steps=TO_WATCH)
    return Step(
        "Learning by small steps",
        "If a weight is 0.30, and making it larger raises the loss twice as much, it should be made smaller: with a "
        "learning rate of 0.01 it becomes 0.30 − 0.01 × 2 = 0.28. All weights are nudged like that at once. This is "
        "**one step** of gradient descent.\n\n"
        f"Each step looks at {run.recipe.batch_size} training images, a batch. The table shows what "
        f"{run.last_step:,} steps made of a model that knew nothing.",
        (
            *("Step", "Gradient descent", "Learning rate", "Batch", "Loss", "Accuracy"),
            *("Parameter", "Training image", "Test image", "Affine model", "MNIST"),
        ),
        partial(progress_table, run),
        "Start the training, press “Pause”, then “Reset”. Now each “1 step” is yours: see the stencils of step 3 form.",
        (Link("Train it yourself", "train", settings_of(recipe)),),
        "What goes wrong with a learning rate that is a thousand times too small, or too large?",
        "Too small: the weights hardly move, and it takes for ever. Too large: each step leaps over the valley to a "
        "place that may be higher, so the loss does not fall, or even grows.",
    )


def progress_table(run: Run) -> None:
    """How a run became better: some of its evaluations, the first and the last among them."""
    evaluations = run.evaluations
    places = np.unique(np.geomspace(1, len(evaluations), min(MOST_ROWS, len(evaluations))).round().astype(int)) - 1
    shown = [evaluations[place] for place in places.tolist()]
    st.markdown(f"**{run_titles.title(run)}**, on test images ({run.status.trained_on})")
    rows = [
        [
            f"{each.step:,}",
            "–" if each.test_loss is None else f"{each.test_loss:.2f}",
            percent(each.test_accuracy or 0.0),
        ]
        for each in shown
    ]
    pictures.table(["Steps", "Loss", "Read right"], rows)


def poor(facts: Facts) -> Step:
    """Why 92 % is poor."""
    affine, cnn = shipped_accuracy("affine"), shipped_accuracy("cnn")
    surest = mistaken.surest(facts)
    halfway = mistaken.halfway(loaded.shipped("affine"))
    look = Link("Look into the first", "evidence", evidence("affine", "pixels", surest.indices[0] if surest else INDEX))
    return Step(
        f"Why {percent(affine, 0)} is poor",
        f"The affine model reads {percent(affine)} of MNIST’s test images right. But a postcode has {POSTCODE} digits, "
        f"and all {POSTCODE} come out right in {affine:.3f}{_superscript(POSTCODE)} = {percent(affine**POSTCODE, 0)} "
        "of the letters. The others go astray.\n\n"
        "More training hardly helps: " + halfway + " One stencil must serve all ways to write a digit, at one place. "
        "Shift or slant it, and it no longer fits (step 1). " + facts.of_the_class("affine"),
        ("Accuracy", "Test image", "Affine model", "CNN", "MNIST", "Step"),
        partial(mistaken.show, surest, facts),
        "Which strokes misled it? Then choose the CNN as the model there, and look again.",
        (look, Link("All mistakes", "mistakes", {"model": "affine"})),
        f"A form has {FORM} digits. Of 100 such forms, how many does each model read without a mistake, if mistakes "
        "fall by chance?",
        f"The affine model about {100 * affine**FORM:.0f}, for {affine:.3f}{_superscript(FORM)} = {affine**FORM:.2f}; "
        f"the CNN, which reads {percent(cnn)} right, about {100 * cnn**FORM:.0f}.",
    )


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def convolution(facts: Facts) -> Step:
    """What convolution adds."""
    run, opened = facts.opened("cnn")
    first = _first(opened)
    rows, columns, _, filters = first.kernel.shape
    count = first.kernel.size + first.bias.size
    wrong = [round(10_000 * (1 - shipped_accuracy(name))) for name in ("affine", "cnn")]
    return Step(
        "What convolution adds",
        f"The CNN slides small stencils, its **filters**, of {rows} × {columns} weights over the image, and notes at "
        "each place how well they fit. A stroke is found wherever it is: if the digit moves, what was found moves "
        "along. Later layers make corners, loops and at last digits of the strokes.\n\n"
        f"With {parameters('cnn')} parameters it reads {wrong[1]:,} of 10,000 test images wrong; the affine model "
        f"{wrong[0]:,}. " + facts.of_the_class("cnn"),
        ("Convolution", "CNN", "Parameter", "Affine model", "Test image", "Accuracy", "Activation", "Bias"),
        partial(filter_row, opened, facts.pixels),
        "Walk from the image to the answer. Choose any number of a layer: you see how it was computed.",
        (Link("Layer by layer", "evidence", evidence(run.id, "layers")),),
        f"The first layer has {filters} filters of {rows} × {columns} weights, and a bias for each. How many "
        "parameters are that, and why are so few enough?",
        f"{rows} × {columns} × {filters} + {filters} = {count:,}. The same filter serves at all {PIXELS} places of the "
        "image: an edge is an edge wherever it is.",
    )


def _first(opened: Opened) -> Layer:
    """The layer that looks at the pixels."""
    return next(layer for layer in opened.network.layers if layer.has_weights)


def filter_row(opened: Opened, pixels: Floats) -> None:
    """The filters that fit the image best, and where each one fits."""
    filters = units.first_filters(opened.network)
    if filters is None:
        return
    found = np.moveaxis(opened.network.outputs(pixels.reshape(1, -1))[_first(opened).name][0], -1, 0)
    strongest = np.argsort(np.maximum(found, 0).sum(axis=(1, 2)))[::-1][:FILTERS].tolist()
    looked_for = list(maps.signed(filters[strongest], maps.limit_of(filters), 8))
    places = list(maps.signed(found[strongest], maps.limit_of(found), 4))
    st.markdown("**Some filters**: red looks for ink, blue for paper.")
    pictures.row(looked_for, [f"Filter {number}" for number in strongest], 5)
    st.markdown("**Where they fit**: red it fits, blue the opposite is there.")
    pictures.row(places, [f"By filter {number}" for number in strongest], 5)


STEPS = (image, function, stencils, loss, small_steps, poor, convolution)
