"""Images as points in the plane: those that are alike lie near each other."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.errors import UserError

AXES = 30  # principal components that t-SNE, and the search for neighbours, work with
PERPLEXITY = 30.0  # how many neighbours each point of t-SNE looks at, about
ITERATIONS = 750  # a third of them with exaggerated attraction
EVERY = 10  # iterations between two signs of progress
NEIGHBOURS = 5  # that decide where a new image is placed
FEWEST = 10  # images that make a map
BESIDE = 10  # points around another that `mixing` looks at

Indices = npt.NDArray[np.int64]
Progress = Callable[[float, Floats], object]  # is told the share that is done, and the points as they are now


@dataclass(frozen=True)
class DigitMap:
    """Where each of n images lies, and what is needed to place another one.

    points: float32 (n, 2). mean and axes: of the vectors' principal components, float32 (d,) and (d, k).
    reduced: the vectors in these, float32 (n, k). is_linear: whether the points are the first two of them.
    """

    points: Floats
    mean: Floats
    axes: Floats
    reduced: Floats
    is_linear: bool

    def place(self, vectors: Floats) -> Floats:
        """Where other images belong, by their vectors, float32 (m, d): float32 (m, 2).

        On a map by PCA that is their projection; by t-SNE, the weighted mean place of the NEIGHBOURS most like them.
        """
        if self.is_linear:
            return self._reduce(vectors)[:, :2]
        return np.stack([self._among_neighbours(vector) for vector in vectors])

    def nearest(self, vector: Floats) -> tuple[Indices, Floats]:
        """The NEIGHBOURS images most like another one, by its vector, float32 (d,), and their distances to it.

        The likest comes first; the distance is that of the principal components.
        """
        distances = np.linalg.norm(self.reduced - self._reduce(vector[None]), axis=1)
        nearest = np.argsort(distances)[:NEIGHBOURS]
        return nearest, distances[nearest]

    def _among_neighbours(self, vector: Floats) -> Floats:
        nearest, distances = self.nearest(vector)
        weights = 1 / (distances + 1e-6)
        return np.asarray(weights @ self.points[nearest] / weights.sum(), np.float32)

    def _reduce(self, vectors: Floats) -> Floats:
        return np.asarray((vectors - self.mean) @ self.axes, np.float32)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All of it by name, for a file; `from_arrays` reads it."""
        return {**vars(self), "is_linear": np.array(self.is_linear)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> "DigitMap":
        """What `arrays` gave."""
        return cls(**{**arrays, "is_linear": bool(arrays["is_linear"])})  # type: ignore[arg-type]


def by_pca(vectors: Floats) -> DigitMap:
    """A map by the two directions in which the vectors, float32 (n, d), differ most (principal components).

    `vectors` are pixels or a hidden layer's outputs. Raises UserError for too few images.
    """
    if len(vectors) < FEWEST:
        raise UserError(f"A map needs {FEWEST} images at least, and there are {len(vectors)}: choose another data set.")
    from sklearn.decomposition import PCA  # noqa: PLC0415 (takes a second, which no other page need wait for)

    pca = PCA(min(AXES, *vectors.shape), svd_solver="covariance_eigh").fit(vectors)
    mean, axes = np.asarray(pca.mean_, np.float32), np.asarray(pca.components_.T, np.float32)
    reduced = np.asarray((vectors - mean) @ axes, np.float32)
    return DigitMap(reduced[:, :2], mean, axes, reduced, is_linear=True)


def by_tsne(start: DigitMap, progress: Progress = lambda _share, _points: None) -> DigitMap:
    """The same images by t-SNE, which keeps neighbours together (van der Maaten, Hinton 2008), from the map by PCA on.

    Takes about a minute for 10,000 images. What `progress` raises ends it early, and is raised. Raises UserError where
    there is no openTSNE.
    """
    try:
        from openTSNE import TSNE  # noqa: PLC0415
    except ImportError as error:
        raise UserError("This computer has no openTSNE: install it, or choose the map by PCA.") from error
    signs = itertools.count(1)

    def show(_iteration: int, _error: float, points: Floats) -> None:
        progress(next(signs) * EVERY / ITERATIONS, np.asarray(points, np.float32))

    tsne = TSNE(
        perplexity=min(PERPLEXITY, (len(start.points) - 1) / 3),  # each point has three times as many neighbours
        initialization=_spread(start.points),
        random_state=0,
        early_exaggeration_iter=ITERATIONS // 3,
        n_iter=ITERATIONS - ITERATIONS // 3,
        n_jobs=-1,
        callbacks=show,
        callbacks_every_iters=EVERY,
    )
    points = np.asarray(tsne.fit(start.reduced), np.float32)
    return DigitMap(points, start.mean, start.axes, start.reduced, is_linear=False)


def mixing(points: Floats, labels: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Of the BESIDE points nearest to those of digit [row], the share that are of digit [column]: float64 (10, 10).

    Not a number in the row of a digit that there is not. `points` is (n, 2), n > 1.
    """
    from scipy.spatial import KDTree  # noqa: PLC0415

    beside = min(BESIDE, len(points) - 1)
    _, found = KDTree(points).query(points, beside + 1)
    labels_beside = labels[np.asarray(found)[:, 1:]]  # without the point itself, which is nearest
    counts = np.zeros((CLASSES, CLASSES))
    np.add.at(counts, (np.repeat(labels, beside), labels_beside.ravel()), 1)
    totals = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0))


def _spread(points: Floats) -> npt.NDArray[np.float64]:
    """As small as t-SNE wants its beginning (Kobak, Berens 2019: a standard deviation of 0.0001)."""
    return np.asarray(points / (points[:, 0].std() or 1) * 1e-4, np.float64)
