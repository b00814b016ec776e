import numpy as np
import pytest

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Split
from mnist_demo.inside import judging
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.neighbours import Vectors


class CancelledError(Exception):
    """Somebody does not want to know any more."""


def test_every_image_is_judged_as_if_alone(opened: Opened, test_split: Split) -> None:
    split = Split(test_split.images[:130], test_split.labels[:130])
    progress: list[tuple[int, int]] = []
    judged = judging.judge(opened, split, lambda *done: progress.append(done))
    np.testing.assert_allclose(judged.logits, opened.classifier.logits(split.pixels()), atol=1e-4)
    if opened.network.is_affine:
        assert judged.hidden.shape == (130, 0)
    else:
        alone = np.concatenate([opened.network.hidden(split.pixels(index, index + 1)) for index in (0, 77, 129)])
        np.testing.assert_allclose(judged.hidden[[0, 77, 129]], alone, atol=1e-4)
    np.testing.assert_array_equal(judged.probabilities(2.0).argmax(axis=1), judged.logits.argmax(axis=1))
    assert progress == [(130, 130)]


def test_progress_counts_up_and_can_end_it(affine: Opened, monkeypatch: pytest.MonkeyPatch, test_split: Split) -> None:
    monkeypatch.setattr(judging, "SHARE", 100)
    seen: list[int] = []
    judging.judge(affine, test_split, lambda done, _total: seen.append(done))
    assert seen == [100, 200, 300, 400, 500]

    def cancel(done: int, _total: int) -> None:
        raise CancelledError(done)

    with pytest.raises(CancelledError):
        judging.judge(affine, test_split, cancel)


def test_images_that_the_cnn_finds_alike_are_of_the_same_digit(cnn: Opened, test_split: Split) -> None:
    train = datasets.load(datasets.BUNDLED).train
    known = Split(train.images[:600], train.labels[:600])
    vectors = Vectors(judging.judge(cnn, known).hidden)
    hidden = cnn.network.hidden(test_split.pixels(0, 40))
    found = [vectors.nearest(vector, 3) for vector in hidden]
    assert all(one[0][1] >= one[1][1] >= one[2][1] for one in found)
    labels = known.labels[[one[0][0] for one in found]]
    assert (labels == test_split.labels[:40]).mean() > 0.9
    index, likeness = vectors.nearest(cnn.network.hidden(known.pixels(5, 6))[0], 1)[0]
    assert index == 5
    assert likeness == pytest.approx(1, abs=1e-4)
