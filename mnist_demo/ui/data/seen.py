"""Which images a model may have seen in training: being right on those proves little."""

from mnist_demo.data.datasets import Dataset
from mnist_demo.runs.run_directory import Run


def may_have_seen(run: Run, dataset: Dataset, split: str) -> bool:
    """Whether the run's model was trained, or chosen, on images of this split of `dataset`.

    The subset that comes with the app is a part of MNIST's training file: what was trained on the subset has seen 4,000
    of MNIST's training and validation images, and what was trained on MNIST the whole subset.
    """
    trained_on = run.status.trained_on
    is_of_training_file = (trained_on, dataset.name) == ("MNIST subset", "MNIST")
    if trained_on == dataset.name or is_of_training_file:
        return split != "test"
    return not dataset.is_unseen(trained_on)
