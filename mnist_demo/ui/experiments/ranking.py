"""All ended runs by how well they do on validation images."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_demo.models import registry
from mnist_demo.runs import groups
from mnist_demo.runs.run_directory import Run

MOST = 100  # runs in the table: a home may hold any number


@dataclass(frozen=True)
class Ranked:
    """A run in its place."""

    run: Run
    network: str  # its text; "" for an affine model
    parameters: int
    seconds: float  # of stepping
    validation: float
    test: float | None


def ranked(listed: Sequence[Run], trained_on: str) -> list[Ranked]:
    """Those of the runs that ended, have learned and were trained on the data set of that name: the best first.

    Runs on other data cannot be held against them. Of two that are equally good, the smaller one comes first.
    """
    found = []
    for run in listed:
        last = None if run.is_active or run.status.trained_on != trained_on else groups.accuracy_of(run)
        if last is None or last.validation_accuracy is None:
            continue
        model = registry.model_of(run.recipe)
        found.append(
            Ranked(run, model.network, model.parameters, last.seconds, last.validation_accuracy, last.test_accuracy)
        )
    found.sort(key=lambda one: (-one.validation, one.parameters))
    return found[:MOST]


def on_front(points: Sequence[Ranked]) -> set[str]:
    """The ids of those of which no other is better with as few parameters, or as good with fewer."""
    front, best = set(), -1.0
    for one in sorted(points, key=lambda one: (one.parameters, -one.validation)):
        if one.validation > best:
            best = one.validation
            front.add(one.run.id)
    return front


def data_sets(listed: Sequence[Run]) -> list[str]:
    """The names of the data sets that ended runs were trained on, that of the newest run first."""
    return list(dict.fromkeys(run.status.trained_on for run in listed if not run.is_active and run.status.trained_on))
