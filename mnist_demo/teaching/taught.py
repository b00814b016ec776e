"""A run that goes on from a trained model with people's drawings: how it begins, and what that was worth."""

from dataclasses import dataclass
from pathlib import Path

from mnist_demo import files
from mnist_demo.data import datasets
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network import exported
from mnist_demo.models import registry
from mnist_demo.models.evaluation import Evaluation, evaluate
from mnist_demo.models.inference import Classifier
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import START_FILE, Run
from mnist_demo.teaching import material
from mnist_demo.teaching.material import KEPT_ASIDE, UNSEEN, Material

MNIST_TEST = "mnist_test"
# What a taught model is asked to read, and how to say it.
JUDGED = {
    KEPT_ASIDE: "Other drawings by the same people",
    UNSEEN: "Drawings by people it never learned from",
    MNIST_TEST: "Test images",
}


@dataclass(frozen=True)
class Worth:
    """How a model read before it was taught, and after, by what it was asked: see `worth`.

    `drawings` has how many of them are in which part, one of material.PARTS.
    """

    drawings: dict[str, int]
    before: dict[str, Evaluation]
    after: dict[str, Evaluation]


def create(recipe: Recipe, data: str, start: Run, drawings: Material, directory: Path | None = None) -> Run:
    """Make a new run that goes on from the model of `start` with these drawings and `data`; else as store.create.

    Raises UserError as store.create does, and where that model cannot be taught by the recipe, or has seen the test
    images.
    """
    if start.settings.start:
        # What it learned from might be among the drawings that are now kept aside.
        raise UserError(f"The run {start.id} was taught already: teach the model {start.settings.start} again.")
    if registry.model_of(start.recipe).architecture != registry.model_of(recipe).architecture:
        title = registry.get_model(recipe.model).title
        raise UserError(f"The recipe {recipe.name} teaches a {title}, and {start.id} is none: choose another model.")
    try:
        content = start.model_path.read_bytes()
    except OSError as error:
        raise UserError(f"The run {start.id} has no exported model, or was deleted: choose another model.") from error
    exported.open_model(content)  # a damaged one is told now
    if not datasets.load(data).is_unseen(start.status.trained_on):
        raise UserError(
            f"The model {start.id} has learned from these images already, so they cannot judge it: fetch all of MNIST, "
            "on the Data page or by `data --download`, or name another data set."
        )

    def furnish(folder: Path) -> None:
        files.write_atomically(folder / START_FILE, lambda stream: stream.write(content))
        material.write(drawings, folder)

    return store.create(recipe, data, directory, start=start.id, furnish=furnish)


def starting_weights(run: Run) -> list[Floats]:
    """The weights that a run begins with, kernel and bias of each layer in turn, as Keras has them.

    Raises UserError where its start is missing or damaged.
    """
    layers = exported.open_file(run.start_path).network.layers
    return [array for layer in layers if layer.has_weights for array in (layer.kernel, layer.bias)]


def worth(run: Run) -> Worth:
    """How the model read before and after, of "kept_aside" drawings, "unseen_writers" and "mnist_test".

    What there is none of is left out. Raises UserError where the run has no exported model, or its drawings or its
    data cannot be read.
    """
    drawings, dataset = material.read(run), datasets.load(run.settings.data)
    splits = {KEPT_ASIDE: drawings.part(KEPT_ASIDE), UNSEEN: drawings.part(UNSEEN), MNIST_TEST: dataset.test}
    counts = {part: len(drawings.part(part)) for part in material.PARTS}
    return Worth(counts, _read(run.start_path, splits), _read(run.model_path, splits))


def _read(path: Path, splits: dict[str, Split]) -> dict[str, Evaluation]:
    classifier = Classifier.from_file(path)
    return {name: evaluate(classifier, split) for name, split in splits.items() if len(split)}
