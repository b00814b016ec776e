"""`mistakes`: what a model reads wrong."""

import click

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, data_option, opened_of, to_json
from mnist_demo.data import datasets
from mnist_demo.data.images import CLASSES
from mnist_demo.inside import judging, mistakes
from mnist_demo.runs import store
from mnist_demo.words import percent, surety

SHOWN = 10  # mistakes, where they are printed for people


@click.command("mistakes")
@click.argument("model")
@data_option
@click.option("--split", "name", type=click.Choice(datasets.SPLITS), default="test", show_default=True)
@as_json_option
def command(model: str, data_path: str | None, name: str, as_json: bool) -> None:
    """List what MODEL (affine, cnn, a run's id or its directory) reads wrong in a split, the surest first."""
    run = store.find(model)
    opened = opened_of(run)
    dataset = datasets.load(datasets.find_source(data_path))
    split = dataset.split(name)
    with progress.bar(run.id, len(split), " images", leave=False) as bar:
        judged = judging.judge(opened, split, lambda done, _total: bar.update(done - bar.n))
    probabilities = judged.probabilities(opened.temperature)
    digits = probabilities.argmax(axis=1)
    confusion = mistakes.confusion(split.labels, digits)
    accuracy = mistakes.accuracy(confusion)
    found = [
        {
            "index": int(index),
            "label": int(split.labels[index]),
            "digit": int(digits[index]),
            "probability": float(probabilities[index, digits[index]]),
        }
        for index in mistakes.confident_mistakes(probabilities, split.labels)
    ]
    if as_json:
        click.echo(to_json({"accuracy": accuracy, "confusion": confusion.tolist(), "mistakes": found}))
        return
    click.echo(f"{run.id} reads {percent(accuracy, 2)} of the {len(split):,} {name} images of {dataset.source} right.")
    if name == "train" or not dataset.is_unseen(run.status.trained_on):
        click.echo("It was trained on images of this data set: new ones it reads less well.")
    click.echo(f"\nlabel  read as {'  '.join(f'{digit:4}' for digit in range(CLASSES))}  right (95 % interval)")
    for one, row in zip(mistakes.accuracy_by_digit(confusion), confusion, strict=True):
        share = f"{percent(one.share)} ({percent(one.low)} to {percent(one.high)})" if one.images else "no images"
        click.echo(f"{one.digit:5}          {'  '.join(f'{count:4}' for count in row)}  {share}")
    if found:
        click.echo(f"\nThe surest of {len(found):,} mistakes:")
    for each in found[:SHOWN]:
        click.echo(f"image {each['index']}: a {each['label']}, read as {each['digit']} ({surety(each['probability'])})")
