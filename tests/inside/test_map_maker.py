"""Maps by t-SNE in a real process, which ends whatever happens."""

import multiprocessing
from multiprocessing.process import BaseProcess

import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import digit_map, map_maker
from mnist_demo.inside.digit_map import DigitMap


def processes() -> list[BaseProcess]:
    return [each for each in multiprocessing.active_children() if each.name == "mnist-demo map"]


@pytest.fixture
def start(test_split: Split) -> DigitMap:
    return digit_map.by_pca(test_split.pixels(0, 50))


def test_a_map_is_made_with_its_progress(start: DigitMap) -> None:
    seen: list[tuple[float, Floats]] = []
    found = map_maker.make(start, seen.append)
    assert found.points.shape == (50, 2)
    assert not found.is_linear
    assert [share for share, _ in seen] == sorted({share for share, _ in seen})
    assert seen[-1][0] == 1
    assert not np.array_equal(seen[0][1], seen[-1][1])
    assert not processes()


def test_what_progress_raises_ends_the_process(test_split: Split) -> None:
    def stop(_: object) -> None:
        assert processes()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_maker.make(digit_map.by_pca(np.repeat(test_split.pixels(), 4, axis=0)), stop)
    assert not processes()


def test_a_killed_process_is_told_in_one_sentence(test_split: Split) -> None:
    def kill(_: object) -> None:
        for each in processes():
            each.kill()

    with pytest.raises(UserError, match="once more"):
        map_maker.make(digit_map.by_pca(np.repeat(test_split.pixels(), 4, axis=0)), kill)
