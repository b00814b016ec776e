import numpy as np

from mnist_demo import maps


def test_zero_is_nearly_white_and_the_signs_have_their_colours_at_any_scale() -> None:
    values = np.array([[-2.0, 0.0, 2.0]], np.float32)
    blue, white, red = maps.signed(values, maps.limit_of(values))[0].astype(int)
    assert blue[2] > blue[0] + 50
    assert red[0] > red[2] + 50
    assert white.min() > 240
    assert maps.limit_of(np.zeros((2, 2), np.float32)) == 1


def test_each_number_is_a_square() -> None:
    picture = maps.ink(np.array([[0.0, 1.0]], np.float32), 3)
    assert picture.shape == (3, 6, 3)
    assert (picture[:, :3] == 255).all()
    assert (picture[:, 3:] == 0).all()


def test_pictures_side_by_side_keep_their_order_by_rows() -> None:
    sheet = maps.side_by_side(np.arange(3, dtype=np.float32)[:, None, None] * np.ones((3, 2, 2), np.float32), 2)
    np.testing.assert_array_equal(sheet[::2, ::2], [[0, 1], [2, 0]])
