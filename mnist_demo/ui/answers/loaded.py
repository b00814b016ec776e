"""The exported models that answer, each loaded once in this process."""

import functools
from pathlib import Path

from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run


def classifier(run: Run) -> Classifier:
    """The exported model of `run`, loaded once for all viewers. Raises UserError where it has none."""
    try:
        changed = run.model_path.stat().st_mtime_ns
    except OSError:
        changed = 0  # there is none, and reading it will say so
    return _classifier(run.model_path, changed, run.status.temperature)


# A CNN's engine has 10 MB, and is there again in 20 ms.
@functools.lru_cache(maxsize=10)
def _classifier(path: Path, changed: int, temperature: float) -> Classifier:  # noqa: ARG001 (looked up by)
    return Classifier.from_file(path, temperature)


def shipped(name: str) -> Run:
    """The run behind a model that comes with the package."""
    return _shipped(store.SHIPPED / name)


def all_shipped() -> dict[str, Run]:
    """The runs behind all models that come with the package, by their names."""
    return {name: shipped(name) for name in store.shipped_names()}


@functools.cache
def _shipped(directory: Path) -> Run:
    return store.find(str(directory))
