import numpy as np

from mnist_demo.data import datasets
from mnist_demo.models import evaluation
from mnist_demo.models.inference import Classifier
from mnist_demo.runs.run_directory import Run


def test_confusion_counts_every_image_once_and_agrees_with_the_metrics(trained: Run) -> None:
    test = datasets.load(trained.settings.data).test
    result = evaluation.evaluate(Classifier.from_file(trained.model_path), test)
    assert result.images == len(test)
    np.testing.assert_array_equal(result.confusion.sum(axis=1), np.bincount(test.labels, minlength=10))
    assert result.accuracy == trained.evaluations[-1].test_accuracy


def test_rows_are_what_was_written_and_columns_what_was_read() -> None:
    confusion = np.zeros((10, 10), np.int64)
    confusion[7, 7], confusion[7, 1] = 3, 1
    assert evaluation.Evaluation(confusion).accuracy == 0.75
