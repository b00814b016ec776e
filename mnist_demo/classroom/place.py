"""Where the database is: what `MNIST_DEMO_DATABASE` names, else a file in the home folder."""

import os
from pathlib import Path

from mnist_demo import files

DATABASE_VARIABLE = "MNIST_DEMO_DATABASE"
FILE_NAME = "classroom.db"


def named() -> str:
    """What the variable says; "" where it does not."""
    return os.environ.get(DATABASE_VARIABLE, "")


def in_home() -> Path:
    """The file that is used where nothing is named."""
    return files.home() / FILE_NAME


def may_exist() -> bool:
    """Whether there can be a database already."""
    return bool(named()) or in_home().is_file()
