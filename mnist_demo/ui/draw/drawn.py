"""The digits that a visitor has drawn in this session, to see which of them a model reads wrong."""

from contextlib import suppress

import numpy as np

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import preprocess
from mnist_demo.errors import UserError
from mnist_demo.ui.draw import digit_row
from mnist_demo.ui.draw.state import Board, Drawn

MOST = 100  # that are kept for a visitor, 3 kB each


def keep(board: Board, picture: Bytes | None) -> None:
    """Keep the digits on a picture of the drawing, unless they are kept already: before it is cleared or replaced."""
    for pixels in _digits(picture):
        if len(board.drawn) < MOST and not any(np.array_equal(each.pixels, pixels) for each in board.drawn):
            board.drawn.append(Drawn(pixels))


def _digits(picture: Bytes | None) -> list[Floats]:
    if picture is None:
        return []
    found = digit_row.find(picture)
    with suppress(UserError):  # a blank canvas
        return [preprocess.to_mnist(each) for each in (found if len(found) > 1 else [picture])]
    return []
