"""Waiting until something is so."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 180) -> None:
    """Wait until it is so; fails where that takes longer than anything should."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
