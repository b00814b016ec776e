"""What several commands take and print: options, JSON, the figures of a run."""

import json
from typing import Any

import click

from mnist_demo.data import formats
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.loading import muted_stderr
from mnist_demo.models import registry
from mnist_demo.models.inference import Classifier
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print machine-readable results.")
data_option = click.option(
    "--data", "data_path", metavar="PATH", help=f"An .npz or IDX data set; else {formats.DATA_VARIABLE}."
)


def to_json(value: dict[str, Any]) -> str:
    """One line."""
    return json.dumps(value)


def classifier_of(run: Run) -> Classifier:
    """The run's exported model, loaded without what LiteRT says of itself."""
    with muted_stderr():
        return Classifier.from_file(run.model_path, run.status.temperature)


def opened_of(run: Run) -> Opened:
    """The same model with its layers, to look inside."""
    with muted_stderr():
        return exported.open_file(run.model_path, run.status.temperature)


def summary(run: Run) -> dict[str, Any]:
    """How far the run came, how well it reads and how long it took; None for what is not known."""
    architecture = registry.model_of(run.recipe).architecture
    last = run.evaluations[-1] if run.evaluations else Metrics(0, 0.0)
    return {
        "run": run.id,
        "model": run.recipe.model,
        "recipe": run.recipe.name,
        "network": str(architecture),
        "parameters": architecture.parameters,
        "steps": last.step,
        "train_seconds": last.seconds,
        "total_seconds": run.status.total_seconds,
        "steps_per_second": last.step / last.seconds if last.seconds else None,
        "train_accuracy": last.seen_accuracy,
        "validation_accuracy": last.validation_accuracy,
        "test_accuracy": last.test_accuracy,
        "history": [[metrics.step, metrics.test_accuracy] for metrics in run.evaluations],
    }
