"""How large libraries are loaded: without what they print, and without what they would load for others."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Keras imports these wherever they are installed, for what is not asked of it here: data frames, galleries of pictures,
# models as scikit-learn has them. That is a third of the time in which TensorFlow is imported.
NOT_FOR_KERAS = ("matplotlib", "pandas", "sklearn")


@contextmanager
def stderr_into(file: int) -> Iterator[None]:
    """Send the whole process's standard error into the open file with this descriptor meanwhile."""
    saved = os.dup(2)
    os.dup2(file, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


@contextmanager
def muted_stderr() -> Iterator[None]:
    """Send the whole process's standard error nowhere meanwhile.

    TensorFlow and LiteRT tell about themselves there before any of their log levels applies. Exceptions still pass.
    """
    with Path(os.devnull).open("wb") as nowhere, stderr_into(nowhere.fileno()):
        yield


@contextmanager
def tensorflow_alone() -> Iterator[None]:
    """TensorFlow is imported meanwhile: it prints nothing, and Keras believes that NOT_FOR_KERAS are not installed."""
    hidden = [name for name in NOT_FOR_KERAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # what is None there cannot be imported
    try:
        with muted_stderr():
            yield
    finally:
        for name in hidden:
            del sys.modules[name]
