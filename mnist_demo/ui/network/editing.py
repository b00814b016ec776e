"""Changes of a network, layer by layer. Each raises UserError, naming the layer, for what would be no network."""

import dataclasses
from itertools import pairwise

from mnist_demo.errors import UserError
from mnist_demo.models.architecture import Architecture, Conv, Dense, Dropout, Layer, Pool

# What each kind is called, and the layer that is added: small ones, so that any class has the time to train them.
TITLES: dict[type[Layer], str] = {
    Conv: "Convolution",
    Pool: "Pooling",
    Dense: "Dense layer",
    Dropout: "Dropout",
}
FIRST: tuple[Layer, ...] = (Conv(16, 3), Pool(2), Dense(64), Dropout(0.25))


def changed(network: Architecture, place: int, **settings: float | str) -> Architecture:
    """With other settings of the layer in `place`, counted from 0; the same where there is none, or it has no such."""
    if not 0 <= place < len(network.layers):
        return network
    layer = network.layers[place]
    if not set(settings) <= {field.name for field in dataclasses.fields(layer)}:
        return network
    try:
        new = dataclasses.replace(layer, **settings)  # type: ignore[arg-type]
    except UserError as error:
        raise UserError(f"layer {place + 1}: {error}.") from error
    return Architecture((*network.layers[:place], new, *network.layers[place + 1 :]))


def removed(network: Architecture, place: int) -> Architecture:
    """Without the layer in `place`; the same where there is none."""
    return Architecture(tuple(layer for at, layer in enumerate(network.layers) if at != place))


def swapped(network: Architecture, place: int) -> Architecture:
    """With the layer in `place` behind the one that follows it; the same where none does."""
    layers = list(network.layers)
    if 0 <= place < len(layers) - 1:
        layers[place : place + 2] = reversed(layers[place : place + 2])
    return Architecture(tuple(layers))


def added(network: Architecture, layer: Layer) -> Architecture:
    """With one layer more, as far back as it fits: a convolution comes before the dense layers, for example."""
    problem = None
    for place in range(len(network.layers), -1, -1):
        try:
            return Architecture((*network.layers[:place], layer, *network.layers[place:]))
        except UserError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def moves(network: Architecture) -> list[str]:
    """For each two neighbours, how the button is called that swaps them."""
    names = [TITLES[type(layer)].lower() for layer in network.layers]
    return [f"Swap layers {at} and {at + 1}: {one}, {other}" for at, (one, other) in enumerate(pairwise(names), 1)]
