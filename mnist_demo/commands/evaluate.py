"""`evaluate`: how well a model reads the test set."""

import click

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, classifier_of, data_option, to_json
from mnist_demo.data import datasets
from mnist_demo.models import evaluation
from mnist_demo.runs import store
from mnist_demo.words import percent


@click.command("evaluate")
@click.argument("model")
@data_option
@as_json_option
def command(model: str, data_path: str | None, as_json: bool) -> None:
    """Classify the whole test set with MODEL: affine, cnn, a run's id or its directory."""
    run = store.find(model)
    dataset = datasets.load(datasets.find_source(data_path))
    classifier = classifier_of(run)
    with progress.bar(run.id, len(dataset.test), " images") as bar:
        result = evaluation.evaluate(classifier, dataset.test, bar.update)
    # A model's accuracy on images that it was trained on says nothing about its quality: never a test accuracy.
    measure = "test_accuracy" if dataset.is_unseen(run.status.trained_on) else "accuracy_on_images_seen_in_training"
    if as_json:
        figures = {
            "model": run.id,
            "source": dataset.source,
            "images": result.images,
            measure: result.accuracy,
        }
        click.echo(to_json({**figures, "confusion": result.confusion.tolist()}))
    else:
        click.echo(f"{run.id} on {result.images:,} images of {dataset.source}: {measure} {percent(result.accuracy)}")
