"""In which numbers a recipe's steps are fastest on this machine: float32, or bfloat16 where the recipe allows it.

bfloat16 makes the CNN's steps nearly twice as fast on processors that have instructions for it, and slower elsewhere.
So both are measured once on each machine, with the CNN, and kept in `step_seconds.json` in the home folder. What is
faster there is taken for every network whose convolutions have enough to do; for others float32 is as fast or faster.
"""

import importlib.metadata
import json
import os
import platform
from collections.abc import Callable, Sequence
from typing import Any

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.architecture import Conv
from mnist_demo.models.recipes import Recipe

FILE = "step_seconds.json"  # in the home
# The Keras dtype policy of each precision; weights and logits are float32 in both.
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


# Of convolutions, a picture. Measured with networks of 0.1 to 80 million: the CNN's choice is theirs from here on.
ENOUGH_MULTIPLICATIONS = 1_000_000


def candidates(recipe: Recipe) -> list[str]:
    """The precisions that come into question for a recipe."""
    stages = registry.model_of(recipe).architecture.stages
    work = sum(stage.multiplications for stage in stages if isinstance(stage.layer, Conv))
    return list(POLICIES) if recipe.precision == "fastest" and work >= ENOUGH_MULTIPLICATIONS else ["float32"]


def fastest(recipe: Recipe, measure: Callable[[str], float], devices: Sequence[str] = ()) -> str:
    """The precision that takes this recipe's steps fastest here, a key of POLICIES.

    `measure(precision)` gives the CNN's seconds a step; it is asked only for what was not measured before, on a machine
    with the accelerators named in `devices`. Where there is nothing to choose it is not asked at all.
    """
    names = candidates(recipe)
    if len(names) == 1:
        return names[0]
    machine = _machine(devices)
    known = _read(machine)
    keys = {name: key_of(name) for name in names}
    missing = [name for name in names if keys[name] not in known]
    for name in missing:
        known[keys[name]] = measure(name)
    if missing:
        _try_to_write(machine, known)
    return min(names, key=lambda name: known[keys[name]])


def key_of(precision: str) -> str:
    """Under which name the CNN's seconds a step of 100 images are kept."""
    return f"{registry.CNN.name}: {precision}"


def measured_here() -> dict[str, float]:
    """What was measured on this machine, with whichever accelerators: seconds by `key_of`; {} before."""
    stored = _stored()
    machines = [name for name in stored if name.startswith(_begin())]
    return _sound(stored[machines[-1]]) if machines else {}


def _begin() -> str:
    return ", ".join([platform.node(), platform.machine(), f"{os.cpu_count()} cores"])


def _machine(devices: Sequence[str]) -> str:
    """What must be the same for old measurements to count."""
    return ", ".join([_begin(), *devices, f"TensorFlow {importlib.metadata.version('tensorflow')}"])


def _read(machine: str) -> dict[str, float]:
    """Seconds a step by "model: precision", of this machine; {} where nothing sound is there."""
    return _sound(_stored().get(machine))


def _stored() -> dict[str, Any]:
    """What the file says of each machine; {} where it is not there or damaged."""
    try:
        stored = json.loads((files.home() / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _sound(seconds: Any) -> dict[str, float]:
    try:
        return {str(name): float(each) for name, each in seconds.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _try_to_write(machine: str, seconds: dict[str, float]) -> None:
    text = json.dumps({machine: seconds}, indent=2) + "\n"
    try:
        path = files.make_folder(files.home()) / FILE
        files.write_atomically(path, lambda stream: stream.write(text.encode()))
    except UserError:
        return  # then it is measured again next time
