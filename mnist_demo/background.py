"""What a process does first that works for another one in the background."""

import multiprocessing
import os
import signal
import threading

NICENESS = 10  # drawing and the pages come first


def settle_in() -> None:
    """Give way to the process that started this one, leave Ctrl-C to it, and end when it ends."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server, which then ends us
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)


def _die_with_parent() -> None:
    """However the server dies, SIGKILL included, the pipe behind `join` closes and we go too."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
