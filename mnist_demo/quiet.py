"""Muting what native libraries print as they load."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def muted_stderr() -> Iterator[None]:
    """Send the whole process's standard error nowhere meanwhile.

    TensorFlow and LiteRT tell about themselves there before any of their log levels applies. Exceptions still pass.
    """
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
