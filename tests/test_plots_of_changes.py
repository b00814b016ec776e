import io

import numpy as np
import pytest

from mnist_demo.data.images import Floats
from mnist_demo.plotting import plots_of_changes
from mnist_demo.plotting.plots_of_changes import CURVES, NOW, SAID, Axis

AXIS = Axis("Turn clockwise, degrees", (-20, 0, 20))
VALUES = [-20.0, -10.0, 0.0, 10.0, 20.0]


def sure_of(digits: list[int]) -> Floats:
    """Probabilities of a model that is 91 % sure of these."""
    found = np.full((len(digits), 10), 0.01, np.float32)
    found[np.arange(len(digits)), digits] = 0.91
    return found


@pytest.mark.parametrize("is_large", [False, True])
def test_lines_and_strips_say_what_each_model_says(is_large: bool) -> None:
    found = {"one": sure_of([4, 4, 4, 9, 9]), "two": sure_of([4] * 5)}
    chart = plots_of_changes.along(AXIS, VALUES, found, 4, 10, is_large=is_large)
    curves, said, now = (chart["datasets"][name] for name in (CURVES, SAID, NOW))
    assert curves[curves["model"] == "one"]["right"].tolist() == pytest.approx([0.91, 0.91, 0.91, 0.01, 0.01])
    assert curves[curves["model"] == "one"]["says"].iloc[3] == "9: 91.0 %"
    assert said[["model", "start", "end", "written"]].to_numpy().tolist() == [
        ["one", -20, 5, ""],
        ["one", 5, 20, "9"],
        ["two", -20, 20, ""],
    ]
    assert said["top"].max() < 0  # below the lines
    assert now[["model", "at"]].to_numpy().tolist() == [["one", 10], ["two", 10]]
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"][0] <= said["bottom"].min()


def test_a_stretch_too_short_for_its_digit_has_none() -> None:
    values = [float(value) for value in range(101)]
    digits = [4] * 50 + [9] + [4] * 50
    said = plots_of_changes.along(Axis("", (0, 100)), values, {"one": sure_of(digits)}, 4, 0)["datasets"][SAID]
    assert said["digit"].tolist() == ["4", "9", "4"]
    assert said["written"].tolist() == ["", "", ""]


def test_a_chart_of_robustness_has_its_axes_before_its_points() -> None:
    chart = plots_of_changes.robustness(AXIS, {"one": [], "two": [(0.0, 0.9)]})
    assert chart["encoding"]["x"]["scale"]["domain"] == [-20, 20]
    assert chart["encoding"]["color"]["scale"]["domain"] == ["one", "two"]
    assert chart["datasets"][CURVES].to_numpy().tolist() == [["two", 0.0, 0.9, "90.0 %"]]


def test_the_picture_has_a_line_for_each_model() -> None:
    figure = plots_of_changes.lines_picture(AXIS, {"one": [(0.0, 0.5), (1.0, 0.2)], "two": []}, "Title", ["#0072b2"])
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.get_lines()] == ["one", "two"]
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    assert buffer.getvalue().startswith(b"\x89PNG")
