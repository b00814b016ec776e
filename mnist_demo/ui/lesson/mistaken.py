"""What the affine model that comes with the app reads wrong, and that longer training does not change that."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import SIDE
from mnist_demo.errors import UserError
from mnist_demo.inside import mistakes
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.lesson import pictures
from mnist_demo.ui.lesson.facts import Facts
from mnist_demo.ui.mistakes.judged import judged
from mnist_demo.words import percent

MODEL = "affine"
SHOWN = 10  # mistakes


@dataclass(frozen=True)
class Mistaken:
    """The mistakes that the model is surest of: `indices` of test images and what it reads; `count` are all."""

    indices: list[int]
    digits: list[int]
    count: int


def surest(facts: Facts) -> Mistaken | None:
    """Its surest mistakes on the test images; None where it makes none, or cannot be asked now."""
    try:
        said = judged(choice.opened(loaded.shipped(MODEL)), facts.dataset.test)
    except UserError:  # too many models are being judged
        return None
    order = mistakes.confident_mistakes(said.probabilities, said.labels)
    if len(order) == 0:
        return None
    shown = order[:SHOWN]
    return Mistaken(shown.tolist(), said.digits[shown].tolist(), len(order))


def show(found: Mistaken | None, facts: Facts) -> None:
    """The images with what they are and what the model reads."""
    test = facts.dataset.test
    if found is None:
        st.info("There are no mistakes of the affine model to show just now.")
        return
    st.markdown(f"**The surest of its {found.count:,} mistakes** in {len(test):,} test images ({facts.dataset.name})")
    images = [maps.ink(test.pixels(i, i + 1)[0].reshape(SIDE, SIDE), 4) for i in found.indices]
    captions = [f"{test.labels[i]}, read as {digit}" for i, digit in zip(found.indices, found.digits, strict=True)]
    pictures.row(images, captions, 5.5)


def halfway(run: Run) -> str:
    """How little the second half of a run's training added, as a sentence."""
    last = run.evaluations[-1]
    half = min(run.evaluations, key=lambda each: abs(each.step - last.step / 2))
    return (
        f"after {half.step:,} steps it was {percent(half.test_accuracy or 0)}, after {last.step:,} "
        f"{percent(last.test_accuracy or 0)}."
    )
