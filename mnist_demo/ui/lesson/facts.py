"""What the lesson's figures are made of: one test image, the models that come with the app, the class's own runs."""

from dataclasses import dataclass

from mnist_demo.data.datasets import Dataset
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models import registry
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.evidence import choice
from mnist_demo.words import percent

INDEX = 0  # of the test image that the steps look at: every data set has one


@dataclass(frozen=True)
class Facts:
    """`pixels` is the test image of the lesson, float32 (784,) in [0, 1]; `best` the class's best runs by model."""

    dataset: Dataset
    pixels: Floats
    label: int
    best: dict[str, Run]

    def opened(self, model: str) -> tuple[Run, Opened]:
        """The class's best run of a model, or the one that comes with the app where there is none to be read."""
        if model in self.best:
            try:
                return self.best[model], choice.opened(self.best[model])
            except UserError:  # deleted in the meantime, or damaged
                pass
        shipped = loaded.shipped(model)
        return shipped, choice.opened(shipped)

    def of_the_class(self, model: str) -> str:
        """A sentence on the class's best run of a model; "" where there is none."""
        if model not in self.best:
            return ""
        run = self.best[model]
        return f"Your class’s best: **{run_titles.title(run)}**, {percent(accuracy(run))} ({run.status.trained_on})."


def gather() -> Facts:
    """The facts as they are now; stops the page with one sentence where the data set cannot be read."""
    dataset = services.current_dataset()
    best: dict[str, Run] = {}
    for run in services.listing().read().runs:
        model = run.recipe.model
        if is_done(run) and (model not in best or accuracy(run) > accuracy(best[model])):
            best[model] = run
    return Facts(dataset, dataset.test.pixels(INDEX, INDEX + 1)[0], int(dataset.test.labels[INDEX]), best)


def is_done(run: Run) -> bool:
    """Whether a run has finished, was tested, and still has its model."""
    return run.status.state == "finished" and run.last_evaluation is not None and run.model_path.is_file()


def accuracy(run: Run) -> float:
    """The share of its test images that a run's model reads right, as the run measured it last."""
    evaluation = run.last_evaluation
    return (evaluation.test_accuracy if evaluation else None) or 0.0


def shipped_accuracy(model: str) -> float:
    """That of the model that comes with the app, on MNIST's test images."""
    return accuracy(loaded.shipped(model))


def parameters(model: str) -> str:
    """How many parameters a model has, in words."""
    return f"{registry.get_model(model).parameters:,}"
