"""Fetching the full MNIST: verified before it is used, never half there."""

import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mnist_demo import files
from mnist_demo.data import datasets, formats
from mnist_demo.errors import UserError

DOWNLOAD_VARIABLE = "MNIST_DEMO_DOWNLOAD"
TIMEOUT = (5.0, 10.0)  # seconds to connect, and between two pieces of an answer
ATTEMPTS = 2


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch; `sha256` is None where the content is verified after unpacking instead."""

    url: str
    sha256: str | None = None

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


KERAS_NPZ = (
    RemoteFile(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
)
IDX_FILES = tuple(RemoteFile(f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}.gz") for name in formats.MNIST_MD5)
SOURCES = (KERAS_NPZ, IDX_FILES)

# Bytes so far and bytes in all, of the file that is being fetched.
OnProgress = Callable[[int, int], None]


class _Progress:
    """What pooch calls while it downloads: the part of tqdm's interface that it documents."""

    def __init__(self, report: OnProgress) -> None:
        self.total = 0
        self._done = 0
        self._report = report

    def update(self, count: int) -> None:
        self._done += count
        self._report(self._done, self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""


def is_allowed() -> bool:
    """Whether this installation may fetch data by itself; `MNIST_DEMO_DOWNLOAD=off` says no."""
    return os.environ.get(DOWNLOAD_VARIABLE, "on").lower() not in ("off", "0", "no", "false")


def download_mnist(
    on_progress: OnProgress = lambda _done, _total: None,
    sources: tuple[tuple[RemoteFile, ...], ...] = SOURCES,
) -> Path:
    """Fetch the full MNIST into this project's cache, from the first source that has it right; returns its path.

    Raises UserError that says what went wrong at each source. The cache is replaced at once or not at all.
    """
    import pooch  # noqa: PLC0415 (pooch and requests take longer to import than the Draw page may wait)
    import requests  # noqa: PLC0415

    pooch.get_logger().setLevel("ERROR")  # it would print a line for every file
    destination = datasets.cached_mnist()
    files.make_folder(destination.parent)
    problems = []
    for source in sources:
        try:
            with tempfile.TemporaryDirectory(dir=destination.parent) as folder:
                arrays = _fetch(source, Path(folder), on_progress)
        except (requests.RequestException, OSError, ValueError, UserError) as error:
            problems.append(f"{source[0].url.split('/')[2]}: {_reason(error)}")
            continue
        files.write_atomically(destination, partial(formats.write_mnist, arrays=arrays))
        return destination
    raise UserError(f"The full MNIST could not be fetched ({'; '.join(problems)}): check the network and try again.")


def _fetch(source: tuple[RemoteFile, ...], folder: Path, on_progress: OnProgress) -> formats.Arrays:
    import pooch  # noqa: PLC0415

    for file in source:
        fetcher = pooch.create(folder, base_url="", retry_if_failed=ATTEMPTS - 1)
        fetcher.registry = {file.name: f"sha256:{file.sha256}" if file.sha256 else None}
        fetcher.urls = {file.name: file.url}
        downloader = pooch.HTTPDownloader(progressbar=_Progress(on_progress), timeout=TIMEOUT)
        fetcher.fetch(file.name, downloader=downloader)
    arrays = formats.read_arrays(folder / source[0].name)
    if not formats.matches_mnist([array] for array in arrays):
        raise ValueError("the files are not MNIST's")
    return arrays


def _reason(error: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached"
    if isinstance(error, ValueError) and "hash" in str(error):
        return "sent a damaged file"
    return str(error)


class BackgroundDownload:
    """One download at a time, in a thread, for all viewers of a server."""

    def __init__(self, download: Callable[[OnProgress], Path] = download_mnist) -> None:
        self._download = download
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.fraction = 0.0  # of the file that is being fetched
        self.problem: str | None = None  # why the last attempt failed

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or begin again after a failure; does nothing while one is under way."""
        with self._lock:
            if self.is_running:
                return
            self.fraction, self.problem = 0.0, None
            self._thread = threading.Thread(target=self._run, name="download", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until it is done or has failed."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._download(self._report)
        except (UserError, OSError) as error:
            self.problem = str(error)

    def _report(self, done: int, total: int) -> None:
        self.fraction = min(1.0, done / total) if total else 0.0
