"""The digits that a visitor has drawn in this session, to see which of them a model reads wrong."""

from contextlib import suppress

import numpy as np

from mnist_demo.data.images import Floats
from mnist_demo.drawing import preprocess
from mnist_demo.errors import UserError
from mnist_demo.ui.draw.state import Board, Drawn

MOST = 100  # that are kept for a visitor, 3 kB each


def keep(board: Board) -> None:
    """Keep the digits of the settled drawing, unless they are kept already: before it is cleared or replaced."""
    for pixels in _digits(board):
        if len(board.drawn) < MOST and not any(np.array_equal(each.pixels, pixels) for each in board.drawn):
            board.drawn.append(Drawn(pixels))


def _digits(board: Board) -> list[Floats]:
    settled = board.drawing.settled
    if settled is None:
        return []
    with suppress(UserError):  # a blank canvas
        return [preprocess.to_mnist(each) for each in (board.digits if len(board.digits) > 1 else [settled])]
    return []
