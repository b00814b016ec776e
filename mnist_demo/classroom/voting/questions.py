"""The names of what a class may vote on, as they are stored: "test-247", "subset-31", "drawing-12"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_demo.data.images import Floats

TEST = "test"  # an image of the test split of the server's data set, by its index
SUBSET = "subset"  # the same of the images that come with the app: the full MNIST may arrive in mid-lesson
DRAWING = "drawing"  # of the class, by its id in the database
KINDS = (TEST, SUBSET, DRAWING)
HARD = 10  # images of a series


@dataclass(frozen=True)
class Question:
    """What does this show? `number` is an index, or the id of a drawing."""

    kind: str
    number: int

    def __str__(self) -> str:
        """The name under which it is stored."""
        return f"{self.kind}-{self.number}"


def parse(name: str) -> Question | None:
    """The question of this name; None for what is none."""
    found = re.fullmatch(rf"({'|'.join(KINDS)})-(0|[1-9]\d{{0,17}})", name, re.ASCII)
    return None if found is None else Question(found[1], int(found[2]))


def hardest(probabilities: Sequence[Floats], count: int = HARD) -> list[int]:
    """The indices of the images that models find hardest, the hardest first; each model's are (n, 10).

    Where all are sure of one digit, it is large in the mean of what they say. Where they disagree, or each is unsure,
    nothing in that mean is large. Of images that are alike hard the first comes first.
    """
    sureness = np.mean(probabilities, axis=0, dtype=np.float64).max(axis=1)
    return [int(index) for index in np.argsort(sureness, kind="stable")[:count]]


def leaders(counts: Sequence[int]) -> list[int]:
    """The digits that most voted for: more than one in a tie, none where nobody voted."""
    most = max(counts)
    return [digit for digit, count in enumerate(counts) if count == most > 0]
