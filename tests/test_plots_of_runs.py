from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pytest

from mnist_demo.data import datasets
from mnist_demo.plotting import plots_of_runs
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from tests.conftest import tiny_recipe
from tests.test_plots import draw


def points(chart: dict[str, Any]) -> list[dict[Hashable, Any]]:
    assert chart["data"]["name"] == plots_of_runs.CURVES
    return list(chart["datasets"][plots_of_runs.CURVES].to_dict("records"))


@pytest.mark.parametrize("measure", ["accuracy", "loss"])
def test_curves_show_every_evaluation_of_every_run(trained: Run, measure: str) -> None:
    chart = plots_of_runs.curves({"one": trained, "two": trained}, measure, ["old", "one", "two"], 6, CurveOptions())
    shown = [row["value"] for row in points(chart) if row["run"] == "two" and row["on"] == "test"]
    assert shown == [getattr(metrics, f"test_{measure}") for metrics in trained.evaluations]


def test_runs_that_share_a_colour_have_other_dashes(trained: Run) -> None:
    names = [str(number) for number in range(8)]
    chart = plots_of_runs.curves({"7": trained}, "loss", names, 6, CurveOptions())
    for layer in chart["layer"]:
        encoding = layer["encoding"]
        assert encoding["color"]["scale"]["domain"] == encoding["strokeDash"]["scale"]["domain"] == names
        dashes = encoding["strokeDash"]["scale"]["range"]
        assert dashes[0] == dashes[5] != dashes[6] == dashes[7]


def test_curves_by_seconds_are_at_the_seconds_of_training(trained: Run) -> None:
    rows = points(plots_of_runs.curves({"one": trained}, "accuracy", ["one"], 6, CurveOptions(by="seconds")))
    assert {row["at"] for row in rows} == {metrics.seconds for metrics in trained.metrics}


def test_on_a_log_scale_accuracy_is_the_share_that_is_read_wrong(tmp_path: Path) -> None:
    run = run_with(tmp_path, [Metrics(step, step, 1.0, 0.5, 1.0, test_accuracy=0.99, test_loss=0.1) for step in (1, 2)])
    rows = points(plots_of_runs.curves({"one": run}, "accuracy", ["one"], 6, CurveOptions(is_log=True)))
    assert [row["value"] for row in rows] == [pytest.approx(0.01)] * 2  # a training batch without a mistake has no log
    assert "Error rate" in plots_of_runs.measure_title("accuracy", CurveOptions(is_log=True))


def test_smoothing_is_tensorboards_moving_average_of_the_training_lines_alone(tmp_path: Path) -> None:
    losses = [2.0, 1.0, 3.0]
    run = run_with(tmp_path, [Metrics(step, step, 1.0, loss, 0.5, test_loss=loss) for step, loss in enumerate(losses)])
    rows = points(plots_of_runs.curves({"one": run}, "loss", ["one"], 6, CurveOptions(smoothing=0.6)))
    expected, last = [], 0.0
    for count, loss in enumerate(losses, start=1):
        last = 0.6 * last + 0.4 * loss
        expected.append(last / (1 - 0.6**count))
    assert [row["value"] for row in rows if row["on"] == "training"] == pytest.approx(expected)
    assert [row["value"] for row in rows if row["on"] == "test"] == losses


def test_a_long_runs_faint_line_is_thinned_and_its_evaluations_are_not(tmp_path: Path) -> None:
    run = run_with(tmp_path, [Metrics(step, step, 1.0, 0.5, 0.9, test_loss=0.2) for step in range(3000)])
    rows = points(plots_of_runs.curves({"one": run}, "loss", ["one"], 6, CurveOptions()))
    assert sum(row["on"] == "training" for row in rows) <= plots_of_runs.MOST_POINTS
    assert sum(row["on"] == "test" for row in rows) == 3000


def run_with(directory: Path, metrics: list[Metrics]) -> Run:
    run = store.create(tiny_recipe(), datasets.BUNDLED, directory / "run")
    for line in metrics:
        run_directory.append_metrics(run, line)
    return run


def test_a_run_without_metrics_has_no_curve_but_the_chart_has_its_axes(tmp_path: Path) -> None:
    chart = plots_of_runs.curves({"new": run_with(tmp_path, [])}, "loss", ["new"], 6, CurveOptions())
    assert points(chart) == []
    assert axis(chart, "x") == (0, tiny_recipe().steps)


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ([], False),
        ([Metrics(0, 0.0, test_accuracy=0.1, test_loss=2.3)], False),
        ([Metrics(0, 0.0, test_accuracy=0.1, test_loss=2.3), Metrics(1, 0.1, 100.0, 2.3, 0.1)], False),  # two dots
        ([Metrics(step, 0.0, test_accuracy=0.1, test_loss=2.3) for step in (0, 1)], True),
        ([Metrics(step, 0.1, 100.0, 2.3, 0.1) for step in (0, 1, 2)], True),
    ],
)
def test_a_line_has_two_points(metrics: list[Metrics], expected: bool, tmp_path: Path) -> None:
    assert plots_of_runs.has_line(run_with(tmp_path, metrics)) == expected


def axis(chart: dict[str, Any], name: str) -> tuple[float, float]:
    """The ends of a chart's axis, "x" or "y"."""
    return tuple(chart["layer"][0]["encoding"][name]["scale"]["domain"])


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("measure", ["accuracy", "loss"])
@pytest.mark.parametrize("accuracies", [[0.1, 0.85, 0.9, 0.92], [0.1, 0.3, 0.7, 0.95, 0.999], [0.1, 0.9, 0.2, 0.95]])
def test_the_y_axis_only_grows_while_a_run_goes_on(
    accuracies: list[float], measure: str, is_log: bool, tmp_path: Path
) -> None:
    run, seen = run_with(tmp_path, []), []
    for step, accuracy in enumerate(accuracies):
        run_directory.append_metrics(run, Metrics(step, step, test_accuracy=accuracy, test_loss=2.5 * (1 - accuracy)))
        now = run_directory.load(run.directory)
        seen.append(axis(plots_of_runs.curves({"one": now}, measure, ["one"], 6, CurveOptions(is_log=is_log)), "y"))
    lows, highs = zip(*seen, strict=True)
    assert list(lows) == sorted(lows, reverse=True)
    assert list(highs) == sorted(highs)
    if not is_log and accuracies[1] > 0.8:
        assert seen[0] == seen[1]  # the first evaluation of a run as the notebook reports it moves nothing


@pytest.mark.parametrize(("model", "expected"), [("affine", (0.8, 1.0)), ("cnn", (0.9, 1.0))])
def test_the_shipped_models_accuracies_fill_their_chart(model: str, expected: tuple[float, float]) -> None:
    chart = plots_of_runs.curves({model: store.find(model)}, "accuracy", [model], 6, CurveOptions())
    assert axis(chart, "y") == expected


@pytest.mark.parametrize("options", [CurveOptions(), CurveOptions("seconds", is_log=True, smoothing=0.9)])
def test_the_picture_has_both_charts_in_the_colours_of_the_page(trained: Run, options: CurveOptions) -> None:
    figure = plots_of_runs.curves_picture({"b": trained}, ["a", "b"], ["#0072b2", "#d55e00"], options)
    assert draw(figure).startswith(b"\x89PNG")
    assert [axes.get_title() for axes in figure.axes] == [
        plots_of_runs.measure_title(measure, options) for measure in ("accuracy", "loss")
    ]
    assert {line.get_color() for axes in figure.axes for line in axes.get_lines()} == {"#d55e00"}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["b"]


def test_the_picture_of_a_run_without_metrics_is_empty(tmp_path: Path) -> None:
    assert draw(plots_of_runs.curves_picture({"new": run_with(tmp_path, [])}, ["new"], ["red"], CurveOptions()))


@pytest.mark.parametrize(
    ("measure", "is_log", "title"), [("accuracy", False, "accuracy"), ("accuracy", True, "error rate")]
)
def test_percentages_on_charts_are_written_as_everywhere(measure: str, is_log: bool, title: str, trained: Run) -> None:
    chart = plots_of_runs.curves({"one": trained}, measure, ["one"], 6, CurveOptions(is_log=is_log))
    assert chart is not None
    encoding = chart["layer"][0]["encoding"]
    assert "' %'" in encoding["y"]["axis"]["labelExpr"]
    assert encoding["tooltip"][-1]["title"] == title
