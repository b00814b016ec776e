"""A walk through the layers, from image to answer: every layer's numbers as pictures, and how each came about."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import Floats
from mnist_demo.drawing import pictures
from mnist_demo.inside import units
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.layers import Layer
from mnist_demo.ui.common import projector
from mnist_demo.ui.common.components import is_number
from mnist_demo.ui.data.thumbnails import thumbnails
from mnist_demo.ui.evidence import arithmetic, cells, choice
from mnist_demo.ui.help import glossary

LONG_ROW, SHORT_ROW = 64, 16  # numbers in a row of the picture of a layer that has no rows of its own
FEW = 256  # of these fit into short rows
SHEET_COLUMNS = 8
FILTER_WIDTH = 44  # pixels

KINDS = {
    "conv": "Each picture shows where one filter fits: a filter of {rows} × {columns} weights slides over what came "
    "before. Red: it fits there. Blue: the opposite is there.",
    "pool": "Of each {rows} × {columns} numbers only the greatest stays, so the pictures get smaller.",
    "relu": "What is below 0 becomes 0: only what fits is passed on.",
    "reshape": "The same numbers in another order: nothing is computed.",
    "dense": "Each number is a weighted sum of all the numbers before it.",
    "other": "Each number becomes another by itself.",
}


def show(opened: Opened, pixels: Floats) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]."""
    st.fragment(_show)(opened, pixels)


def _show(opened: Opened, pixels: Floats) -> None:
    """In a fragment: a click runs nothing else of the page."""
    outputs = opened.network.outputs(pixels.reshape(1, -1))
    first = next(layer.name for layer in opened.network.layers if layer.has_weights)
    name = choice.one_of(
        "From the image to the answer",
        choice.LAYER,
        list(outputs),
        lambda each: _title(opened.network.layer(each)),
        ("Activation", "Convolution", "Pooling", "Dense layer", "Logits"),
        preset=first,
        without=choice.UNIT,
    )
    layer, values = opened.network.layer(name), outputs[name][0]
    with projector.operator_only("why_kind"):
        kind = layer.activation if layer.kind == "activation" else layer.kind
        st.markdown(KINDS.get(kind, KINDS["other"]).format(rows=layer.window[0], columns=layer.window[1]))
    strongest = tuple(int(at) for at in np.unravel_index(values.argmax(), values.shape))
    position = choice.asked_place(choice.UNIT, values.shape) or strongest
    is_large = projector.is_on()
    left, right = st.columns([1, 4] if is_large else 2, gap="medium" if is_large else "large")
    with left:
        if values.ndim == 3:
            _pictures(layer, values, position)
        else:
            _rows(layer, values, position[0])
    with right, st.container(gap="xsmall" if is_large else "small"):
        arithmetic.show(opened.network, units.unit(opened.network, pixels, name, position))
        filters = units.first_filters(opened.network)
        if name == first and filters is not None:
            with projector.operator_only("why_filters"):
                _filters(filters)


def _title(layer: Layer) -> str:
    """The name of a layer, and how many numbers it has where there is room for that."""
    return layer.name if projector.is_on() else f"{layer.name} ({' × '.join(map(str, layer.shape))})"


def _pictures(layer: Layer, values: Floats, position: tuple[int, ...]) -> None:
    """The numbers of a layer (rows, columns, pictures); a click in a picture, or on one, chooses another."""
    row, column, channel = position
    limit, count = maps.limit_of(values), values.shape[2]

    def choose_cell() -> None:
        cell = cells.chosen("why_cells", *values.shape[:2]) or (row, column)
        choice.put_place(choice.UNIT, (*cell, channel))

    def choose_channel() -> None:
        chosen = st.session_state["why_channels"].chosen
        if is_number(chosen) and 0 <= chosen < count:
            choice.put_place(choice.UNIT, (row, column, chosen))

    with projector.operator_only("why_picture"):
        st.caption(
            f"Picture {channel} of {layer.name}, counted from 0: blue −{limit:.2g}, white 0, red {limit:.2g}. Choose "
            "any number in it, by a click or with the arrow keys."
        )
    with st.container(key="why_pictures"):
        label = f"Picture {channel} of {layer.name}: row {row}, column {column} is chosen"
        cells.cells(values[:, :, channel], limit, (row, column), label, key="why_cells", on_chosen=choose_cell)
        if count == 1:
            return
        with projector.operator_only("why_all"):
            st.caption(f"All {count} pictures of this layer:")
        sheet = maps.signed(maps.side_by_side(np.moveaxis(values, 2, 0), SHEET_COLUMNS), limit)
        names = [str(each) for each in range(count)]
        thumbnails(
            pictures.data_address(pictures.colored_png(sheet)),
            names,
            [f"Picture {each}, at most {values[:, :, each].max():.2f}" for each in range(count)],
            columns=SHEET_COLUMNS,
            selected=channel,
            key="why_channels",
            on_chosen=choose_channel,
        )


def _rows(layer: Layer, values: Floats, unit: int) -> None:
    """The numbers of a layer that has no rows of its own; a click chooses another."""
    limit = maps.limit_of(values)
    columns = min(len(values), SHORT_ROW if len(values) <= FEW else LONG_ROW)
    rows = -(-len(values) // columns)

    def choose() -> None:
        found = cells.chosen("why_cells", rows, columns)
        if found and found[0] * columns + found[1] < len(values):
            choice.put_place(choice.UNIT, (found[0] * columns + found[1],))

    with projector.operator_only("why_row"):
        st.caption(
            f"The {len(values):,} numbers of {layer.name}, {columns} in a row, counted from 0: blue −{limit:.2g}, "
            f"white 0, red {limit:.2g}. Choose any, by a click or with the arrow keys."
        )
    padded = np.zeros(rows * columns, np.float32)
    padded[: len(values)] = values
    label = f"{layer.name}: number {unit} is chosen"
    cells.cells(padded.reshape(rows, columns), limit, divmod(unit, columns), label, key="why_cells", on_chosen=choose)


def _filters(filters: Floats) -> None:
    """What the first layer looks for, (filters, rows, columns)."""
    limit = maps.limit_of(filters)
    st.caption(
        f"The filters that make them, from −{limit:.2g} (blue) to {limit:.2g} (red): each looks for ink in its red "
        "parts and for paper in its blue ones.",
        help=glossary.meanings("Convolution"),
    )
    with st.container(horizontal=True, gap="small"):
        for number, picture in enumerate(maps.signed(filters, limit, 8)):
            with st.container(width=FILTER_WIDTH):
                st.image(picture, caption=str(number), width=FILTER_WIDTH, alt=f"Filter {number}")
