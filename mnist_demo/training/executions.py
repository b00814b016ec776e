"""The ways in which a machine can execute the same training step, and which of them is fastest on this one.

bfloat16 makes the CNN's steps nearly twice as fast on processors that have instructions for it and slower elsewhere;
XLA helps on some machines and makes convolutions on others forty times slower. So each is measured once a machine and
version of TensorFlow, and kept in `executions.json` in the home folder; nothing is assumed.
"""

import importlib.metadata
import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models.recipes import Recipe


@dataclass(frozen=True)
class Execution:
    """`policy` is a Keras dtype policy; with `xla` TensorFlow compiles each step by XLA."""

    policy: str
    xla: bool = False


EXECUTIONS = {
    "float32": Execution("float32"),
    "bfloat16": Execution("mixed_bfloat16"),
    "float32, XLA": Execution("float32", xla=True),
}


def candidates(recipe: Recipe, *, has_gpu: bool) -> list[str]:
    """The executions that come into question for a recipe. XLA for convolutions only on a GPU: on a processor its mere
    compilation takes longer than all the rest of the probe.
    """
    names = ["float32"]
    if recipe.precision == "fastest":
        names.append("bfloat16")
    if recipe.model != "cnn" or has_gpu:
        names.append("float32, XLA")
    return names


def fastest(recipe: Recipe, measure: Callable[[str, str], float], *, has_gpu: bool = False) -> str:
    """The name of the execution that takes this recipe's steps fastest here.

    `measure(model, execution)` gives seconds a step; it is asked only for what was not measured before.
    """
    known = _read()
    names = candidates(recipe, has_gpu=has_gpu)
    missing = [name for name in names if f"{recipe.model}: {name}" not in known]
    for name in missing:
        known[f"{recipe.model}: {name}"] = measure(recipe.model, name)
    if missing:
        _try_to_write(known)
    return min(names, key=lambda name: known[f"{recipe.model}: {name}"])


def _machine() -> str:
    """What must be the same for old measurements to count."""
    versions = f"TensorFlow {importlib.metadata.version('tensorflow')}"
    return f"{platform.node()}, {platform.machine()}, {os.cpu_count()} cores, {versions}"


def _read() -> dict[str, float]:
    """Seconds a step by "model: execution", of this machine; {} where nothing sound is there."""
    try:
        stored = json.loads((files.home() / "executions.json").read_text())
        return {str(name): float(seconds) for name, seconds in stored[_machine()].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _try_to_write(seconds: dict[str, float]) -> None:
    text = json.dumps({_machine(): seconds}, indent=2) + "\n"
    try:
        path = files.make_folder(files.home()) / "executions.json"
        files.write_atomically(path, lambda stream: stream.write(text.encode()))
    except UserError:
        return  # then it is measured again next time
