"""What a visitor has drawn is kept for the session: each digit once, and not without end."""

import numpy as np
import pytest

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import preprocess
from mnist_demo.drawing.strokes import Stroke, paint
from mnist_demo.ui.draw import answering, drawn
from mnist_demo.ui.draw.state import Board

SEVEN = Stroke(20, ((90, 70), (230, 70), (150, 260)))
ONE = Stroke(20, ((160, 60), (160, 260)))
BLANK = paint([], 160)


def small(stroke: Stroke, dx: int) -> Stroke:
    return Stroke(10, tuple((x // 2 + dx, y // 2 + 60) for x, y in stroke.points))


def show(board: Board, picture: Bytes) -> None:
    """The pen has drawn this, and is up."""
    board.drawing.picture = picture
    answering.settle(board)


def test_a_drawing_is_kept_when_it_is_cleared_and_only_once() -> None:
    board = Board()
    for picture in (paint([SEVEN], 320), BLANK, paint([ONE], 320), BLANK, paint([SEVEN], 320), BLANK):
        show(board, picture)
    assert len(board.drawn) == 2
    np.testing.assert_array_equal(board.drawn[0].pixels, preprocess.to_mnist(paint([SEVEN], 320)))
    assert board.drawn[0].label is None


def test_what_is_drawn_over_is_no_drawing_of_its_own_until_it_is_looked_for() -> None:
    board = Board()
    show(board, paint([ONE], 320))
    show(board, paint([ONE, SEVEN], 320))
    assert board.drawn == []
    drawn.keep(board, board.drawing.picture)
    assert len(board.drawn) == 1


def test_digits_side_by_side_are_kept_one_by_one() -> None:
    board = Board()
    show(board, paint([small(ONE, -30), small(SEVEN, 140)], 320))
    show(board, BLANK)
    assert len(board.drawn) == 2


@pytest.mark.parametrize("picture", [None, BLANK])
def test_nothing_is_kept_of_a_blank_canvas(picture: Bytes | None) -> None:
    board = Board()
    drawn.keep(board, picture)
    assert board.drawn == []


def test_so_many_are_kept_and_no_more() -> None:
    board = Board()
    for lean in range(drawn.MOST + 5):
        drawn.keep(board, paint([Stroke(20, ((100, 60), (100 + lean, 260)))], 320))
    assert len(board.drawn) == drawn.MOST
