from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mnist_demo.errors import UserError
from mnist_demo.runs.metrics import Metrics
from mnist_demo.training.saving import tensorboard


def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    writer = tensorboard.Writer(tmp_path / "run")
    writer.write(Metrics(0, 0.0, test_loss=2.3, test_accuracy=0.1))
    writer.write(Metrics(100, 1.5, 5000.0, 0.4, 0.9, test_loss=0.5, test_accuracy=0.85))
    read = EventAccumulator(str(tmp_path / "run")).Reload()
    assert [(event.step, round(event.value, 3)) for event in read.Scalars("test/accuracy")] == [(0, 0.1), (100, 0.85)]
    assert [event.step for event in read.Scalars("train/loss")] == [100]
    assert set(read.Tags()["scalars"]) == {
        *("seconds", "images/per_second", "train/loss", "train/accuracy", "test/loss", "test/accuracy")
    }


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="Cannot write"):
        tensorboard.Writer(tmp_path / "file" / "run")
