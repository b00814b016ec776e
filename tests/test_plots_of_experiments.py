"""Charts that hold runs against each other: what is on which axis, and where it begins and ends."""

from typing import Any

import pytest

from mnist_demo.plotting import plots_of_experiments as plots
from mnist_demo.plotting.plots_of_experiments import Sized, Tried


def tried(*values: float, accuracy: float = 0.9) -> list[Tried]:
    return [
        Tried(f"{at:g}", at, accuracy, (accuracy - 0.02, accuracy + 0.02), accuracy - 0.05, None, True) for at in values
    ]


def axis(chart: dict[str, Any], name: str) -> dict[str, Any]:
    """What the chart's last layer, its points, says of an axis."""
    encoding: dict[str, Any] = chart["layer"][-1]["encoding"][name]
    return encoding


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((0.001, 0.01, 0.1), "log"),
        ((100, 1000), "log"),
        ((100, 200, 300), None),
        ((0, 0.001, 0.1), "symlog"),
        ((0, 0.1, 0.2), None),
        ((5,), None),
        ((), None),
    ],
)
def test_values_that_span_decades_stand_on_a_logarithmic_axis(values: tuple[float, ...], kind: str | None) -> None:
    chart = plots.by_setting(tried(*values), values, "Steps", is_amount=True)
    assert axis(chart, "x")["scale"].get("type") == kind
    assert axis(chart, "x")["axis"]["values"] == list(values)
    for end, side in zip(axis(chart, "x")["scale"].get("domain", ()), (-1, 1), strict=False):
        assert not values or (end - (values[0] if side < 0 else values[-1])) * side > 0  # the points are within


def test_validation_with_its_interval_and_test_are_both_shown_and_all_is_in_sight() -> None:
    chart = plots.by_setting(tried(0.1, 0.2), [0.1, 0.2], "learning rate", is_amount=True)
    table = chart["datasets"][plots.POINTS]
    assert table["on"].tolist() == [plots.VALIDATION, plots.TEST] * 2
    assert table["low"].tolist() == pytest.approx([0.88, 0.85] * 2)
    assert table["high"].tolist() == pytest.approx([0.92, 0.85] * 2)
    low, high = axis(chart, "y")["scale"]["domain"]
    assert low < 0.85
    assert 0.92 < high < 0.95
    assert axis(chart, "x")["title"] == "learning rate"


def test_a_log_scale_shows_errors_even_where_there_are_none() -> None:
    perfect = [Tried("1", 1, 1.0, (0.99, 1.0), None, None, True)]
    chart = plots.by_setting(perfect, [1], "Steps", is_amount=True, is_log=True)
    assert chart["datasets"][plots.POINTS]["at_accuracy"].tolist() == [plots.FEWEST_ERRORS]
    low, high = axis(chart, "y")["scale"]["domain"]
    assert 0 < low < plots.FEWEST_ERRORS < 0.01 < high
    assert axis(chart, "y")["title"] == "error rate"


def test_values_that_are_no_amounts_stand_below_each_other_in_their_order() -> None:
    networks = [Tried(text, 0.0, 0.9, (0.8, 0.95), 0.9, 1.0, False) for text in ("dense 9", "conv 4 3", "dense 1")]
    chart = plots.by_setting(networks[1:], [one.value for one in networks], "Network", is_amount=False)
    assert axis(chart, "y")["sort"] == ["dense 9", "conv 4 3", "dense 1"]
    assert axis(chart, "x")["title"] == "accuracy"
    table = chart["datasets"][plots.POINTS]
    assert table["on"].tolist() == ["validation", "test", "training"] * 2
    assert not table["is_final"].any()


def test_no_value_yet_is_an_empty_chart() -> None:
    for is_amount in (True, False):
        assert plots.by_setting([], [], "Seed", is_amount=is_amount)["datasets"][plots.POINTS].empty
    assert plots.by_parameters([])["datasets"][plots.POINTS].empty


def test_the_front_line_goes_through_the_runs_of_the_front_from_small_to_large() -> None:
    runs = [
        Sized("large", "dense 99", 80_000, 0.99, 0.98, True),
        Sized("beaten", "dense 9", 70_000, 0.5, None, False),
        Sized("small", "", 7850, 0.9, 0.9, True),
    ]
    chart = plots.by_parameters(runs)
    assert chart["datasets"][plots.FRONT]["run"].tolist() == ["small", "large"]
    assert chart["datasets"][plots.POINTS]["wrong"].tolist() == pytest.approx([0.01, 0.5, 0.1])
    assert chart["datasets"][plots.POINTS]["test"].tolist() == ["98.0 %", "–", "90.0 %"]
    assert [axis(chart, name)["scale"]["type"] for name in "xy"] == ["log", "log"]


def test_text_grows_on_a_projector() -> None:
    for is_amount in (True, False):
        large = plots.by_setting(tried(1, 2), [1, 2], "Steps", is_amount=is_amount, is_large=True)
        assert "height" not in large
        assert all("expr" in axis(large, name)["axis"]["labelFontSize"] for name in "xy")
