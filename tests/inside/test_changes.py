import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.errors import UserError
from mnist_demo.inside import changes
from mnist_demo.inside.changes import CHANGES, Sound
from mnist_demo.inside.network.exported import Opened


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_begins_with_the_image_itself_and_goes_on_little_by_little(name: str, test_split: Split) -> None:
    change, pixels = CHANGES[name], test_split.pixels(0, 1)
    np.testing.assert_array_equal(changes.change_images(pixels, name, change.neutral), pixels)
    little = (change.high - change.low) / 1000
    for value in (change.neutral, change.low, change.high - little):
        near, next_to_it = changes.along(pixels, name, [value, value + little])
        assert 0 <= np.abs(near - next_to_it).max() < 0.2
    ends = changes.along(pixels, name, [change.low, change.high])
    assert ends.min() >= 0
    assert ends.max() <= 1
    assert np.abs(ends[1] - pixels).max() > 0.2


def test_shifts_turns_and_sizes_are_what_they_say() -> None:
    image = np.zeros((28, 28), np.float32)
    image[4:8, 12:16] = 1  # above the middle

    def middle(name: str, value: float) -> tuple[float, float]:
        changed = changes.along(image, name, [value]).reshape(28, 28)
        rows, columns = np.mgrid[:28, :28]
        return float((changed * rows).sum() / changed.sum()), float((changed * columns).sum() / changed.sum())

    assert middle("right", 0) == pytest.approx((5.5, 13.5))
    assert middle("right", 2.5) == pytest.approx((5.5, 16), abs=0.01)
    assert middle("down", 3) == pytest.approx((8.5, 13.5), abs=0.01)
    assert middle("rotate", 90) == pytest.approx((13.5, 21.5), abs=0.1)
    assert middle("scale", 50) == pytest.approx((9.5, 13.5), abs=0.1)


def test_strokes_grow_and_shrink_by_pixels() -> None:
    image = np.zeros((28, 28), np.float32)
    image[:, 12:16] = 1
    widths = [changes.along(image, "thicken", [value]).reshape(28, 28)[14].sum() for value in (-1, 0, 0.5, 1, 2)]
    assert widths == pytest.approx([2, 4, 5, 6, 8])


def test_many_images_are_changed_as_each_alone(test_split: Split) -> None:
    for name, change in CHANGES.items():
        value = change.low + 0.3 * (change.high - change.low)
        together = changes.change_images(test_split.pixels(0, 3), name, value)
        alone = changes.change_images(test_split.pixels(1, 2), name, value)
        np.testing.assert_allclose(together[1:2], alone, atol=1e-6)


def test_probabilities_follow_the_slider_and_robustness_falls(cnn: Opened, test_split: Split) -> None:
    values = [0, 5, 10]
    found = changes.probabilities_along(cnn.classifier, test_split.pixels(0, 1), "right", values)
    np.testing.assert_allclose(found[0], cnn.classifier.probabilities(test_split.pixels(0, 1))[0], atol=1e-5)
    curve = list(changes.robustness(cnn.classifier, test_split.pixels(0, 60), test_split.labels[:60], "right", values))
    assert [value for value, _ in curve] == values
    assert curve[0][1] > 0.95
    assert curve[0][1] > curve[1][1] > curve[2][1]


@pytest.mark.parametrize("name", CHANGES)
def test_the_values_of_a_slider_go_from_end_to_end_and_no_change_is_among_them(name: str) -> None:
    change = CHANGES[name]
    for values in (change.slider_values(), change.few_values()):
        assert (values[0], values[-1]) == (change.low, change.high)
        assert change.neutral in values
        assert np.diff(values) == pytest.approx(values[1] - values[0])
    assert set(change.few_values()) < set(change.slider_values())


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ([4, 4, 4, 4, 4], Sound(-2, 2, None, None)),
        ([9, 4, 4, 4, 7], Sound(-1, 1, (-2, 9), (2, 7))),
        ([4, 9, 4, 4, 4], Sound(0, 2, (-1, 9), None)),
        ([4, 4, 9, 4, 4], None),
    ],
)
def test_how_far_an_image_may_be_changed(digits: list[int], expected: Sound | None) -> None:
    assert changes.sound_range([-2, -1, 0, 1, 2], digits, 4, neutral=0) == expected


@pytest.mark.parametrize(("name", "value"), [("melt", 1), ("rotate", 181), ("noise", float("nan")), ("scale", 0)])
def test_a_change_that_cannot_be_is_refused(test_split: Split, name: str, value: float) -> None:
    with pytest.raises(UserError, match=r"choose one|out of range"):
        changes.change_images(test_split.pixels(0, 1), name, value)
