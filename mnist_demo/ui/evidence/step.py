"""One step of learning on this one image: which weights move, and what the probabilities become."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import CLASSES, SIDE, Floats
from mnist_demo.inside import learning
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import softmax
from mnist_demo.ui.common import projector
from mnist_demo.ui.evidence import choice, numbers
from mnist_demo.ui.evidence.pixels import picture
from mnist_demo.ui.help import glossary
from mnist_demo.words import surety

RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
PRESET = 0.01
MOVED, MOVED_LARGE = 8, 4  # weights in the table; in the projector view
WIDTH = 112  # pixels


def show(opened: Opened, pixels: Floats, label: int) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]; nothing of the model is changed for anybody else."""
    left, right = st.columns(2, gap="large")
    with left:
        rate = choice.asked(choice.RATE, RATES, PRESET)
        st.select_slider(
            "Learning rate",
            RATES,
            format_func="{:g}".format,
            help=glossary.meanings("Learning rate", "Gradient descent"),
            **choice.to_address(choice.RATE, rate),
        )
        with projector.operator_only("why_suppose"):
            st.markdown(
                f"Suppose that the model were shown this image once, with the right answer **{label}**, and each "
                "weight were nudged a little downhill: plain gradient descent on this image alone. As in training, the "
                "temperature is 1.",
                help=glossary.meanings("Step", "Label", "Temperature"),
            )
            st.latex(r"w \leftarrow w - \eta \, \frac{\partial\, \mathrm{loss}}{\partial w}")
        step = learning.sgd_step(opened.network, pixels, label, rate)
        _say_loss(step)
        _probabilities(step, label)
    with right:
        _largest(step, opened)
    if opened.network.is_affine:
        with right if projector.is_on() else st.container():
            _pictures(step, opened)


def _say_loss(step: learning.Step) -> None:
    outcome = "falls" if step.loss_after < step.loss_before else "rises: the step was too large"
    if not np.isfinite(step.loss_after):
        st.warning("The step was so large that the scores are no numbers any more: choose a smaller learning rate.")
        st.stop()
    st.markdown(
        f"The loss on this image {outcome}, from {step.loss_before:.4g} to **{step.loss_after:.4g}**.",
        help=glossary.meanings("Loss"),
    )


def _probabilities(step: learning.Step, label: int) -> None:
    before, after = (softmax(logits) for logits in (step.logits_before, step.logits_after))
    rows = [[str(digit), surety(before[digit]), surety(after[digit])] for digit in range(CLASSES)]
    numbers.table(["Digit", "Before", "After"], rows, bold=label)


def _largest(step: learning.Step, opened: Opened) -> None:
    """The weights, of all layers, that move most."""
    shown = MOVED_LARGE if projector.is_on() else MOVED
    found = []
    for name, (kernel, _) in step.changes.items():
        flat = np.abs(kernel).ravel()
        for index in np.argpartition(flat, -min(shown, flat.size))[-shown:]:
            found.append((float(flat[index]), name, int(index)))
    rows = []
    for _, name, index in sorted(found, reverse=True)[:shown]:
        weights, change = opened.network.layer(name).kernel, float(step.changes[name][0].ravel()[index])
        before = float(weights.ravel()[index])
        place = ", ".join(str(at) for at in np.unravel_index(index, weights.shape))
        rows.append(
            [f"{name} ({place})", numbers.text(before, 5), numbers.signed(change, 5), numbers.text(before + change, 5)]
        )
    count = sum(kernel.size for kernel, _ in step.changes.values())
    moved = sum(int(np.count_nonzero(kernel)) for kernel, _ in step.changes.values())
    st.markdown(
        f"Of {count:,} weights {moved:,} move: not those whose pixel or unit was 0. The largest changes:",
        help=glossary.meanings("Parameter", "Logits"),
    )
    numbers.table(["Weight (its place)", "Before", "Change", "After"], rows)


def _pictures(step: learning.Step, opened: Opened) -> None:
    changes = step.changes[opened.network.last.name][0].T.reshape(CLASSES, SIDE, SIDE)
    limit = maps.limit_of(changes)
    said = (
        f"How each digit’s weights change, from −{limit:.2g} (blue) to +{limit:.2g} (red): the digit is added to the "
        "stencil of the right answer and taken off the others, most where the model was most wrong."
    )
    with projector.operator_only("why_changes"):
        st.markdown(said)
    with st.container(horizontal=True):
        for digit in range(CLASSES):
            picture(maps.signed(changes[digit], limit, 4), str(digit), WIDTH, large=WIDTH)
