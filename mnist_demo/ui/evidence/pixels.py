"""Which pixels speak for a digit: weight x pixel, and what happens where the ink is hidden."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import CLASSES, SIDE, Bytes, Floats
from mnist_demo.inside import evidence, units
from mnist_demo.inside.evidence import PATCH
from mnist_demo.inside.network.exported import Opened
from mnist_demo.ui.common import projector
from mnist_demo.ui.evidence import numbers
from mnist_demo.ui.evidence.numbers import in_formula, signed
from mnist_demo.ui.help import glossary
from mnist_demo.words import surety

SQUARE = 7  # pixels of a picture for one of the image
WIDTH = 196  # pixels on the page
VOTES = 5  # hidden units on each side
ANY = "any other"


def show(opened: Opened, pixels: Floats) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]."""
    read = int(opened.classifier.logits(pixels.reshape(1, -1))[0].argmax())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digit = st.selectbox("Why a …", range(CLASSES), index=read, key=f"why_digit_{read}", width=140)
        others = [ANY, *(each for each in range(CLASSES) if each != digit)]
        other = st.selectbox("… and not …", others, key="why_other", width=220)
    if isinstance(other, int):
        found, what = evidence.of_difference(opened.network, pixels, digit, other), f"a {digit} and against a {other}"
    else:
        found, what = evidence.of_digit(opened.network, pixels, digit), f"a {digit}"
    _maps(opened, pixels, found, what)
    _sum(found, digit, other if isinstance(other, int) else None, is_affine=opened.network.is_affine)
    if not opened.network.is_affine:
        _votes(opened, pixels, digit, other if isinstance(other, int) else None)
    _occlusion(opened, pixels, digit)


def _maps(opened: Opened, pixels: Floats, found: evidence.Evidence, what: str) -> None:
    limits = maps.limit_of(found.weights), maps.limit_of(found.pixels)
    if opened.network.is_affine:
        st.markdown(
            f"Red ink speaks for {what}, blue ink against. The model multiplies each pixel by the weight at its place; "
            "where there is no ink, that is 0.",
            help=glossary.meanings("Pixel", "Parameter"),
        )
        weights = "Weights"
    else:
        st.markdown(
            f"Red ink speaks for {what}, blue ink against. This model has no one weight for a pixel; but near this "
            "image each pixel moves the score by so much a unit of ink, its slope.",
            help=glossary.meanings("Pixel"),
        )
        weights = "Slopes"
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
    st.caption(
        f"Added up: all red pixels {numbers.text(positive)}, all blue ones {numbers.text(negative)}, and "
        f"{numbers.text(found.bias)} that the model adds whatever the image is (the bias), give "
        f"{numbers.text(found.logit)}, but for the last decimal, which is rounded.",
        help=glossary.meanings("Bias", "Logits"),
    )


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


def _occlusion(opened: Opened, pixels: Floats, digit: int) -> None:
    hidden = evidence.occlusion(opened.classifier, pixels, digit)
    before = float(opened.classifier.probabilities(pixels.reshape(1, -1))[0, digit])
    fall = np.pad(before - hidden, (SIDE - len(hidden)) // 2)  # each at the middle of its patch
    limit = maps.limit_of(fall)
    st.subheader("What if a part were hidden?")
    row, column = (int(at) for at in np.unravel_index(hidden.argmin(), hidden.shape))
    with st.container(horizontal=True, gap="medium"):
        picture(maps.ink(pixels, SQUARE), "The digit")
        picture(maps.signed(fall, limit, SQUARE), f"Red: with the ink here hidden, the {digit} is less probable")
        covered = pixels.copy()
        covered[row : row + PATCH, column : column + PATCH] = evidence.NO_INK
        picture(maps.ink(covered, SQUARE), "Where hiding does most")
    st.markdown(
        f"A patch of {PATCH} × {PATCH} pixels without ink slides over the image (an occlusion map). A {digit} is "
        f"{surety(before)} probable, and **{surety(float(hidden.min()))}** where the ink in rows {row} to "
        f"{row + PATCH - 1}, columns {column} to {column + PATCH - 1} is hidden.",
        help=glossary.meanings("Occlusion map"),
    )


def picture(pixels: Bytes, title: str, width: int = WIDTH) -> None:
    """A picture as wide as its caption; larger on a projector."""
    width = width * 3 // 2 if projector.is_on() else width
    with st.container(width=width):
        st.image(pixels, caption=title, alt=title, width=width)
