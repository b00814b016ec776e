"""How runs are called on the pages."""

from collections.abc import Callable, Mapping

from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run


def title(run: Run) -> str:
    """How a run is called on the pages: the shipped models by their kind, others with their id's beginning and end."""
    kind = registry.get_model(run.recipe.model).title
    return kind if run.directory.parent == store.SHIPPED else f"{kind} · {run.recipe.name} · {run.id[-4:]}"


def titles(by_id: Mapping[str, Run]) -> Callable[[str], str]:
    """What a choice of runs shows for an id; the id itself for a run that was deleted in the meantime."""
    return lambda name: title(by_id[name]) if name in by_id else name
