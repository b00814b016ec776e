"""The README speaks of what there is."""

import re
from pathlib import Path

import pytest

from mnist_demo import __main__ as cli
from mnist_demo.data.images import PIXELS
from mnist_demo.models import registry
from mnist_demo.models.inference import NOT_SURE_BELOW
from mnist_demo.runs import store
from mnist_demo.words import percent

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"python -m mnist_demo (\w+)([^\n`]*)", README)


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 100


@pytest.mark.parametrize(("name", "rest"), COMMANDS)
def test_commands_and_their_options_exist(name: str, rest: str) -> None:
    command = cli.main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[\w-]+", rest)) <= known


def test_every_command_is_shown() -> None:
    assert {name for name, _ in COMMANDS} == set(cli.main.commands)


@pytest.mark.parametrize("module", re.findall(r"python -m (tests[\w.]*)", README))
def test_modules_exist(module: str) -> None:
    assert (ROOT / (module.replace(".", "/") + ".py")).is_file()


@pytest.mark.parametrize("path", re.findall(r"(?:mnist_demo|tests|\.ci)/[\w./]+\w", README))
def test_paths_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_environment_variable_is_described() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "mnist_demo").rglob("*.py"))
    used = set(re.findall(r'"(MNIST_DEMO_\w+)"', sources))
    assert used == set(re.findall(r"\| `(MNIST_DEMO_\w+)`", README))


def test_recipes_and_figures_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (affine|CNN)[^|]*\| (\w+)([^|]*)\| ([\d,]+) \| ([\d.]+) %", README, re.MULTILINE)
    assert len(rows) == len(registry.AFFINE.recipes) + len(registry.CNN.recipes)
    for model, name, note, steps, accuracy in rows:
        recipe = registry.get_recipe(model.lower(), name)
        assert recipe.steps == int(steps.replace(",", ""))
        shipped = store.find(recipe.model)
        assert ("shipped" in note) == (shipped.recipe == recipe)
        if "shipped" in note:
            assert f"{100 * (shipped.evaluations[-1].test_accuracy or 0):.1f}" == accuracy
    for model in (registry.AFFINE, registry.CNN):
        assert re.search(rf"{model.name}, {model.parameters:,} parameters", README, re.IGNORECASE)
    assert f"less than {percent(NOT_SURE_BELOW, 0)}" in README


def test_it_says_what_a_downloaded_model_takes() -> None:
    """What it answers is tested with a plain interpreter in test_inference."""
    assert f"float32 (1, {PIXELS}) in [0, 1], gives ten scores" in README


def test_the_first_commands_name_files_that_are_there() -> None:
    for name in re.findall(r"(?:install|txt) -r (\S+)", README):
        assert (ROOT / name).is_file()
    assert (ROOT / "app.py").is_file()
