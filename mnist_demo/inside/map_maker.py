"""Maps by t-SNE, made in a process of their own: a minute on all cores, which the pages get whenever they need them.

A thread could not have a lower priority than the pages on every system.
"""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from mnist_demo import background
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import digit_map
from mnist_demo.inside.digit_map import DigitMap

ENDED = "Making the map ended before it was done: begin it once more."

Progress = Callable[[tuple[float, Floats]], object]  # is told the share that is done, and the points as they are now


def make(start: DigitMap, progress: Progress) -> DigitMap:
    """As digit_map.by_tsne. What `progress` raises ends the process, and is raised.

    Raises UserError where the process ended by itself, too.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(theirs, start), name="mnist-demo map", daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            match _receive(ours):
                case float(share), points:
                    progress((share, points))
                case DigitMap() as found:
                    return found
                case str(sentence):
                    raise UserError(sentence)
    finally:
        process.kill()
        process.join()


def _receive(connection: Connection) -> Any:
    try:
        return connection.recv()
    except (EOFError, OSError) as error:
        raise UserError(ENDED) from error


def _make(connection: Connection, start: DigitMap) -> None:
    """The process: tells how far it is, and the map, or why there is none."""
    background.settle_in()
    # Else a thread that waits for another keeps its core busy, and where cores are shared that takes up to five times
    # the processor time; read when openTSNE is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        connection.send(digit_map.by_tsne(start, lambda share, points: connection.send((share, points))))
    except UserError as error:
        connection.send(str(error))
