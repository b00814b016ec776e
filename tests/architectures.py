"""Networks that tests are made with: some that are chosen, and any number by a generator."""

import random

from mnist_demo.errors import UserError
from mnist_demo.models.architecture import (
    ACTIVATIONS,
    MOST_FILTERS,
    MOST_KERNEL_SIDE,
    MOST_LAYERS,
    MOST_UNITS,
    Architecture,
    Conv,
    Dense,
    Dropout,
    Layer,
    Pool,
)

# All kinds of layers and activations, in unusual orders.
FREE = (
    "dropout 0.2",
    "dense 9 sigmoid, dropout 0.5, dense 8 linear, dense 7 tanh",
    "pool 3, conv 3 2 sigmoid, conv 4 3 tanh, pool 2, dropout 0.1, conv 2 1 linear, pool 4",
)


def generated(seed: int, *, multiplications: int | None = None) -> Architecture:
    """A network of any kind that is allowed; the same `seed` gives the same. It multiplies that often at most."""
    rng = random.Random(seed)
    while True:
        kinds = [rng.choice((Conv, Pool, Dense, Dropout)) for _ in range(rng.randint(0, MOST_LAYERS))]
        try:
            found = Architecture(tuple(_layer(rng, kind) for kind in kinds))
        except UserError:
            continue
        if multiplications is None or found.multiplications <= multiplications:
            return found


def _layer(rng: random.Random, kind: type[Layer]) -> Layer:
    if kind is Conv:
        return Conv(_size(rng, MOST_FILTERS), _size(rng, MOST_KERNEL_SIDE), rng.choice(ACTIVATIONS))
    if kind is Pool:
        return Pool(rng.randint(2, 5))
    if kind is Dense:
        return Dense(_size(rng, MOST_UNITS), rng.choice(ACTIVATIONS))
    return Dropout(rng.randint(0, 999) / 1000)


def _size(rng: random.Random, most: int) -> int:
    """Small ones as often as large ones."""
    return round(float(most ** rng.random()))
