from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.inside import kept


def split(shade: int) -> Split:
    return Split(np.full((2, 784), shade, np.uint8), np.zeros(2, np.uint8))


def test_a_key_tells_models_images_and_kinds_apart() -> None:
    keys = [
        kept.key(*each)
        for each in (("map", "a", split(0)), ("map", "b", split(0)), ("map", "a", split(1)), ("logits", "a", split(0)))
    ]
    assert len(set(keys)) == 4
    assert kept.key("map", "a", split(0)) == keys[0]


def test_what_is_kept_is_made_once_and_again_where_it_is_damaged() -> None:
    made: list[int] = []

    def make() -> dict[str, np.ndarray]:
        made.append(1)
        return {"points": np.arange(4.0), "flag": np.array(True)}

    for _ in range(2):
        assert kept.read_or_make("some", make)["points"].tolist() == [0, 1, 2, 3]
    assert len(made) == 1
    (kept.folder() / "some.npz").write_bytes(b"nonsense")
    assert kept.read_or_make("some", make)["flag"]
    assert len(made) == 2


def test_what_is_not_kept_is_none() -> None:
    assert kept.read("some") is None
    kept.read_or_make("some", lambda: {"a": np.ones(1)})
    assert kept.read("some") == {"a": np.ones(1)}


def test_the_oldest_of_a_kind_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 3)
    kept.read_or_make("other-kind-0", lambda: {"a": np.zeros(1)})
    for number in range(5):
        kept.read_or_make(f"number-{number}", lambda: {"a": np.zeros(1)})
    assert len(list(kept.folder().iterdir())) == 4
    assert kept.read("other-kind-0") is not None
    assert (kept.folder() / "number-4.npz").is_file()


def test_what_is_used_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 3)
    kept.keep("used", {"a": np.zeros(1)})
    for number in range(5):
        kept.keep(f"number-{number}", {"a": np.zeros(1)})
        assert kept.read("used") is not None


def test_a_home_that_cannot_be_written_to_costs_nothing_but_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_DEMO_HOME", str(tmp_path / "file" / "home"))
    assert kept.read_or_make("some", lambda: {"a": np.ones(1)})["a"] == 1
