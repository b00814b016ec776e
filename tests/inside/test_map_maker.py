"""Maps by t-SNE in a real process: one at a time, cancelled, killed, kept."""

from collections.abc import Iterator

import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.inside import digit_map, kept
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.inside.map_maker import MapMaker
from tests.runs.test_trainer import wait_for


@pytest.fixture
def start(test_split: Split) -> DigitMap:
    return digit_map.by_pca(test_split.pixels(0, 50))


@pytest.fixture
def long(test_split: Split) -> DigitMap:
    """What takes long enough to be ended in the middle."""
    return digit_map.by_pca(np.repeat(test_split.pixels(), 4, axis=0))


@pytest.fixture
def maker() -> Iterator[MapMaker]:
    made = MapMaker()
    yield made
    if made.making is not None:
        made.cancel(made.making.name)
    made.wait()


def test_a_map_is_made_and_kept_for_the_next_server(maker: MapMaker, start: DigitMap) -> None:
    assert maker.find("tsne-a") is None
    maker.start("tsne-a", "a map", start)
    making = maker.making
    assert making is not None
    maker.wait()
    assert making.share == 1
    assert maker.making is None
    assert maker.problem("tsne-a") is None
    found = maker.find("tsne-a")
    assert found is not None
    assert found.points.shape == (50, 2)
    again = MapMaker().find("tsne-a")
    assert again is not None
    np.testing.assert_array_equal(again.points, found.points)


def test_one_map_is_made_at_a_time_and_a_cancelled_one_makes_room(
    maker: MapMaker, start: DigitMap, long: DigitMap
) -> None:
    maker.start("tsne-a", "a map", long)
    first = maker.making
    assert first is not None
    maker.start("tsne-b", "another", start)
    maker.cancel("tsne-b")
    assert maker.making is first
    wait_for(lambda: first.share > 0, seconds=60)  # its points move already
    assert first.process.is_alive()
    maker.cancel("tsne-a")
    maker.wait()
    assert maker.making is None
    assert not first.process.is_alive()
    assert maker.find("tsne-a") is None
    assert maker.problem("tsne-a") is None
    maker.start("tsne-b", "another", start)
    assert maker.making is not None


def test_a_killed_process_is_told_in_one_sentence_until_the_next_attempt(
    maker: MapMaker, start: DigitMap, long: DigitMap
) -> None:
    maker.start("tsne-a", "a map", long)
    assert maker.making is not None
    maker.making.process.kill()
    maker.wait()
    assert "once more" in str(maker.problem("tsne-a"))
    assert maker.problem("tsne-b") is None
    maker.start("tsne-a", "a map", start)
    maker.wait()
    assert maker.problem("tsne-a") is None
    assert maker.find("tsne-a") is not None


def test_a_home_that_cannot_be_written_keeps_the_map_in_memory(
    maker: MapMaker, start: DigitMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "keep", lambda *_: None)
    maker.start("tsne-a", "a map", start)
    maker.wait()
    assert maker.find("tsne-a") is not None
