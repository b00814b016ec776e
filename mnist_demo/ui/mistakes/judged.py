"""What a model says of all images of a split, computed once for all viewers."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_demo.data.datasets import Dataset
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import judging, mistakes
from mnist_demo.inside.mistakes import Indices
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import softmax
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import services

_one_at_a_time = threading.Lock()  # it takes all cores


@dataclass(frozen=True)
class Judged:
    """What a model says of n images. probabilities: float32 (n, 10). digits: int64 (n,). labels: integers (n,)."""

    probabilities: Floats
    digits: Indices
    labels: Indices
    confusion: Indices


def judged(run: Run, dataset: Dataset, name: str) -> Judged:
    """What `run`'s model says of the split called `name`. Raises UserError where the model is gone or unknown."""
    try:
        changed = run.model_path.stat().st_mtime_ns
    except OSError as error:
        raise UserError("This run has no exported model, or was deleted: choose another model.") from error
    opened = _opened(run.model_path, changed, run.status.temperature)
    logits = _logits(opened.digest, dataset.source, name, opened)
    probabilities = softmax(logits / opened.temperature)
    labels = dataset.split(name).labels.astype(np.int64)
    digits = probabilities.argmax(axis=1)
    return Judged(probabilities, digits, labels, mistakes.confusion(labels, digits))


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(path: Path, changed: int, temperature: float) -> Opened:  # noqa: ARG001 (looked up by)
    return exported.open_file(path, temperature)


@st.cache_resource(max_entries=20, show_spinner="The model reads all the images…")
def _logits(digest: str, source: str, name: str, _opened: Opened) -> Floats:  # noqa: ARG001 (looked up by)
    with _one_at_a_time:
        return judging.judge(_opened, services.dataset(source).split(name)).logits
