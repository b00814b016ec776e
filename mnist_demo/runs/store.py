"""All runs of a home, and the models that come with the package: making, finding, listing, deleting."""

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs.run_directory import Run, Settings, Status, load, set_status, write_settings

SHIPPED = Path(__file__).parent.parent / "models" / "shipped"


def runs_folder() -> Path:
    """Where runs live that were not given a directory of their own."""
    return files.home() / "runs"


def create(recipe: Recipe, data: str, directory: Path | None = None) -> Run:
    """Make a new run directory in the state `queued`, owned by this process.

    Raises UserError where it cannot be written, or where `directory` already holds something.
    """
    now = datetime.now(UTC)
    if directory is None:
        name = f"{now:%Y%m%d-%H%M%S}-{recipe.model}-{recipe.name}-{secrets.token_hex(2)}"
        directory = runs_folder() / name
    directory = directory.absolute()
    files.make_folder(directory.parent)
    # Made under a hidden name and then moved, so that nobody sees half a run and no two runs share a directory.
    hidden = directory.parent / f".new-{secrets.token_hex(8)}"
    files.make_folder(hidden)
    try:
        settings = Settings(recipe, data, now.isoformat(timespec="seconds"), target=recipe.steps)
        write_settings(hidden, settings)
        set_status(Run(hidden, settings, Status("queued")), "queued")
        if files.is_folder(directory) and not any(directory.iterdir()):
            directory.rmdir()
        hidden.rename(directory)
    except OSError as error:
        shutil.rmtree(hidden, ignore_errors=True)
        raise UserError(f"{directory} already exists: choose another --out, or remove it first.") from error
    return load(directory)


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
    return readable, damaged


def find(name: str) -> Run:
    """The run called `name`: a shipped model (`affine`, `cnn`), a run's id or its directory.

    Raises UserError, naming the shipped models, where there is none.
    """
    for directory in (SHIPPED / name, runs_folder() / name, Path(name)):
        if name and files.is_file(directory / "settings.json"):
            return load(directory)
    raise UserError(f"There is no model {name!r}: give {' or '.join(shipped_names())}, a run's id or its directory.")


def shipped_names() -> list[str]:
    """The names of the models that come with the package."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.tflite"))


def delete(directory: Path) -> None:
    """Remove a run that is not active, readable or not. Raises UserError for one that is."""
    try:
        is_active = load(directory).is_active
    except UserError:
        is_active = False
    if is_active:
        raise UserError("This run is still training: stop it first, then delete it.")
    hidden = directory.parent / f".deleted-{secrets.token_hex(8)}"
    try:
        directory.rename(hidden)  # at once, so that nobody sees half a run
        shutil.rmtree(hidden)
    except FileNotFoundError:
        return  # another viewer was faster
    except OSError as error:
        raise files.cannot_write(directory, error) from error
