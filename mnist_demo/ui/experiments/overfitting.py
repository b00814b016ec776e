"""The sentence that says when a model knows its training images better than new ones."""

import math
from collections.abc import Sequence

import streamlit as st

from mnist_demo.data.experiments import SEEN_IMAGES
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.help import glossary
from mnist_demo.words import percent

GAP = 0.03  # at least
STANDARD_ERRORS = 3  # that a gap is wider than, else it may be chance
FEWEST_TEST_IMAGES = 500  # that a data set of the app has
BY_HEART = 0.99  # of the training images
MOST_SENTENCES = 3


def has_gap(run: Run) -> bool:
    """Whether training images are read so much better than test images that it is not by chance."""
    last = run.last_evaluation
    if last is None or not last.step or last.seen_accuracy is None or last.test_accuracy is None:
        return False
    both = (last.seen_accuracy + last.test_accuracy) / 2
    seen_images = min(SEEN_IMAGES, run.status.train_images or SEEN_IMAGES)
    error = math.sqrt(both * (1 - both) * (1 / seen_images + 1 / FEWEST_TEST_IMAGES))
    return last.seen_accuracy - last.test_accuracy >= max(GAP, STANDARD_ERRORS * error)


def sentence(shown: Sequence[Run]) -> str:
    """Of the runs on the charts those that have a gap, else the first that was evaluated; "" where none was."""
    measured = [run for run in shown if run.last_evaluation and run.last_evaluation.seen_accuracy is not None]
    apart = [run for run in measured if has_gap(run)]
    return " ".join(_of_one(run) for run in (apart[:MOST_SENTENCES] or measured[:1]))


def show(shown: Sequence[Run]) -> None:
    """The sentence, which has its place from the beginning: it comes while a run goes on."""
    with st.container(key="gap"):
        if said := sentence(shown):
            st.markdown(said, help=glossary.meanings("Overfitting"))


def _of_one(run: Run) -> str:
    last = run.last_evaluation
    assert last is not None
    seen, new = percent(last.seen_accuracy or 0, 0), percent(last.test_accuracy or 0, 0)
    title, noise = run_titles.title(run), run.recipe.label_noise
    if not has_gap(run) and noise:  # then few labels are read "right" by a model that has learned no wrong one
        return (
            f"{title} agrees with {seen} of its training labels, of which {100 * noise:.3g} % are wrong, "
            f"and reads {new} of new images right."
        )
    if not has_gap(run):
        return f"{title} reads {seen} of its training images, and {new} of new ones: no gap to speak of."
    if (last.seen_accuracy or 0) >= BY_HEART:
        wrong = ", wrong labels too" if noise else ""
        return f"**{title} knows its training images by heart{wrong}: {seen} there, {new} on new ones.**"
    return f"**{title} knows its training images better than new ones: {seen} there, {new} on new ones.**"
