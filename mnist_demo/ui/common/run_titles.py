"""How runs are called on the pages."""

from collections.abc import Callable, Mapping

from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run


def title(run: Run) -> str:
    """How a run is called on the pages: as "CNN, notebook, run 3", and the shipped models by their kind."""
    kind = registry.model_of(run.recipe).title
    if run.directory.parent == store.SHIPPED:
        return kind
    number = run.number
    return f"{kind}, {run.recipe.name}, " + (f"run {number}" if number else run.id)


def full_title(run: Run) -> str:
    """The same, and of a network of somebody's own what it is: "Own network, fast, run 3: conv 16 3, dense 64"."""
    return title(run) if run.recipe.network is None else f"{title(run)}: {run.recipe.network or 'no layer'}"


def titles(by_id: Mapping[str, Run], say: Callable[[Run], str] = title) -> Callable[[str], str]:
    """What a choice of runs shows for an id; the id itself for a run that was deleted in the meantime."""
    return lambda name: say(by_id[name]) if name in by_id else name
