"""Maps by t-SNE, made in a process of their own: a minute on all cores, which the pages get whenever they need them.

A thread could neither have a lower priority than the pages on every system, nor be ended in the middle.
"""

import multiprocessing
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from mnist_demo import background
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import digit_map, kept
from mnist_demo.inside.digit_map import DigitMap

MOST_IN_MEMORY = 8  # maps, of 2 MB at most
ENDED = "Making the map ended before it was done: begin it once more."


@dataclass
class Making:
    """A map that is being made. `name` is one of kept.key's, `title` tells people which, `share` is done, 0 to 1."""

    name: str
    title: str
    process: BaseProcess
    points: Floats
    share: float = 0.0
    is_cancelled: bool = False


class MapMaker:
    """One map at a time, for all viewers of a server: whoever asks for thirty gets one, and the others their turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making: Making | None = None
        self._thread: threading.Thread | None = None  # follows it
        self._made: OrderedDict[str, DigitMap] = OrderedDict()
        self._problem: tuple[str, str] | None = None  # the name of the map that failed last, and why

    @property
    def making(self) -> Making | None:
        """The map that is being made now."""
        return self._making

    def problem(self, name: str) -> str | None:
        """Why the map called `name` could not be made, where that was the last attempt of all."""
        failed = self._problem
        return failed[1] if failed and failed[0] == name else None

    def find(self, name: str) -> DigitMap | None:
        """The map called `name`; None where it was not made yet."""
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                return self._made[name]
        arrays = kept.read(name)
        return None if arrays is None else self._remember(name, DigitMap.from_arrays(arrays))

    def start(self, name: str, title: str, start: DigitMap) -> None:
        """Begin the map called `name`, from the one by PCA on; does nothing where it is made, or while any is made."""
        if self.find(name) is not None:
            return
        with self._lock:
            if self._making is not None:
                return
            self._problem = None
            process, connection = _start_process(start)
            self._making = making = Making(name, title, process, start.points)
            self._thread = threading.Thread(target=self._follow, args=(making, connection), name="map", daemon=True)
            self._thread.start()

    def cancel(self, name: str) -> None:
        """End the making of the map called `name`; nothing where that is over."""
        with self._lock:
            making = self._making
            if making is not None and making.name == name:
                making.is_cancelled = True
                making.process.kill()

    def wait(self) -> None:
        """Wait until the map that is being made is done, or has failed, or was cancelled."""
        if self._thread is not None:
            self._thread.join()

    def _follow(self, making: Making, connection: Connection) -> None:
        problem: str | None = ENDED
        try:
            while True:
                match connection.recv():
                    case float(share), points:
                        making.share, making.points = share, points
                    case DigitMap() as found:
                        self._remember(making.name, found)
                        kept.keep(making.name, found.arrays())
                        problem = None
                    case str(sentence):
                        problem = sentence
        except (EOFError, OSError):  # it has ended
            making.process.join()
        finally:
            with self._lock:
                self._making = None
                if problem and not making.is_cancelled:
                    self._problem = making.name, problem

    def _remember(self, name: str, found: DigitMap) -> DigitMap:
        with self._lock:
            self._made[name] = found
            while len(self._made) > MOST_IN_MEMORY:
                self._made.popitem(last=False)
        return found


def _start_process(start: DigitMap) -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(theirs, start), name="mnist-demo map", daemon=True)
    process.start()
    theirs.close()
    return process, ours


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
