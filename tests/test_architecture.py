"""The folders are the architecture: imports run downwards between them, and each library has its place. By path."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mnist_demo"
MODULES = {path: path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in PACKAGE.rglob("*.py")}
FILES = [ROOT / "app.py", *sorted(MODULES)]

# Which library may be imported where: a folder or a file.
PLACES = {
    "streamlit": ("app.py", "mnist_demo/ui"),
    "streamlit_drawable_canvas": ("mnist_demo/ui",),
    "tensorflow": ("mnist_demo/training",),
    "keras": ("mnist_demo/training",),
    "sqlalchemy": ("mnist_demo/classroom",),
    "alembic": ("mnist_demo/classroom",),
}
# Each may import what stands in the rows above its own, and itself.
LAYERS = [
    {"addresses", "errors", "loading", "words"},
    {"background", "files", "memory"},
    {"data"},
    {"drawing", "maps", "models"},
    {"runs", "inside", "classroom"},
    {"teaching"},
    {"training", "plotting"},
    {"ui", "commands"},
    {"__main__"},
]
# The training process is started by `runs.trainer`, and imports what it is to do only then.
SPAWNED = (PACKAGE / "runs" / "trainer.py", "training")
LONGEST_FILE = 300  # lines; a longer one wants a room of its own
FULLEST_FOLDER = 10  # Python files, beside `__init__`


def imported(path: Path) -> set[str]:
    """The dotted names of all modules and names that a file imports, at its top or within a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(name: str) -> str:
    """The folder or file directly below the package that a dotted name of this project lies in."""
    return name.split(".")[1]


def layer_of(room: str) -> int:
    return next(index for index, layer in enumerate(LAYERS) if room in layer)


def is_within(path: Path, places: tuple[str, ...]) -> bool:
    return any(path == ROOT / place or path.is_relative_to(ROOT / place) for place in places)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_keeps_to_its_place(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    assert not [library for library, places in PLACES.items() if library in roots and not is_within(path, places)]


@pytest.mark.parametrize("path", sorted(MODULES), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downwards_and_fetch_nothing_private(path: Path) -> None:
    own = room_of(MODULES[path] + ".__init__")
    used = {name for name in imported(path) if name.startswith("mnist_demo.")}
    assert not [name for name in used if name.rpartition(".")[2].startswith("_") and not name.endswith("__main__")]
    rooms = {room_of(name) for name in used} - {own}
    if path == SPAWNED[0]:
        rooms.discard(SPAWNED[1])
    if path.parent != PACKAGE or path.stem != "__init__":
        assert not {room for room in rooms if layer_of(room) >= layer_of(own)}


def test_no_imports_go_in_circles() -> None:
    known = set(MODULES.values())
    graph = {
        name: {used if used in known else used.rpartition(".")[0] for used in imported(path) if "mnist_demo." in used}
        for path, name in MODULES.items()
    }
    tuple(graphlib.TopologicalSorter({name: used & known - {name} for name, used in graph.items()}).static_order())


def test_every_room_has_its_layer() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms - {"__init__"} == set().union(*LAYERS)


def test_no_file_is_too_long_and_no_folder_too_full() -> None:
    assert not [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    folders = {path.parent for path in MODULES}
    assert not [folder for folder in folders if len(list(folder.glob("*.py"))) - 1 > FULLEST_FOLDER]


def is_button(call: ast.Call) -> bool:
    """Whether Streamlit is asked for a button that can be pressed."""
    is_dead = any(option.arg == "disabled" and getattr(option.value, "value", None) is True for option in call.keywords)
    return ast.unparse(call.func) in ("st.button", "st.form_submit_button") and not is_dead


def test_every_button_has_a_callback() -> None:
    """What only a run of the page does, when it comes to the button, may never be done: see `presses`."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    calls = [(path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    buttons = [(path, call) for path, call in calls if is_button(call)]
    assert len(buttons) > 10
    assert not [path for path, call in buttons if "on_click" not in [option.arg for option in call.keywords]]


def test_pyplot_is_never_used() -> None:
    assert not [path for path in MODULES if any("pyplot" in name for name in imported(path))]


def test_the_trainers_second_import_of_the_app_costs_nothing() -> None:
    """multiprocessing imports app.py again in the training process, under another name."""
    code = "import runpy, sys; runpy.run_path('app.py', run_name='__mp_main__'); assert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
