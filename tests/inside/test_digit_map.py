import sys

import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import digit_map
from mnist_demo.inside.digit_map import DigitMap


@pytest.fixture(scope="module")
def vectors(test_split: Split) -> Floats:
    return test_split.pixels(0, 200)


@pytest.fixture(scope="module")
def by_tsne(vectors: Floats) -> DigitMap:
    return digit_map.by_tsne(digit_map.by_pca(vectors))


def test_pca_spreads_most_along_its_first_axis_and_places_its_own_images_where_they_are(vectors: Floats) -> None:
    found = digit_map.by_pca(vectors)
    assert found.points.shape == (200, 2)
    assert found.points[:, 0].var() > found.points[:, 1].var() > 0
    np.testing.assert_allclose(found.place(vectors[:5]), found.points[:5], atol=1e-4)


def test_tsne_puts_images_of_a_digit_together_better_than_pca(
    by_tsne: DigitMap, vectors: Floats, test_split: Split
) -> None:
    def share_beside_their_like(points: Floats) -> float:
        distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(len(points))
        return float((test_split.labels[:200][distances.argmin(axis=1)] == test_split.labels[:200]).mean())

    assert share_beside_their_like(by_tsne.points) > share_beside_their_like(digit_map.by_pca(vectors).points) + 0.1


def test_an_image_is_placed_among_those_like_it(by_tsne: DigitMap, vectors: Floats) -> None:
    width = np.ptp(by_tsne.points, axis=0).max()
    (own,) = by_tsne.place(vectors[3:4])
    assert np.linalg.norm(own - by_tsne.points[3]) < 0.01 * width
    (like,) = by_tsne.place(0.9 * vectors[3:4])
    assert np.linalg.norm(like - by_tsne.points[3]) < 0.2 * width


def test_fifty_images_make_a_map_too_with_progress_that_can_end_it(vectors: Floats) -> None:
    shares: list[float] = []
    start = digit_map.by_pca(vectors[:50])
    found = digit_map.by_tsne(start, lambda share, points: shares.append(share + 0 * points.sum()))
    assert found.points.shape == (50, 2)
    assert np.isfinite(found.points).all()
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

    def cancel(_share: float, _points: Floats) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        digit_map.by_tsne(start, cancel)


def test_too_few_images_are_told_in_one_sentence(vectors: Floats) -> None:
    with pytest.raises(UserError, match="at least"):
        digit_map.by_pca(vectors[:9])


def test_a_computer_without_opentsne_is_told_in_one_sentence(vectors: Floats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(UserError, match="PCA"):
        digit_map.by_tsne(digit_map.by_pca(vectors))


def test_a_map_comes_back_from_its_arrays(by_tsne: DigitMap, vectors: Floats) -> None:
    again = DigitMap.from_arrays(by_tsne.arrays())
    np.testing.assert_array_equal(again.place(vectors[:3]), by_tsne.place(vectors[:3]))
    assert DigitMap.from_arrays(digit_map.by_pca(vectors).arrays()).is_linear


def test_mixing_tells_which_digits_lie_beside_which() -> None:
    rng = np.random.default_rng(0)
    apart, mixed = rng.normal(size=(40, 2)), 100 + rng.normal(size=(400, 2))
    labels = np.array([3] * 40 + [4, 9] * 200, np.uint8)
    shares = digit_map.mixing(np.concatenate([apart, mixed]), labels)
    assert shares[3, 3] == 1
    assert shares[4, 9] == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(shares[[3, 4, 9]].sum(axis=1), 1)
    assert np.isnan(shares[[0, 1, 2, 5, 6, 7, 8]]).all()


def test_the_images_most_like_one_are_itself_and_those_beside_it(vectors: Floats) -> None:
    found = digit_map.by_pca(vectors)
    nearest, distances = found.nearest(vectors[3])
    assert nearest[0] == 3
    assert distances[0] == pytest.approx(0, abs=1e-3)
    assert (np.diff(distances) >= 0).all()
