"""Which pixels speak for a digit: weight x pixel, and what happens where the ink is hidden."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import CLASSES, SIDE, Bytes, Floats
from mnist_demo.inside import evidence, units
from mnist_demo.inside.evidence import PATCH
from mnist_demo.inside.network.exported import Opened
from mnist_demo.ui.common import projector
from mnist_demo.ui.evidence import choice, numbers
from mnist_demo.ui.evidence.numbers import in_formula, signed
from mnist_demo.ui.help import glossary
from mnist_demo.words import surety

SQUARE = 7  # pixels of a picture for one of the image
WIDTH = 196  # pixels on the page
LARGE = 392  # on a projector, where there is room for three
VOTES = 5  # hidden units on each side
ANY = "any other"


def show(opened: Opened, pixels: Floats) -> None:
    """Weight x pixel, and the hidden units' votes; `pixels` is float32 (28, 28) in [0, 1]."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digit = _digit(opened, pixels)
        others = [ANY, *(each for each in range(CLASSES) if each != digit)]
        other = choice.asked(choice.OTHER, others, ANY)
        st.selectbox("… and not …", others, width=220, **choice.to_address(choice.OTHER, other))
    if isinstance(other, int):
        found, what = evidence.of_difference(opened.network, pixels, digit, other), f"a {digit} and against a {other}"
    else:
        found, what = evidence.of_digit(opened.network, pixels, digit), f"a {digit}"
    rival, is_affine = other if isinstance(other, int) else None, opened.network.is_affine
    below, beside = st.columns([3, 2]) if projector.is_on() and not is_affine else [st.container(), st.container()]
    with below:
        _maps(opened, pixels, found, what)
        _sum(found, digit, rival, is_affine=is_affine)
    if not is_affine:
        with beside:
            _votes(opened, pixels, digit, rival)


def _digit(opened: Opened, pixels: Floats) -> int:
    """The digit that is asked about: at first what the model reads."""
    read = int(opened.classifier.logits(pixels.reshape(1, -1))[0].argmax())
    digit = choice.asked(choice.DIGIT, range(CLASSES), read)
    st.selectbox("Why a …", range(CLASSES), width=140, **choice.to_address(choice.DIGIT, digit))
    return digit


def _maps(opened: Opened, pixels: Floats, found: evidence.Evidence, what: str) -> None:
    limits = maps.limit_of(found.weights), maps.limit_of(found.pixels)
    with projector.operator_only("why_maps"):
        st.markdown(
            f"Red ink speaks for {what}, blue ink against. "
            + (
                "The model multiplies each pixel by the weight at its place; where there is no ink, that is 0."
                if opened.network.is_affine
                else "This model has no one weight for a pixel; but near this image each pixel moves the score by so "
                "much a unit of ink, its slope."
            ),
            help=glossary.meanings("Pixel", "Parameter"),
        )
    weights = "Weights" if opened.network.is_affine else "Slopes"
    with st.container(horizontal=True, gap="medium"):
        picture(maps.ink(pixels, SQUARE), "The digit")
        picture(
            maps.signed(found.weights, limits[0], SQUARE),
            f"{weights}, −{limits[0]:.2g} (blue) to {limits[0]:.2g} (red)",
        )
        name = f"{weights[:-1]} × pixel, −{limits[1]:.2g} to {limits[1]:.2g}"
        picture(maps.signed(found.pixels, limits[1], SQUARE), name)


def _sum(found: evidence.Evidence, digit: int, other: int | None, *, is_affine: bool) -> None:
    """Red, blue and the bias add up to the logit, but for the last decimal."""
    positive = float(found.pixels[found.pixels > 0].sum(dtype=np.float64))
    negative = float(found.pixels[found.pixels < 0].sum(dtype=np.float64))
    total = rf"l_{digit}" if other is None else rf"l_{digit} - l_{other}"
    bias = r"\text{bias}" if is_affine else r"\text{biases}"
    parts = [
        rf"\underbrace{{{in_formula(shown)}}}_{{{name}}}"
        for shown, name in (
            (numbers.text(positive), r"\text{red}"),
            (signed(negative), r"\text{blue}"),
            (signed(found.bias), bias),
        )
    ]
    st.latex(f"{' '.join(parts)} = {in_formula(numbers.text(found.logit))} = {total}")
    said = (
        f"Added up: all red pixels {numbers.text(positive)}, all blue ones {numbers.text(negative)}, and "
        f"{numbers.text(found.bias)} that the model adds whatever the image is (the bias), give "
        f"{numbers.text(found.logit)}, but for the last decimal, which is rounded."
    )
    with projector.operator_only("why_sum"):
        st.caption(said, help=glossary.meanings("Bias", "Logits"))


def _votes(opened: Opened, pixels: Floats, digit: int, other: int | None) -> None:
    sides = units.votes(opened.network, pixels, digit, VOTES, other)
    st.markdown(
        f"**The hidden units that speak most for it, and most against**, of {len(opened.network.last.kernel)} in the "
        "layer before the scores:",
        help=glossary.meanings("Activation"),
    )
    rows = [
        [str(vote.unit), numbers.text(vote.value), numbers.text(vote.weight), signed(vote.product)]
        for side in sides
        for vote in side
    ]
    numbers.table(["Unit", "Its number", "× weight", "= adds"], rows)


def show_hidden(opened: Opened, pixels: Floats) -> None:
    """Where hiding the ink makes a digit less probable; `pixels` is float32 (28, 28) in [0, 1]."""
    digit = _digit(opened, pixels)
    hidden = evidence.occlusion(opened.classifier, pixels, digit)
    before = float(opened.classifier.probabilities(pixels.reshape(1, -1))[0, digit])
    fall = np.pad(before - hidden, (SIDE - len(hidden)) // 2)  # each at the middle of its patch
    row, column = (int(at) for at in np.unravel_index(hidden.argmin(), hidden.shape))
    covered = pixels.copy()
    covered[row : row + PATCH, column : column + PATCH] = evidence.NO_INK
    shown = (
        (maps.ink(pixels, SQUARE), "The digit"),
        (
            maps.signed(fall, maps.limit_of(fall), SQUARE),
            f"Red: with the ink here hidden, the {digit} is less probable",
        ),
        (maps.ink(covered, SQUARE), "Where hiding does most"),
    )
    with st.container(horizontal=True, gap="medium"):
        for pixels_of_it, title in shown:
            picture(pixels_of_it, title, large=LARGE)
    st.markdown(
        f"A patch of {PATCH} × {PATCH} pixels without ink slides over the image (an occlusion map). A {digit} is "
        f"{surety(before)} probable, and **{surety(float(hidden.min()))}** where the ink in rows {row} to "
        f"{row + PATCH - 1}, columns {column} to {column + PATCH - 1} is hidden.",
        help=glossary.meanings("Occlusion map"),
    )


def picture(pixels: Bytes, title: str, width: int = WIDTH, large: int = 0) -> None:
    """A picture as wide as its caption; on a projector of `large` pixels, or half as wide again."""
    width = (large or width * 3 // 2) if projector.is_on() else width
    with st.container(width=width):
        st.image(pixels, caption=title, alt=title, width=width)
