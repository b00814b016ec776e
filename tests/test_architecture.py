"""Imports run downwards only (see the layers below), and the UI process is free of TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mnist_demo"
MODULES = sorted(PACKAGE.rglob("*.py"))
TRAINING = ("models", "training", "augmentation", "distribution", "events")  # may import TensorFlow
LAYERS = [
    {"errors", "quiet"},
    {"files"},
    {"data", "recipes"},
    {"runs", "drawing", "download", "models", "augmentation", "executions"},
    {"control", "events", "distribution", "scribbles", "rejection", "calibration", "sharing"},
    {"training", "inference", "plots", "rejection_training", "photo", "segmentation", "neighbours"},
    {"trainer", "evaluation"},
    {"ui", "__main__"},
]


def imported(path: Path) -> set[str]:
    """The dotted names of all modules that a file imports, at its top or within a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def layer_of(name: str) -> int:
    return next(index for index, layer in enumerate(LAYERS) if name in layer)


@pytest.mark.parametrize("path", [ROOT / "app.py", *MODULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_streamlit_and_tensorflow_keep_to_their_places(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    is_ui = path.name == "app.py" or path.is_relative_to(PACKAGE / "ui")
    assert is_ui or not roots & {"streamlit", "streamlit_drawable_canvas"}
    assert path.stem in TRAINING or not roots & {"tensorflow", "keras"}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parent == PACKAGE and path.stem != "__init__"],
    ids=lambda path: str(path.stem),
)
def test_imports_run_downwards(path: Path) -> None:
    used = {name.split(".")[1] for name in imported(path) if name.startswith("mnist_demo.")}
    own = layer_of(path.stem)
    assert not {name for name in used if layer_of(name) >= own}


def test_every_module_has_its_layer() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} | {"ui"} == set().union(*LAYERS)


def test_pyplot_is_never_used() -> None:
    assert not [path for path in MODULES if any("pyplot" in name for name in imported(path))]


def test_the_trainers_second_import_of_the_app_costs_nothing() -> None:
    """multiprocessing imports app.py again in the training process, under another name."""
    code = "import runpy, sys; runpy.run_path('app.py', run_name='__mp_main__'); assert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
