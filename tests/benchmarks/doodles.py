"""Drawings that are no digits, of kinds that `rejection` has not learned from: for the benchmark and the tests only."""

from collections.abc import Callable, Iterator

import numpy as np

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import scribbles
from mnist_demo.drawing.handwriting import Points


def draw(kind: str, rng: np.random.Generator) -> Bytes:
    """A doodle of `kind`, one of KINDS: uint8 (320, 320), 255 is ink."""
    tilt = rng.normal(0, 0.1)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    wobble = rng.normal(0, 0.015, 2)
    bent = [path @ turn + wobble * np.sin(7 * path[:, ::-1]) for path in KINDS[kind](rng)]
    return scribbles.ink(bent, rng)


def _circle(x: float, y: float, radius: float, start: float = 0, end: float = 2 * np.pi) -> Points:
    angle = np.linspace(start, end, 50)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _line(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float64)


def _lissajous(rng: np.random.Generator) -> Iterator[Points]:
    """A circle, which is a 0, and an upright figure of eight are left out."""
    across, down = ((3, 2), (2, 3), (3, 4), (4, 3), (1, 3), (3, 1), (5, 4), (2, 5))[rng.integers(8)]
    time = np.linspace(0, 2 * np.pi, 300)
    yield np.stack([np.sin(across * time + rng.uniform(0.3, 1.2)), np.sin(down * time)], axis=1)


def _polyline(rng: np.random.Generator) -> Iterator[Points]:
    yield rng.normal(size=(rng.integers(6, 11), 2))


def _star(rng: np.random.Generator) -> Iterator[Points]:
    order = np.arange(6) * 2 if rng.random() < 0.5 else np.arange(11)
    angle = order * (2 * np.pi / (5 if len(order) == 6 else 10)) - np.pi / 2
    radius = np.ones(len(order)) if len(order) == 6 else np.where(order % 2, rng.uniform(0.35, 0.55), 1)
    yield np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]


def _house(rng: np.random.Generator) -> Iterator[Points]:
    eaves, ridge = rng.uniform(0.3, 0.5), rng.uniform(-0.1, 0.1)
    yield _line((0, 1), (0, eaves), (0.5, ridge), (1, eaves), (1, 1), (0, 1))
    yield _line((0, eaves), (1, eaves))
    if rng.random() < 0.5:
        yield _line((0.4, 1), (0.4, 0.7), (0.6, 0.7), (0.6, 1))


def _heart(rng: np.random.Generator) -> Iterator[Points]:
    time = np.linspace(0, 2 * np.pi, 100)
    down = 13 * np.cos(time) - 5 * np.cos(2 * time) - 2 * np.cos(3 * time) - np.cos(4 * time)
    yield np.stack([16 * np.sin(time) ** 3, -down * rng.uniform(0.8, 1.2)], axis=1) / 32


def _spirograph(rng: np.random.Generator) -> Iterator[Points]:
    petals, time = int(rng.integers(3, 8)), np.linspace(0, 2 * np.pi, 400)
    arm = rng.uniform(0.3, 1)
    inner = np.stack([np.cos(petals * time), -np.sin(petals * time)], axis=1)
    yield np.stack([np.cos(time), np.sin(time)], axis=1) + arm * inner


def _hatching(rng: np.random.Generator) -> Iterator[Points]:
    angle, count = rng.uniform(0, np.pi), int(rng.integers(4, 9))
    for layer in range(rng.integers(1, 3)):
        along = np.array([np.cos(angle + layer * 1.4), np.sin(angle + layer * 1.4)])
        for at in np.linspace(-0.5, 0.5, count) + rng.normal(0, 0.02, count):
            yield at * along[::-1] * (-1, 1) + along * np.array([[-0.5], [0.5]]) * rng.uniform(0.8, 1.1)


def _face(rng: np.random.Generator) -> Iterator[Points]:
    yield _circle(0.5, 0.5, 0.5)
    yield _circle(0.33, 0.35, 0.03)
    yield _circle(0.67, 0.35, 0.03)
    yield _circle(0.5, 0.5, rng.uniform(0.2, 0.32), 0.4, np.pi - 0.4)


def _flower(rng: np.random.Generator) -> Iterator[Points]:
    petals, time = int(rng.integers(4, 8)), np.linspace(0, 2 * np.pi, 200)
    radius = 0.6 + 0.35 * np.cos(petals * time)
    yield np.stack([np.cos(time), np.sin(time)], axis=1) * radius[:, None]
    yield _circle(0, 0, 0.15)
    if rng.random() < 0.5:
        yield _line((0, 1), (0.1, 2))


def _grid(rng: np.random.Generator) -> Iterator[Points]:
    for at in (1 / 3, 2 / 3) if rng.random() < 0.5 else (0.2, 0.5, 0.8):
        yield _line((at, 0), (at, 1))
        yield _line((0, at), (1, at))


def _tree(rng: np.random.Generator) -> Iterator[Points]:
    yield _line((0.5, 0), (0.5, 1))
    for at in np.linspace(0.1, 0.7, int(rng.integers(2, 5))):
        yield _line((0.5 - 0.2 - at / 3, at + 0.2), (0.5, at), (0.5 + 0.2 + at / 3, at + 0.2))


def _person(rng: np.random.Generator) -> Iterator[Points]:
    yield _circle(0.5, 0.15, 0.13)
    yield _line((0.5, 0.28), (0.5, 0.65))
    arms = rng.uniform(0.25, 0.5)
    yield _line((0.2, arms), (0.5, 0.4), (0.8, arms))
    yield _line((0.25, 1), (0.5, 0.65), (0.75, 1))


def _fish(rng: np.random.Generator) -> Iterator[Points]:
    time = np.linspace(-0.75 * np.pi, 0.75 * np.pi, 80)
    body = np.stack([-np.cos(time), np.sin(time) * rng.uniform(0.4, 0.6)], axis=1)
    yield np.concatenate([body, [(1.3, body[0, 1]), (1.3, body[-1, 1]), body[0]]])
    yield _circle(-0.6, -0.1, 0.05)


def _cloud(rng: np.random.Generator) -> Iterator[Points]:
    time, bumps = np.linspace(0, 2 * np.pi, 300), int(rng.integers(5, 9))
    radius = 1 + 0.25 * np.abs(np.sin(bumps * time / 2 + rng.uniform(0, np.pi)))
    yield np.stack([np.cos(time), np.sin(time) * rng.uniform(0.5, 0.8)], axis=1) * radius[:, None]


def _cube(rng: np.random.Generator) -> Iterator[Points]:
    shift = rng.uniform(0.2, 0.4, 2) * (1, -1)
    square = _line((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    yield square
    yield square + shift
    for corner in square[:4]:
        yield np.stack([corner, corner + shift])


def _note(rng: np.random.Generator) -> Iterator[Points]:
    """Two quavers."""
    for x in (0.15, 0.85):
        yield from (_circle(x - 0.12, 1, radius) for radius in (0.04, 0.09, 0.13))
        yield _line((x, 1), (x, 0))
    yield _line((0.15, 0), (0.85, rng.uniform(-0.1, 0.1)))


def _cycles(rng: np.random.Generator) -> Iterator[Points]:
    """A hand going round and round, drifting."""
    time = np.linspace(0, 1, 400)
    angle = 2 * np.pi * rng.uniform(4, 9) * time
    drift = rng.normal(0, 0.6, (2, 3)) @ np.stack([np.sin(2 * np.pi * time), np.cos(3 * time), time])
    yield np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(0.3, 1, 2) + drift.T


KINDS: dict[str, Callable[[np.random.Generator], Iterator[Points]]] = {
    "lissajous": _lissajous,
    "polyline": _polyline,
    "star": _star,
    "house": _house,
    "heart": _heart,
    "spirograph": _spirograph,
    "hatching": _hatching,
    "face": _face,
    "flower": _flower,
    "grid": _grid,
    "tree": _tree,
    "person": _person,
    "fish": _fish,
    "cloud": _cloud,
    "cube": _cube,
    "quavers": _note,
    "round and round": _cycles,
}
