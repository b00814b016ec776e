"""How one number of a layer came about: what it looks at, the weights, the products and their sum, to be checked."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.inside.network.network import Network
from mnist_demo.inside.units import Unit
from mnist_demo.ui.common import projector
from mnist_demo.ui.evidence import numbers
from mnist_demo.ui.evidence.numbers import in_formula, signed
from mnist_demo.ui.help import glossary

EACH_SIDE, EACH_SIDE_LARGE = 6, 3  # inputs that say most for and against, of a sum of many; in the projector view
SUMS_IN_A_ROW = 8


def show(network: Network, unit: Unit) -> None:
    """The arithmetic of one unit of `network`."""
    place = ", ".join(map(str, unit.position))
    names = "row, column, picture" if len(unit.position) == 3 else "number"
    st.markdown(f"**{unit.layer.name} at ({place})** ({names}, counted from 0) = **{numbers.text(unit.value)}**")
    if unit.corner is not None and unit.layer.window != (1, 1):
        row, column = unit.corner
        before = "the image" if _is_first(network, unit) else "the layer before"
        outside = "; what lies outside counts as 0" if unit.layer.kind == "conv" else ""
        with projector.operator_only("why_looks_at"):
            st.caption(
                f"It looks at rows {numbers.text(row, 0)} to {row + unit.layer.window[0] - 1} and columns "
                f"{numbers.text(column, 0)} to {column + unit.layer.window[1] - 1} of {before}{outside}."
            )
    if unit.products is None:
        _without_weights(unit)
    elif unit.products.ndim == 3:
        _convolution(unit)
    else:
        _dense(unit)


def _is_first(network: Network, unit: Unit) -> bool:
    return next(layer for layer in network.layers if layer.has_weights).name == unit.layer.name


def _convolution(unit: Unit) -> None:
    """The patch, the filter and the products of one picture before it; of many, the one that adds most."""
    assert unit.products is not None and unit.kernel is not None
    sums = unit.products.sum(axis=(0, 1), dtype=np.float64)
    channel = int(np.abs(sums).argmax())
    if len(sums) > 1:
        with projector.operator_only("why_most"):
            st.caption(f"Of the {len(sums)} pictures before it, picture {channel} adds most, {signed(sums[channel])}:")
    limits = [maps.limit_of(values) for values in (unit.inputs, unit.kernel, unit.products)]
    with st.container(horizontal=True, gap="small"):
        for values, title, limit in zip(
            (unit.inputs, unit.kernel, unit.products), ("Patch", "× filter", "= products"), limits, strict=True
        ):
            with st.container(width="content"):
                numbers.grid(values[:, :, channel], title, 3, limit)
    if len(sums) > 1:
        padded = np.zeros(-(-len(sums) // SUMS_IN_A_ROW) * SUMS_IN_A_ROW, np.float32)
        padded[: len(sums)] = sums
        title = f"What each of the {len(sums)} pictures adds, counted from 0 by rows"
        numbers.grid(padded.reshape(-1, SUMS_IN_A_ROW), title, 3, maps.limit_of(padded))
    _sum(unit, float(sums.sum()))


def _dense(unit: Unit) -> None:
    """The inputs that say most for it and against it, and all others together."""
    assert unit.products is not None and unit.kernel is not None
    order = np.argsort(-unit.products)
    count = EACH_SIDE_LARGE if projector.is_on() else EACH_SIDE
    shown = [index for index in order[:count] if unit.products[index] > 0]
    shown += [index for index in order[-count:] if unit.products[index] < 0]
    rows = [
        [str(index), numbers.text(unit.inputs[index]), numbers.text(unit.kernel[index]), signed(unit.products[index])]
        for index in shown
    ]
    total = float(unit.products.sum(dtype=np.float64))
    rest = total - float(unit.products[shown].sum(dtype=np.float64))
    rows.append([f"the other {len(order) - len(shown):,}", "", "", signed(rest)])
    with projector.operator_only("why_most"):
        st.caption("What says most for it, and most against, of the numbers before it:")
    numbers.table(["Number", "Its value", "× weight", "= product"], rows)
    _sum(unit, total)


def _sum(unit: Unit, products: float) -> None:
    shown = rf"\underbrace{{{in_formula(numbers.text(products))}}}_{{\text{{products}}}}"
    bias = rf"\underbrace{{{in_formula(signed(unit.bias))}}}_{{\text{{bias}}}}"
    st.latex(f"{shown} {bias} = {in_formula(numbers.text(unit.total))}")
    with projector.operator_only("why_added"):
        st.caption(
            f"The sum of all products is {numbers.text(products)}; with the bias, {numbers.text(unit.bias)}, it is "
            f"{numbers.text(unit.total)}.",
            help=glossary.meanings("Bias"),
        )
    if unit.layer.activation != "linear":
        _activation(unit.layer.activation, unit.total, unit.value)


def _without_weights(unit: Unit) -> None:
    match unit.layer.kind:
        case "pool":
            numbers.grid(unit.inputs, "The numbers it looks at", 3, maps.limit_of(np.nan_to_num(unit.inputs, neginf=0)))
            inside = ", ".join(
                in_formula(numbers.text(value)) for value in unit.inputs.ravel().tolist() if np.isfinite(value)
            )
            st.latex(rf"\max({inside}) = {in_formula(numbers.text(unit.value))}")
        case "activation":
            _activation(unit.layer.activation, unit.total, unit.value)
        case _:
            st.caption(f"It is the number {numbers.text(unit.value)} of the layer before, in another place.")


def _activation(name: str, total: float, value: float) -> None:
    inside, result = in_formula(numbers.text(total)), in_formula(numbers.text(value))
    formulas = {"relu": rf"\max(0,\; {inside})", "tanh": rf"\tanh({inside})", "sigmoid": rf"\sigma({inside})"}
    st.latex(f"{formulas.get(name, inside)} = {result}")
