"""Dataclasses as JSON files, and back, with their types checked."""

import json
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from mnist_demo import files
from mnist_demo.errors import UserError

T = TypeVar("T")


def typed(kind: type[T], values: Any) -> T:
    """A dataclass from parsed JSON; raises TypeError where a field has another type than the class says."""
    made = kind(**values)
    for name, allowed in _field_types(kind).items():  # type: ignore[arg-type]
        value = getattr(made, name)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise TypeError(f"{name} is {value!r}")
    return made


@cache
def _field_types(kind: type) -> dict[str, tuple[type, ...]]:
    """What each field of a dataclass may hold; JSON writes a whole float without its point."""
    hints = {name: get_args(hint) or (hint,) for name, hint in get_type_hints(kind).items()}
    return {name: (*allowed, int) if float in allowed else allowed for name, allowed in hints.items()}


def write_json(path: Path, value: dict[str, Any]) -> None:
    files.write_atomically(path, lambda stream: stream.write(to_json(value)))


def to_json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def read_json(directory: Path, name: str) -> dict[str, Any]:
    try:
        value = json.loads((directory / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The run {directory.name} has no readable {name}: delete it.") from error
    if not isinstance(value, dict):
        raise UserError(f"The run {directory.name} has no readable {name}: delete it.")
    return value
