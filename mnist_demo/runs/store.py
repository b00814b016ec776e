"""All runs of a home, and the models that come with the package: making, finding, listing, deleting."""

import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import numbers
from mnist_demo.runs.run_directory import Group, Run, Settings, Status, load, set_status, write_settings

SHIPPED = Path(__file__).resolve().parent.parent / "models" / "shipped"


def runs_folder() -> Path:
    """Where runs live that were not given a directory of their own."""
    return files.home() / "runs"


def create(
    recipe: Recipe,
    data: str,
    directory: Path | None = None,
    *,
    group: Group | None = None,
    start: str = "",
    furnish: Callable[[Path], None] = lambda _: None,
) -> Run:
    """Make a new run directory in the state `queued`, owned by this process.

    `furnish` is called with the directory before anybody sees it, to put in what else the run needs; it raises
    UserError where it cannot.

    Raises UserError where it cannot be written, where `directory` already holds something, or where this machine has
    too little memory for the recipe.
    """
    check_memory(recipe)
    now = datetime.now(UTC)
    if directory is None:
        name = f"{now:%Y%m%d-%H%M%S}-{recipe.model}-{recipe.name}-{_free_suffix()}"
        directory = runs_folder() / name
    directory = directory.absolute()
    files.make_folder(directory.parent)
    # Made under a hidden name and then moved, so that nobody sees half a run and no two runs share a directory.
    hidden = directory.parent / f".new-{secrets.token_hex(8)}"
    files.make_folder(hidden)
    try:
        settings = Settings(recipe, data, now.isoformat(timespec="seconds"), recipe.steps, group, start)
        write_settings(hidden, settings)
        furnish(hidden)
        set_status(Run(hidden, settings, Status("queued")), "queued")
        if files.is_folder(directory) and not any(directory.iterdir()):
            directory.rmdir()
        _give_its_name(hidden, directory)
    except UserError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(hidden, ignore_errors=True)
        raise UserError(f"{directory} already exists: choose another --out, or remove it first.") from error
    return load(directory)


def create_group(recipes: Sequence[Recipe], data: str, setting: str) -> list[Run]:
    """A new run of each of the recipes, which differ in `setting`, as `create` makes them: all or none.

    Raises UserError where one of them cannot be made.
    """
    for recipe in recipes:
        check_memory(recipe)
    group = Group(secrets.token_hex(4), setting)
    made: list[Run] = []
    try:
        made.extend(create(recipe, data, group=group) for recipe in recipes)
    except UserError:
        for run in made:
            with suppress(UserError):  # what cannot be removed is at least not trained
                delete(set_status(run, "stopped").directory)
        raise
    return made


def _give_its_name(hidden: Path, directory: Path) -> None:
    """Move a new run to where it shall be; in the home it is given its number before anybody lists it without."""
    if directory.parent != runs_folder():
        files.move(hidden, directory)
        return
    list_runs()  # those that were here before, and have no number, come first
    with numbers.locked(directory.parent):
        files.move(hidden, directory)
        with suppress(UserError):  # a full disk: it gets its number when it is listed later
            numbers.add(directory.parent, [directory.name])


def check_memory(recipe: Recipe) -> None:
    """Raises UserError where a batch of the recipe needs more memory than this machine has free."""
    needed = registry.model_of(recipe).architecture.bytes_per_image * recipe.batch_size
    free = psutil.virtual_memory().available
    if needed > free:
        raise UserError(
            f"A batch of {recipe.batch_size:,} images takes about {needed / 1e9:.1f} GB with this model, and "
            f"{free / 1e9:.1f} GB of memory are free: choose a smaller batch."
        )


def _free_suffix() -> str:
    """Four characters that no run of this home ends in: they tell those of one recipe and one second apart."""
    taken = {path.name[-4:] for path in runs_folder().glob("*")}
    while (suffix := secrets.token_hex(2)) in taken:
        pass
    return suffix


def list_runs() -> tuple[list[Run], list[Path]]:
    """All runs of this home, newest first, and the directories among them that cannot be read."""
    readable, damaged = [], []
    folder = runs_folder()
    try:
        directories = sorted(folder.iterdir(), reverse=True)
    except OSError:
        return [], []
    for directory in directories:
        if directory.name.startswith(".") or not files.is_folder(directory):
            continue
        try:
            readable.append(load(directory))
        except UserError:
            if files.is_folder(directory):  # not deleted by somebody else in the meantime
                damaged.append(directory)
    with suppress(UserError):  # a home that cannot be written
        numbers.add_missing(folder, [run.id for run in reversed(readable)])
    return readable, damaged


def find(name: str) -> Run:
    """The run called `name`: a shipped model (`affine`, `cnn`), a run's id or its directory.

    Raises UserError, naming the shipped models, where there is none.
    """
    run = _find(name, SHIPPED / name, runs_folder() / name, Path(name))
    if run is None:
        raise UserError(
            f"There is no model {name!r}: give {' or '.join(shipped_names())}, a run's id or its directory."
        )
    return run


def find_own(name: str) -> Run:
    """The run called `name`, an id or a directory, which may be changed. Raises UserError where there is none."""
    run = _find(name, runs_folder() / name, Path(name))
    if run is None:
        raise UserError(f"There is no run {name!r}: give the id or the directory of one, as `runs` lists them.")
    if run.directory.parent.resolve() == SHIPPED:
        raise UserError(f"The run {name} comes with the program and stays as it is: train one of your own.")
    return run


def _find(name: str, *directories: Path) -> Run | None:
    found = (directory for directory in directories if name and files.is_file(directory / "settings.json"))
    directory = next(found, None)
    return load(directory.absolute()) if directory else None


def shipped_names() -> list[str]:
    """The names of the models that come with the package."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.tflite"))


def delete(directory: Path) -> None:
    """Remove a run that is not active, readable or not. Raises UserError for one that is."""
    try:
        run = load(directory)
    except UserError:
        run = None  # a damaged one
    if run and run.is_active:
        where = f" on {run.elsewhere}" if run.elsewhere else ""
        raise UserError(f"This run is still training{where}: stop it first, then delete it.")
    hidden = directory.parent / f".deleted-{secrets.token_hex(8)}"
    try:
        files.move(directory, hidden)  # at once, so that nobody sees half a run
        files.remove_folder(hidden)
    except FileNotFoundError:
        return  # another viewer was faster
    except OSError as error:
        raise files.cannot_write(directory, error) from error
