"""`train`: a new run, or more steps for one that has ended, in this process."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, data_option, summary, to_json
from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.loading import muted_stderr, tensorflow_alone
from mnist_demo.models import recipes, registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.teaching.taught import Worth
from mnist_demo.training import cluster
from mnist_demo.words import percent

NAMED = [name for name in registry.MODELS if name != registry.OWN.name]
WITH_CONTINUE = ("continued", "steps", "strategy", "as_json")  # all else was settled when the run began


@click.command("train")
@click.option("--model", type=click.Choice(NAMED), help="The model of a new run.")
@click.option(
    "--network",
    metavar="LAYERS",
    help=f'Instead of a model: your own layers, such as "{registry.FIRST_NETWORK}".',
)
@click.option(
    "--from", "start", metavar="MODEL", help="With --recipe teach: the model to teach the drawings [default: cnn]."
)
@click.option("--continue", "continued", metavar="RUN", help="Go on with an ended run: its id or its directory.")
@click.option(
    "--recipe", "name", type=click.Choice(registry.recipe_names()), help="By default the first that the model has."
)
@data_option
@click.option(
    "--steps",
    type=int,
    help="Steps to take; with --continue, on top of those taken (else those that remain, or the recipe's once more).",
)
@click.option("--batch-size", type=int)
@click.option("--learning-rate", type=float, help="On the mean loss of a batch.")
@click.option("--optimizer", type=click.Choice(recipes.OPTIMIZERS))
@click.option("--train-images", type=int, help="Learn from so many images only, as many of each digit.")
@click.option("--label-noise", type=float, help="Share of the training images that get a wrong label, 0 to 0.5.")
@click.option("--l2", type=float, help="Minimise this times the sum of all squared weights too, 0 to 0.1.")
@click.option("--seed", type=int)
@click.option("--out", type=click.Path(path_type=Path), help="The run directory to write; else one in the home folder.")
@click.option(
    "--strategy",
    type=click.Choice(cluster.STRATEGIES),
    default="default",
    show_default=True,
    help="One device, all devices of this machine, or the machines in TF_CONFIG (start the same command on each).",
)
@as_json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    continued: str | None,
    data_path: str | None,
    strategy: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a model, or go on with a run. Ctrl-C stops it with a checkpoint and an exported model.

    \b
    Exit status:
      0  the run finished, or was stopped: by Ctrl-C, or from the app
      1  the run diverged, which leaves its last good model, or failed, or was
         never begun; the last line on standard error says why
    """
    # Of several workers the first keeps the run; the others forget theirs, which is the same.
    is_helper = strategy == "multiworker" and not cluster.is_first_worker()
    if strategy == "multiworker" and options["name"] in {recipe.name for recipe in registry.teaching_recipes()}:
        raise UserError("Each machine has drawings of its own: teach in one process, without --strategy multiworker.")
    with tempfile.TemporaryDirectory() as scratch:
        if is_helper:
            options["out"] = Path(scratch) / "run"
        run = _continue(context, continued) if continued is not None else _create(data_path, **options)
        run = _train(run, strategy)
    if is_helper:
        return
    if run.status.state == "failed":
        raise UserError(run.status.message)
    with muted_stderr():
        worth = taught.worth(run) if run.settings.start and run.model_path.is_file() else None
    if as_json:
        click.echo(to_json(summary(run) | ({} if worth is None else _taught(worth))))
    else:
        click.echo(_sentence(run))
        if worth is not None:
            click.echo("\n".join(_before_and_after(worth)))
    if run.status.state == "diverged":
        raise UserError(f"The run diverged. {run.status.message}")


def _create(
    data_path: str | None, model: str | None, name: str | None, out: Path | None, start: str | None, **overrides: Any
) -> Run:
    if model is not None and overrides["network"] is not None:
        raise UserError("A run trains one network: give --model or --network, and leave out the other.")
    if overrides["network"] is not None:
        model = registry.OWN.name
    if model is None:
        known = f"--model {' or '.join(NAMED)}, --network and its layers"
        raise UserError(f"Say what to train: {known}, or --continue and an ended run.")
    recipe = registry.get_recipe(model, name or registry.get_model(model).recipes[0].name, **overrides)
    source = datasets.find_source(data_path)
    _check_data(source)
    if recipe.drawings_share:
        return _teach(recipe, source, start or recipe.model, out)
    if start is not None:
        raise UserError("Only a recipe that teaches goes on from another model: add --recipe teach.")
    return store.create(recipe, source, out)


def _teach(recipe: Recipe, source: str, start: str, out: Path | None) -> Run:
    from mnist_demo.classroom import database, drawings  # noqa: PLC0415 (SQLAlchemy takes 0.4 s)

    found = drawings.collect(database.open_database())
    prepared = material.prepare(found.images, found.labels, found.writers, recipe.seed, codes=found.codes)
    with muted_stderr():
        return taught.create(recipe, source, store.find(start), prepared, out)


def _continue(context: click.Context, name: str) -> Run:
    given = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    refused = [option.opts[0] for option in context.command.params if option.name in given - {*WITH_CONTINUE}]
    if refused:
        raise UserError(f"A run goes on with the settings that it began with: leave out {' and '.join(refused)}.")
    if context.params["strategy"] == "multiworker":
        raise UserError("A run goes on in one process: leave out --strategy multiworker.")
    run = store.find_own(name)
    _check_data(run.settings.data)
    more = context.params["steps"]
    return control.queue_again(run, run.last_step + (control.usual_steps(run) if more is None else more))


def _check_data(source: str) -> None:
    """A bad file is told before anything is written and TensorFlow is imported."""
    if source != datasets.BUNDLED:
        datasets.load(source)


def _train(run: Run, strategy: str) -> Run:
    signal.signal(signal.SIGINT, lambda *_: control.request_stop(run))
    target = run.settings.target
    with progress.bar("Starting TensorFlow", target, " steps", initial=run.last_step) as bar:
        with tensorflow_alone():
            from mnist_demo.training import distribution, runner  # noqa: PLC0415 (imports TensorFlow)

        bar.set_description_str(f"{run.recipe.model} {run.recipe.name}")
        bar.unpause()  # the rate is that of the steps

        def show(metrics: Metrics) -> None:
            bar.update(metrics.step - bar.n)
            if metrics.test_accuracy is not None:
                evaluated = f"step {metrics.step:,} of {target:,}: test accuracy {percent(metrics.test_accuracy)}"
                bar.write(evaluated, sys.stderr)

        return runner.train_run(run, show, distribution.make_strategy(strategy))


def _taught(worth: Worth) -> dict[str, Any]:
    """How many drawings are in which part, and the accuracies before and after, with 95 % intervals beside them."""
    figures: dict[str, Any] = {"drawings": worth.drawings}
    for when, readings in (("before", worth.before), ("after", worth.after)):
        figures[when] = {name: readings[name].accuracy if name in readings else None for name in taught.JUDGED}
        figures[f"{when}_intervals"] = {name: reading.interval for name, reading in readings.items()}
    return figures


def _before_and_after(worth: Worth) -> Iterator[str]:
    for name, after in worth.after.items():
        low, high = after.interval
        yield (
            f"{taught.JUDGED[name]}: {percent(worth.before[name].accuracy)} before, {percent(after.accuracy)} after "
            f"(of {after.images:,}; 95 % interval {percent(low)} to {percent(high)})"
        )


def _sentence(run: Run) -> str:
    accuracy = summary(run)["test_accuracy"]
    if accuracy is not None:
        return f"{run.directory}: {run.status.state}, test accuracy {percent(accuracy)}"
    return f"{run.directory}: {run.status.state}. {run.status.message}"
