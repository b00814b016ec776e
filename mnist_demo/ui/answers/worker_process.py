"""The server's side of the process that answers the pens.

Python runs one thread at a time, and where thirty draw, those of Streamlit's runs take turns: in the server's own
process an answer would wait for many of them, as often as a library gives its turn away.
"""

import asyncio
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

import mnist_demo

AGAIN_AFTER = 5.0  # seconds from one start to the next
PATIENCE = 10.0  # seconds without an answer, after which it hangs
LONGEST = 64_000  # characters of a message: a picture, and the names of models
ROOT = Path(mnist_demo.__file__).parent.parent
# From this folder, whatever other project the server was started in.
CODE = "import sys; sys.path.insert(0, sys.argv[1]); from mnist_demo.ui.answers import worker; worker.main()"


class Worker:
    """The process, begun when it is first needed and anew where it has died; all within one event loop."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._started = -AGAIN_AFTER
        self._asked: deque[asyncio.Future[str]] = deque()  # in the order in which they are answered
        self._starting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Wait until it answers. Raises ConnectionError where it cannot, or has died a moment ago."""
        async with self._starting:
            if self._process is not None:
                return
            if time.monotonic() - self._started < AGAIN_AFTER:
                raise ConnectionError
            self._started = time.monotonic()
            self._process = await _begin()
            self._reading = asyncio.create_task(self._read(self._process))

    async def ask(self, message: str) -> str | None:
        """The answer to a message, as JSON; None to what no page sends.

        Raises ConnectionError where it has died, or does so now, or hangs and is ended.
        """
        process = self._process
        if process is None or process.stdin is None:
            raise ConnectionError
        if "\n" in message or len(message) > LONGEST:
            return None
        asked = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        process.stdin.write(f"{message}\n".encode())
        try:
            answer = await asyncio.wait_for(asked, PATIENCE)
        except TimeoutError as error:
            _end(process)
            raise ConnectionError from error
        return None if answer == "null" else answer

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Take in the answers, until there are no more; whoever waits then is told."""
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                asked = self._asked.popleft()
                if not asked.done():  # its visitor may have gone
                    asked.set_result(line.decode().strip())
        except (ValueError, IndexError):  # a line too long, or too many
            _end(process)
        finally:
            self._process = None
            for asked in self._asked:
                if not asked.done():
                    asked.set_exception(ConnectionError())
            self._asked.clear()
        await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


async def _begin() -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", CODE, str(ROOT), stdin=pipe, stdout=pipe)
    except (OSError, NotImplementedError) as error:  # Windows has event loops that start no process
        raise ConnectionError from error
    assert process.stdout is not None
    if not await process.stdout.readline():
        raise ConnectionError
    return process
