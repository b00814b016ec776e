"""The command line: `python -m mnist_demo --help`.

Results go to standard output, progress to standard error. What a person can mend is one line on standard error and
exit status 1.
"""

import functools
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from mnist_demo.data import datasets, download, formats
from mnist_demo.drawing import photo, pictures, preprocess, rejection
from mnist_demo.errors import UserError
from mnist_demo.models import evaluation, registry
from mnist_demo.models.inference import Classifier
from mnist_demo.quiet import muted_stderr
from mnist_demo.runs import control, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.training import cluster

as_json = click.option("--json", "as_json", is_flag=True, help="Print machine-readable results.")
data_option = click.option(
    "--data", "data_path", metavar="PATH", help=f"An .npz or IDX data set; else {formats.DATA_VARIABLE}."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Handwritten digits: data, training, evaluation and prediction without a browser."""


@main.command("data")
@click.option("--download", "fetch", is_flag=True, help="Fetch the full MNIST (11 MB) first, if it is not here.")
@as_json
def data_command(fetch: bool, as_json: bool) -> None:
    """Say which data set is used, and how it is split."""
    if fetch and datasets.sound_mnist() is None:
        download.download_mnist(_show_download)
    dataset = datasets.load(datasets.find_source())
    sizes = {name: len(dataset.split(name)) for name in datasets.SPLITS}
    if as_json:
        _print_json({"source": dataset.source, **sizes})
    else:
        click.echo(f"{dataset.source}: " + ", ".join(f"{size:,} {name}" for name, size in sizes.items()))


@main.command()
@click.option("--model", type=click.Choice(list(registry.MODELS)), required=True)
@click.option("--recipe", "name", type=click.Choice(registry.recipe_names()), default="notebook", show_default=True)
@data_option
@click.option("--steps", type=int)
@click.option("--batch-size", type=int)
@click.option("--learning-rate", type=float, help="On the mean loss of a batch.")
@click.option("--seed", type=int)
@click.option("--out", type=click.Path(path_type=Path), help="The run directory to write; else one in the home folder.")
@click.option(
    "--strategy",
    type=click.Choice(cluster.STRATEGIES),
    default="default",
    show_default=True,
    help="One device, all devices of this machine, or the machines in TF_CONFIG (start the same command on each).",
)
@as_json
def train(  # noqa: PLR0917 (click passes each option by its name)
    model: str, name: str, data_path: str | None, out: Path | None, strategy: str, as_json: bool, **overrides: Any
) -> None:
    """Train a model. Ctrl-C stops it with a checkpoint and an exported model."""
    recipe = registry.get_recipe(model, name, **overrides)
    source = datasets.find_source(data_path)
    if source != datasets.BUNDLED:
        datasets.load(source)  # a bad file is told before a run is made and TensorFlow is imported
    # Of several workers the first keeps the run; the others forget theirs, which is the same.
    is_helper = strategy == "multiworker" and not cluster.is_first_worker()
    with tempfile.TemporaryDirectory() as scratch:
        run = store.create(recipe, source, Path(scratch) / "run" if is_helper else out)
        signal.signal(signal.SIGINT, lambda *_: control.request_stop(run))
        with muted_stderr():
            from mnist_demo.training import distribution, runner  # noqa: PLC0415 (imports TensorFlow)

        show = functools.partial(_show_metrics, recipe.steps)
        run = runner.train_run(run, show, distribution.make_strategy(strategy))
    if is_helper:
        return
    if run.status.state == "failed":
        raise UserError(run.status.message)
    _print_run(run, as_json)
    if run.status.state == "diverged":
        raise UserError(f"The run diverged. {run.status.message}")


@main.command()
@click.argument("model")
@data_option
@as_json
def evaluate(model: str, data_path: str | None, as_json: bool) -> None:
    """Classify the whole test set with MODEL: affine, cnn, a run's id or its directory."""
    run = store.find(model)
    dataset = datasets.load(datasets.find_source(data_path))
    result = evaluation.evaluate(_classifier(run), dataset.test)
    # A model's accuracy on images that it was trained on says nothing about its quality: never a test accuracy.
    measure = "test_accuracy" if dataset.is_unseen(run.status.trained_on) else "accuracy_on_images_seen_in_training"
    if as_json:
        summary = {
            "model": run.id,
            "source": dataset.source,
            "images": result.images,
            measure: result.accuracy,
        }
        _print_json({**summary, "confusion": result.confusion.tolist()})
    else:
        click.echo(f"{run.id} on {result.images:,} images of {dataset.source}: {measure} {result.accuracy:.2%}")


@main.command()
@click.argument("model")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json
def predict(model: str, images: tuple[Path, ...], as_json: bool) -> None:
    """Read the digit on each of IMAGES (PNG or JPEG) with MODEL: affine, cnn, a run's id or its directory."""
    classifier = _classifier(store.find(model))
    failures = 0
    for path in images:
        answer = _predict(classifier, path)
        failures += "error" in answer
        if as_json:
            _print_json(answer)
        elif "error" in answer:
            click.echo(f"{path}: {answer['error']}", err=True)
        elif not answer["is_digit"]:
            click.echo(f"{path}: {rejection.NO_DIGIT}")
        else:
            click.echo(f"{path}: {answer['digit']} ({max(answer['probabilities']):.1%})")
    if failures:
        sys.exit(1)


@main.command("runs")
@as_json
def runs_command(as_json: bool) -> None:
    """List all runs, newest first."""
    readable, damaged = store.list_runs()
    for run in readable:
        if as_json:
            _print_json({**_summary(run), "state": run.status.state, "message": run.status.message})
        else:
            accuracy = f"{run.evaluations[-1].test_accuracy:.2%}" if run.evaluations else "-"
            click.echo(f"{run.id}  {run.status.state}  {accuracy}  {run.status.message}")
    for directory in damaged:
        click.echo(f"{directory} cannot be read: delete it.", err=True)


def _classifier(run: Run) -> Classifier:
    with muted_stderr():
        return Classifier.from_file(run.model_path, run.status.temperature)


def _predict(classifier: Classifier, path: Path) -> dict[str, Any]:
    try:
        pixels = preprocess.to_mnist(photo.ink_of(pictures.read_picture(path)))
    except UserError as error:
        return {"path": str(path), "error": str(error)}
    probabilities = classifier.probabilities(pixels.reshape(1, -1))[0]
    return {
        "path": str(path),
        "is_digit": rejection.is_digit(pixels),
        "digit": int(probabilities.argmax()),
        "probabilities": probabilities.tolist(),
    }


def _summary(run: Run) -> dict[str, Any]:
    last = run.evaluations[-1] if run.evaluations else Metrics(0, 0.0)
    return {
        "run": run.id,
        "model": run.recipe.model,
        "recipe": run.recipe.name,
        "steps": last.step,
        "train_seconds": last.seconds,
        "total_seconds": run.status.total_seconds,
        "steps_per_second": last.step / last.seconds if last.seconds else None,
        "validation_accuracy": last.validation_accuracy,
        "test_accuracy": last.test_accuracy,
        "history": [[metrics.step, metrics.test_accuracy] for metrics in run.evaluations],
    }


def _print_run(run: Run, as_json: bool) -> None:
    summary = _summary(run)
    if as_json:
        _print_json(summary)
    elif summary["test_accuracy"] is not None:
        click.echo(f"{run.directory}: {run.status.state}, test accuracy {summary['test_accuracy']:.2%}")
    else:
        click.echo(f"{run.directory}: {run.status.state}. {run.status.message}")


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value))


def _show_metrics(steps: int, metrics: Metrics) -> None:
    if metrics.test_accuracy is not None:
        click.echo(f"step {metrics.step:,} of {steps:,}: test accuracy {metrics.test_accuracy:.2%}", err=True)


def _show_download(done: int, total: int) -> None:
    megabyte = 1_000_000
    if done // megabyte != (done - 1) // megabyte or done == total:
        click.echo(f"fetched {done / megabyte:.1f} of {total / megabyte:.1f} MB", err=True)


def run() -> None:
    """Run the command line; turns what a person can mend into one line and exit status 1."""
    try:
        main(standalone_mode=False)
    except (UserError, click.ClickException) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"mnist_demo: {' '.join(message.split())}", err=True)
        sys.exit(1)
    except click.Abort:
        sys.exit(1)


if __name__ == "__main__":
    run()
