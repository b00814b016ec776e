"""The command line as a person runs it: its output, its exit status, in a process of its own where that matters."""

import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from mnist_demo import __main__
from mnist_demo.commands import train
from mnist_demo.loading import stderr_into

ROOT = Path(__file__).parent.parent


def mnist_demo(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that trains nothing, in this process: it need not load its libraries again.

    Its errors are all that comes to the process's standard error, from libraries too. A warning fails the test.
    """
    output = io.StringIO()
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        stderr_into(errors.fileno()),
        redirect_stderr(errors),
        redirect_stdout(output),
        chdir(ROOT),
        patch.dict(os.environ, environment),
        patch.object(sys, "argv", ["mnist_demo", *map(str, arguments)]),
        patch.object(train, "_train", side_effect=AssertionError("this would have trained")),
        warnings.catch_warnings(action="error"),
    ):
        for shown_to_developers in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", shown_to_developers)
        try:
            __main__.run()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        errors.seek(0)
        return subprocess.CompletedProcess(sys.argv, status, output.getvalue(), errors.read())


def in_own_process(*arguments: object, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Any command, as a person runs it."""
    command = [sys.executable, "-m", "mnist_demo", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def result_of(*arguments: object, **environment: str) -> Any:
    """The JSON of the last line of a command that trains nothing and succeeds."""
    return _json_of(mnist_demo(*arguments, "--json", **environment))


def trained(*arguments: object, timeout: float = 120) -> Any:
    """The same of `train`, in a process of its own."""
    return _json_of(in_own_process("train", *arguments, "--json", timeout=timeout))


def _json_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def assert_fails(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line on standard error that has the words, status 1 and no traceback."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def on_terminal(*arguments: object, prints_there: bool = False) -> tuple[int, str, str]:
    """Run a command with standard error on a real terminal; its exit status, its output, and what the terminal got.

    `prints_there` puts standard output on the terminal too.
    """
    ours, theirs = open_terminal()
    command = [sys.executable, "-m", "mnist_demo", *map(str, arguments)]
    output = theirs if prints_there else subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=theirs) as process:
        os.close(theirs)
        shown = read_terminal(ours)
        printed = process.stdout.read() if process.stdout else b""
    return process.returncode, printed.decode(), shown


def open_terminal() -> tuple[int, int]:
    """A pseudo-terminal of 24 lines and 100 columns: our end of it, and the one that a program prints to."""
    import pty  # noqa: PLC0415 (neither is on Windows)
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    return ours, theirs


def read_terminal(ours: int) -> str:
    """All that a terminal gets until nobody has it open any more; closes our end of it, `ours`."""
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                shown += piece
        except OSError:  # Linux says so at the end
            pass
    return shown.decode()
