"""Whether two drawings are one and the same, but for a dot: what somebody sends once more to be done sooner."""

import numpy as np

from mnist_demo.data.images import SIDE, Bytes, Floats, to_bytes
from mnist_demo.drawing import preprocess

INK = 0.2  # of the darkest: what is fainter joins no parts
SMALL = 0.25  # of the largest part's ink: what has less is a dot
# The cosine of two images. PENDING
LEAST = 0.99


def is_the_same(one: Bytes, other: Bytes) -> bool:
    """Whether one image is the other, a dot more or less; both are uint8 (28, 28) or (784,) as MNIST's are."""
    a, b = _without_dots(one).ravel(), _without_dots(other).ravel()
    return bool(a @ b >= LEAST * np.linalg.norm(a) * np.linalg.norm(b))


def _without_dots(image: Bytes) -> Floats:
    """The image without its small parts, as MNIST would have it: a dot aside has made the rest smaller."""
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which the first page need not wait for)

    image = image.reshape(SIDE, SIDE)
    parts, _ = ndimage.label(image > INK * image.max(), np.ones((3, 3)))
    sizes = np.bincount(parts.ravel(), image.ravel())
    sizes[0] = 0  # the paper
    large = np.isin(parts, np.flatnonzero(sizes >= SMALL * sizes.max()))
    return preprocess.to_mnist(to_bytes(image / np.float32(255) * ndimage.binary_dilation(large, np.ones((3, 3)))))
