import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset
from mnist_demo.plotting import plots


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return datasets.load(datasets.BUNDLED)


def draw(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_one_hot_text() -> None:
    assert plots.one_hot_text(2) == "[0 0 1 0 0 0 0 0 0 0]"


def test_figures_draw_and_show_what_they_were_given(dataset: Dataset) -> None:
    pixels = dataset.train.pixels(0, 7)
    figure = plots.digits(pixels, [str(i) for i in range(7)], "black")
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == [str(i) for i in range(7)]
    np.testing.assert_array_equal(shown[3].images[0].get_array(), pixels[3].reshape(28, 28))
    assert draw(figure).startswith(b"\x89PNG")
    assert draw(plots.digit(pixels[0], "white")).startswith(b"\x89PNG")


def test_averages_are_the_mean_of_each_class(dataset: Dataset) -> None:
    averages = plots.averages(dataset.train)
    assert averages.shape == (10, 784)
    np.testing.assert_allclose(averages[4], dataset.train.pixels()[dataset.train.labels == 4].mean(axis=0), atol=1e-4)


def test_averages_of_a_digit_that_does_not_occur_are_blank(dataset: Dataset) -> None:
    keep = dataset.test.labels != 6
    split = datasets.Split(dataset.test.images[keep], dataset.test.labels[keep])
    assert (plots.averages(split)[6] == 0).all()


def test_a_sheet_holds_each_image_in_its_place(dataset: Dataset) -> None:
    sheet = plots.sheet(dataset.test.images[:7], columns=3)
    assert sheet.shape == (84, 84)
    np.testing.assert_array_equal(sheet[28:56, 56:84].ravel(), dataset.test.pixels(5, 6)[0])
    assert (sheet[56:, 28:] == 0).all()


def test_class_counts(dataset: Dataset) -> None:
    counts = plots.class_counts(dataset)
    assert counts["train"].tolist() == [400] * 10
    assert plots.class_balance(counts, "test").to_dict()["encoding"]["y"]["field"] == "test"


def test_weight_pictures_share_one_scale_with_zero_in_the_middle() -> None:
    weights = np.zeros((784, 10), np.float32)
    weights[0, 3], weights[783, 4] = -0.5, 0.25
    pictures, limit = plots.weight_pictures(weights, side=2)
    assert (len(pictures), pictures[0].shape, limit) == (10, (56, 56, 3), 0.5)
    white, blue, pale_red = pictures[0][0, 0], pictures[3][1, 1], pictures[4][55, 55]
    assert min(white) > 240
    assert blue[2] > blue[0] + 50
    assert pale_red[0] > pale_red[2] + 50
    assert pale_red[1] > blue[1]  # half as strong
    assert plots.weight_pictures(np.zeros((784, 10), np.float32), 1)[0][0].min() > 240
