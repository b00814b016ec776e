"""A walk through the layers, from image to answer: every layer's numbers as pictures, and how each came about."""

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import Floats
from mnist_demo.drawing import pictures
from mnist_demo.inside import units
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.layers import Layer
from mnist_demo.ui.data.thumbnails import thumbnails
from mnist_demo.ui.evidence import arithmetic, cells
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
    name = st.segmented_control(
        "From the image to the answer",
        list(outputs),
        default=first,
        required=True,
        wrap=True,
        format_func=lambda each: f"{each} ({' × '.join(map(str, opened.network.layer(each).shape))})",
        key=f"why_layer_{opened.digest[:8]}",
        help=glossary.meanings("Activation", "Convolution", "Pooling", "Dense layer", "Logits"),
    )
    layer = opened.network.layer(name)
    kind = layer.activation if layer.kind == "activation" else layer.kind
    st.markdown(KINDS.get(kind, KINDS["other"]).format(rows=layer.window[0], columns=layer.window[1]))
    values = outputs[name][0]
    left, right = st.columns([1, 1], gap="large")
    with left:
        position = _place_in_pictures(layer, values) if values.ndim == 3 else _place_in_row(layer, values)
    with right:
        arithmetic.show(opened.network, units.unit(opened.network, pixels, name, position))
        filters = units.first_filters(opened.network)
        if name == first and filters is not None:
            _filters(filters)


def _place_in_pictures(layer: Layer, values: Floats) -> tuple[int, ...]:
    """The row, column and channel that are chosen; at first the greatest number of all."""
    state, limit, count = st.session_state, maps.limit_of(values), values.shape[2]
    strongest = tuple(int(at) for at in np.unravel_index(values.argmax(), values.shape))
    channel_key, cell_key = f"why_channel_{layer.name}", f"why_cell_{layer.name}"
    channel = min(state.get(channel_key, strongest[2]), count - 1)
    row, column = np.minimum(state.get(cell_key, strongest[:2]), np.array(values.shape[:2]) - 1).tolist()

    def choose_cell() -> None:
        state[cell_key] = cells.chosen("why_cells", *values.shape[:2]) or (row, column)

    def choose_channel() -> None:
        position = state["why_channels"].chosen
        if isinstance(position, int) and 0 <= position < count:
            state[channel_key] = position

    st.caption(
        f"Picture {channel} of {layer.name}, counted from 0: blue −{limit:.2g}, white 0, red {limit:.2g}. Choose any "
        "number in it, by a click or with the arrow keys."
    )
    label = f"Picture {channel} of {layer.name}: row {row}, column {column} is chosen"
    cells.cells(values[:, :, channel], limit, (row, column), label, key="why_cells", on_chosen=choose_cell)
    if count > 1:
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
    return row, column, channel


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


def _place_in_row(layer: Layer, values: Floats) -> tuple[int, ...]:
    """The unit that is chosen; at first the one with the greatest number."""
    state, limit = st.session_state, maps.limit_of(values)
    columns = min(len(values), SHORT_ROW if len(values) <= FEW else LONG_ROW)
    rows = -(-len(values) // columns)
    key = f"why_unit_{layer.name}"
    unit = min(state.get(key, int(values.argmax())), len(values) - 1)

    def choose() -> None:
        found = cells.chosen("why_cells", rows, columns)
        if found and found[0] * columns + found[1] < len(values):
            state[key] = found[0] * columns + found[1]

    st.caption(
        f"The {len(values):,} numbers of {layer.name}, {columns} in a row, counted from 0: blue −{limit:.2g}, white 0, "
        f"red {limit:.2g}. Choose any, by a click or with the arrow keys."
    )
    padded = np.zeros(rows * columns, np.float32)
    padded[: len(values)] = values
    label = f"{layer.name}: number {unit} is chosen"
    place = divmod(unit, columns)
    cells.cells(padded.reshape(rows, columns), limit, place, label, key="why_cells", on_chosen=choose)
    return (unit,)
