"""Deleting a class, with what the runs of this home have kept of its drawings."""

from mnist_demo import files
from mnist_demo.classroom import classes
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import DRAWINGS_FILE
from mnist_demo.teaching import material


def delete_class(database: Database, class_id: int) -> None:
    """Delete a closed class and all drawings of it, also those that runs learned from; nothing where there is none.

    The runs and their models stay. Raises UserError, and deletes nothing of the class, where it is open, or a run
    still learns from its drawings.
    """
    classes.delete_class(database, class_id, _forget_drawings)


def _forget_drawings(one: SchoolClass) -> None:
    if one.closed is None:
        raise UserError("This class is open: close it first, then delete it.")
    # Of damaged runs too, and of those whose own deletion was cut off.
    kept = [path for path in store.runs_folder().glob(f"*/{DRAWINGS_FILE}") if material.may_hold(path, one.code)]
    if any(run.is_active and run.drawings_path in kept for run in store.list_runs()[0]):
        raise UserError(
            "A model is still learning from drawings of this class: wait until it is done, or stop it on the Train "
            "page, and then delete the class."
        )
    for path in kept:
        files.remove(path)
