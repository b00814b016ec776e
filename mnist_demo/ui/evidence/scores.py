"""From ten scores to probabilities to the loss, with this digit's own numbers."""

import math

import streamlit as st

from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.inside import learning
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import answer_cards, projector
from mnist_demo.ui.evidence import choice, numbers
from mnist_demo.ui.help import glossary
from mnist_demo.words import surety

COLDEST, HOTTEST = 0.1, 5.0
NEAR_ONE = 0.0005  # and less from 1: three digits would say 1


def show(run: Run, opened: Opened, pixels: Floats, label: int) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]; the slider begins with the model's own temperature."""
    logits = opened.classifier.logits(pixels.reshape(1, -1))[0]
    left, *right = st.columns(3 if projector.is_on() else 2, gap="medium" if projector.is_on() else "large")
    with left:
        answer_cards.answers([cards.answer(run, pixels)], key="why_answer")
    with right[0]:
        found = _probabilities(opened.temperature, logits, label)
    with right[-1]:
        st.latex(_softmax(found, label))
        st.markdown(
            f"With the right answer **{label}**, the **loss** (cross-entropy) is small where its probability is high:",
            help=glossary.meanings("Loss", "Label"),
        )
        st.latex(rf"-\ln p_{label} = -\ln({_share(found)}) = {_power(f'{found.loss:.3g}')}")


def _probabilities(temperature: float, logits: Floats, label: int) -> learning.Softmax:
    own = round(min(max(temperature, COLDEST), HOTTEST), 2)
    chosen = choice.asked_number(choice.TEMPERATURE, COLDEST, HOTTEST, own)
    st.slider(
        "Temperature",
        COLDEST,
        HOTTEST,
        step=0.01,
        help=glossary.meanings("Temperature"),
        **choice.to_address(choice.TEMPERATURE, chosen),
    )
    found = learning.softmax_of(logits, label, temperature if chosen == own else chosen)
    read = int(logits.argmax())
    with projector.operator_only("why_scores"):
        st.markdown(
            f"The model gives each digit a score, its **logit**. The {read} has the highest, "
            f"{numbers.text(logits[read])}. All are divided by the temperature; this model’s own is {own:g}. Hot, and "
            "the answer hesitates; cold, and it is sure. The **softmax** makes probabilities of them. (The greatest is "
            "taken off first: that changes no probability, and keeps the numbers small.)",
            help=glossary.meanings("Logits", "Softmax"),
        )
    numbers.table(
        ["Digit", "Logit", "÷ temperature", "exp of it", "Probability"],
        [
            [
                str(digit),
                numbers.text(logits[digit]),
                numbers.text(found.scaled[digit]),
                numbers.text(found.exponentials[digit], 5),
                surety(found.probabilities[digit]),
            ]
            for digit in range(CLASSES)
        ],
        bold=read,
    )
    return found


def _softmax(found: learning.Softmax, digit: int) -> str:
    top = f"{found.exponentials[digit]:.3g}"
    return (
        rf"\begin{{aligned}} p_{digit} &= \frac{{\exp(l_{digit} / T - \max)}}{{\sum_j \exp(l_j / T - \max)}} \\"
        rf"&= \frac{{{_power(top)}}}{{{found.total:.6g}}} = {_share(found)} \end{{aligned}}"
    )


def _share(found: learning.Softmax) -> str:
    """The label's probability: 0.817, or 1 - 0.0003 where that says more. By the loss, which is exact near 1 too."""
    share, rest = math.exp(-found.loss), -math.expm1(-found.loss)
    return f"1 - {_power(f'{rest:.2g}')}" if 0 < rest < NEAR_ONE else _power(f"{share:.3g}")


def _power(shown: str) -> str:
    """1.2e-07 as LaTeX has it."""
    mantissa, separator, exponent = shown.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if separator else shown
