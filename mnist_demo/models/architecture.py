"""A network as a value: a short text such as "conv 32 5, pool 2, dense 128", and what follows from it.

The layers stand in the order in which an image goes through them. A last dense layer, which gives the ten logits, is
there in any case, so that the empty text is the affine model. Everything here is counted without TensorFlow.
"""

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.errors import UserError

# What keeps a class safe: nobody waits for more, and no browser shows it.
MOST_LAYERS = 8
MOST_PARAMETERS = 3_000_000
MOST_MULTIPLICATIONS = 200_000_000  # a picture, forwards
MOST_FILTERS = 256
MOST_KERNEL_SIDE = 11
MOST_UNITS = 4_000
LONGEST_TEXT = 500  # characters

ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")  # the first is the one that a text need not name
FORMS = {
    "conv": "conv FILTERS SIDE [ACTIVATION], such as conv 32 5",
    "pool": "pool SIDE, such as pool 2",
    "dense": "dense UNITS [ACTIVATION], such as dense 128",
    "dropout": "dropout SHARE, such as dropout 0.5",
}

Shape = tuple[int, ...]  # (rows, columns, channels) of pictures, (n,) of numbers


@dataclass(frozen=True)
class Conv:
    """Filters of `side` × `side` weights that go over the picture pixel by pixel; around it are zeros."""

    filters: int
    side: int
    activation: str = ACTIVATIONS[0]

    def __post_init__(self) -> None:
        _check_size("number of filters", self.filters, 1, MOST_FILTERS)
        _check_size("side of a filter", self.side, 1, MOST_KERNEL_SIDE)
        _check_activation(self.activation)

    def __str__(self) -> str:
        return f"conv {self.filters} {self.side}{_in_text(self.activation)}"

    def behind(self, given: Shape) -> "Stage":
        """The layer where its inputs have the shape `given`; raises UserError where it cannot stand there."""
        rows, columns, channels = _picture(self, given)
        kernel = self.side**2 * channels * self.filters
        return Stage(self, (rows, columns, self.filters), kernel + self.filters, rows * columns * kernel)


@dataclass(frozen=True)
class Pool:
    """The greatest of each `side` × `side` pixels, without overlap; a rest at the edge is left out."""

    side: int

    def __post_init__(self) -> None:
        _check_size("side of a pooling", self.side, 2, SIDE)

    def __str__(self) -> str:
        return f"pool {self.side}"

    def behind(self, given: Shape) -> "Stage":
        """As Conv's."""
        rows, columns, channels = _picture(self, given)
        if min(rows, columns) < self.side:
            needed, left = f"{self.side} × {self.side} pixels", f"{rows} × {columns}"
            raise UserError(f"{self} needs at least {needed}, and only {left} are left")
        return Stage(self, (rows // self.side, columns // self.side, channels))


@dataclass(frozen=True)
class Dense:
    """Weighted sums of all numbers before it."""

    units: int
    activation: str = ACTIVATIONS[0]

    def __post_init__(self) -> None:
        _check_size("number of units", self.units, 1, MOST_UNITS)
        _check_activation(self.activation)

    def __str__(self) -> str:
        return f"dense {self.units}{_in_text(self.activation)}"

    def behind(self, given: Shape) -> "Stage":
        """As Conv's."""
        kernel = math.prod(given) * self.units
        return Stage(self, (self.units,), kernel + self.units, kernel)


@dataclass(frozen=True)
class Dropout:
    """In training, each number is left out with the probability `share`, [0, 1), in steps of a thousandth."""

    share: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", round(self.share, 3) + 0.0)  # -0 is 0
        if not 0 <= self.share < 1:
            raise UserError("the share of a dropout must be at least 0 and under 1")

    def __str__(self) -> str:
        return f"dropout {self.share:g}"

    def behind(self, given: Shape) -> "Stage":
        """As Conv's."""
        return Stage(self, given)


Layer = Conv | Pool | Dense | Dropout


@dataclass(frozen=True)
class Stage:
    """A layer at its place: the shape of its output, its trained parameters, its multiplications a picture."""

    layer: Layer
    shape: Shape
    parameters: int = 0
    multiplications: int = 0


@dataclass(frozen=True)
class Architecture:
    """Layers that fit each other and keep to the limits; raises UserError, naming the layer, where they do not."""

    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        _check_count(len(self.layers))
        if self.parameters > MOST_PARAMETERS:
            raise UserError(
                f"This network has {self.parameters:,} parameters, and at most {MOST_PARAMETERS:,} are allowed: take "
                "smaller layers, or pool before the first dense layer."
            )
        if self.multiplications > MOST_MULTIPLICATIONS:
            raise UserError(
                f"This network multiplies {self.multiplications:,} times for a picture, and at most "
                f"{MOST_MULTIPLICATIONS:,} are allowed: take fewer or smaller filters, or pool earlier."
            )

    def __str__(self) -> str:
        """The text that `parse` reads."""
        return ", ".join(map(str, self.layers))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Each layer at its place, and last the dense layer that gives the logits."""
        shape: Shape = (SIDE, SIDE, 1)
        stages = []
        for number, layer in enumerate((*self.layers, Dense(CLASSES, "linear")), start=1):
            try:
                stages.append(layer.behind(shape))
            except UserError as error:
                raise UserError(f"layer {number}: {error}.") from error
            shape = stages[-1].shape
        return tuple(stages)

    @property
    def parameters(self) -> int:
        """That are trained, in all layers."""
        return sum(stage.parameters for stage in self.stages)

    @property
    def multiplications(self) -> int:
        """A picture, forwards, in all layers."""
        return sum(stage.multiplications for stage in self.stages)

    @property
    def is_affine(self) -> bool:
        """Whether the logits are weighted sums of the pixels, so that each digit has one weight for each pixel."""
        return not any(stage.parameters for stage in self.stages[:-1]) and not self.has(Pool)

    def has(self, kind: type[Layer]) -> bool:
        """Whether a layer of that kind is in it."""
        return any(isinstance(layer, kind) for layer in self.layers)

    @property
    def bytes_per_image(self) -> int:
        """Of a batch, that training takes, about: the pixels three times, every output and its gradient in float32.

        The rest is what was measured: a batch of 10,000 takes 4.9 GB with the notebook's CNN.
        """
        floats = 3 * PIXELS
        for stage, following in zip(self.stages, (*self.stages[1:], None), strict=True):
            floats += 2 * math.prod(stage.shape)
            if isinstance(stage.layer, Conv):  # its activation, which is made behind a pooling where one follows
                is_pooled = following is not None and isinstance(following.layer, Pool)
                floats += 2 * math.prod(following.shape if following and is_pooled else stage.shape)
        return round(1.06 * 4 * floats)


@lru_cache(maxsize=1024)
def parse(text: str) -> Architecture:
    """The network that a text describes, whatever its case and spaces; `str` gives the text again.

    Raises UserError for a text that describes none, naming the layer. What it says quotes nothing but numbers, for
    anybody can write a link.
    """
    if len(text) > LONGEST_TEXT:
        raise UserError(f"A network's text has at most {LONGEST_TEXT} characters, and this one has {len(text):,}.")
    if not text.strip():
        return Architecture()
    parts = text.lower().split(",")
    _check_count(len(parts))
    layers = []
    for number, part in enumerate(parts, start=1):
        try:
            layers.append(_parse_layer(part.split()))
        except UserError as error:
            raise UserError(f"layer {number}: {error}.") from error
    return Architecture(tuple(layers))


def _parse_layer(words: list[str]) -> Layer:
    match words:
        case ["conv", filters, side, *activation] if len(activation) <= 1:
            return Conv(_whole(filters), _whole(side), *activation)
        case ["pool", side]:
            return Pool(_whole(side))
        case ["dense", units, *activation] if len(activation) <= 1:
            return Dense(_whole(units), *activation)
        case ["dropout", share]:
            return Dropout(_number(share))
        case []:
            raise UserError("there is none between two commas, or before the first or after the last")
        case [kind, *_] if kind in FORMS:
            raise UserError(f"write {FORMS[kind]}")
        case _:
            raise UserError(f"it is none of {', '.join(FORMS)}")


def _whole(word: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,12}", word):
        raise UserError("a size is a whole number, such as 32")
    return int(word)


def _number(word: str) -> float:
    if not re.fullmatch(r"-?[0-9]{0,12}(\.[0-9]{1,12})?", word) or word in ("", "-"):
        raise UserError("a share is a number such as 0.5")
    return float(word)


def _picture(layer: Layer, given: Shape) -> tuple[int, int, int]:
    if len(given) != 3:
        raise UserError(f"{layer} needs a picture, and behind a dense layer there is none: put it before")
    rows, columns, channels = given
    return rows, columns, channels


def _check_size(name: str, size: int, least: int, most: int) -> None:
    if not least <= size <= most:
        raise UserError(f"the {name} must be a whole number from {least} to {most:,}, and is {size:,}")


def _check_activation(name: str) -> None:
    if name not in ACTIVATIONS:
        raise UserError(f"the activation must be one of {', '.join(ACTIVATIONS)}")


def _check_count(layers: int) -> None:
    if layers > MOST_LAYERS:
        raise UserError(f"This network has {layers:,} layers, and at most {MOST_LAYERS} are allowed: leave some out.")


def _in_text(activation: str) -> str:
    return "" if activation == ACTIVATIONS[0] else f" {activation}"
