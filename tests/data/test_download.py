import gzip
import http.server
import json
import os
import re
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.commands import data
from mnist_demo.data import datasets, download, formats
from mnist_demo.data.download import BackgroundDownload, RemoteFile
from mnist_demo.errors import UserError
from tests.command_line import open_terminal, read_terminal
from tests.conftest import tiny_arrays

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]

pytestmark = pytest.mark.empty_home


class Site:
    """A real HTTP server on the loopback address; `answers` maps a path to what happens when it is asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.answers.get(self.path, answer_status(404))(self)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def file(self, name: str, answer: Answer, sha256: str | None = None) -> RemoteFile:
        self.answers[f"/{name}"] = answer
        return RemoteFile(f"http://127.0.0.1:{self.server.server_port}/{name}", sha256)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


def answer_status(status: int) -> Answer:
    return lambda handler: handler.send_error(status)


def answer_bytes(content: bytes, promised: int | None = None) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(promised or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hang(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    time.sleep(2)


@pytest.fixture(autouse=True)
def tiny_data_counts_as_mnist(monkeypatch: pytest.MonkeyPatch, tiny_npz: Path) -> None:
    """The tests serve a small data set: its checksums stand for MNIST's."""
    arrays = formats.read_arrays(tiny_npz)
    checksums = [formats._idx_md5([array]) for array in arrays]
    monkeypatch.setattr(formats, "MNIST_MD5", dict(zip(formats.MNIST_MD5, checksums, strict=True)))
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.3))


def sha256(path: Path) -> str:
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(path.read_bytes()).hexdigest()


def idx_files(site: Site) -> tuple[RemoteFile, ...]:
    files = []
    for name, array in zip(formats.MNIST_MD5, (tiny_arrays()[key] for key in formats.ARRAY_NAMES), strict=True):
        raw = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        files.append(site.file(f"{name}.gz", answer_bytes(gzip.compress(raw))))
    return tuple(files)


def assert_cached() -> None:
    assert datasets.find_source() == datasets.MNIST
    np.testing.assert_array_equal(datasets.load(datasets.MNIST).test.labels, tiny_arrays()["y_test"])
    assert [path.name for path in datasets.cached_mnist().parent.iterdir()] == ["mnist.npz"]


def assert_nothing_left() -> None:
    assert datasets.find_source() == datasets.BUNDLED
    assert list(datasets.cached_mnist().parent.iterdir()) == []


def test_the_npz_is_fetched_verified_and_put_into_the_cache_with_progress(site: Site, tiny_npz: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = site.file("mnist.npz", answer_bytes(tiny_npz.read_bytes()), sha256(tiny_npz))
    download.download_mnist(lambda done, total: seen.append((done, total)), ((file,),))
    assert_cached()
    assert seen[-1] == (tiny_npz.stat().st_size,) * 2
    assert len(seen) > 3


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_the_command_shows_a_bar_on_a_terminal_and_lines_elsewhere(
    site: Site, tiny_npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = site.file("mnist.npz", answer_bytes(tiny_npz.read_bytes()), sha256(tiny_npz))
    monkeypatch.setattr(download, "download_mnist", partial(download.download_mnist, sources=((file,),)))
    ours, theirs = open_terminal()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr("sys.stderr", terminal)
        data.command.main(["--download", "--json"], standalone_mode=False)
    assert re.search(r"MNIST: 100 % .*, [\d.]+[kM]?B/s, 00:00 left", read_terminal(ours))
    assert json.loads(capsys.readouterr().out)["source"] == "mnist"
    datasets.cached_mnist().unlink()
    data.command.main(["--download", "--json"], standalone_mode=False)
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1] == "fetched 0.2 of 0.2 MB"
    assert json.loads(printed.out)["test"] == 40


def test_idx_files_serve_as_a_second_source(site: Site) -> None:
    missing = site.file("mnist.npz", answer_status(404), "0" * 64)
    download.download_mnist(sources=((missing,), idx_files(site)))
    assert_cached()


FAULTS: dict[str, tuple[Callable[[bytes], Answer], str]] = {
    "404": (lambda _: answer_status(404), "answered 404"),
    "503": (lambda _: answer_status(503), "answered 503"),
    "hangs": (lambda _: hang, "did not answer in time|cannot be reached"),
    "sends half": (lambda whole: answer_bytes(whole[: len(whole) // 2], len(whole)), "cannot be reached|broke|half"),
    "wrong content": (lambda whole: answer_bytes(whole[::-1]), "damaged file"),
    "nothing": (lambda _: answer_bytes(b""), "damaged file"),
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_failed_download_says_why_and_leaves_nothing(
    site: Site, tiny_npz: Path, fault: Callable[[bytes], Answer], reason: str
) -> None:
    file = site.file("mnist.npz", fault(tiny_npz.read_bytes()), sha256(tiny_npz))
    with pytest.raises(UserError, match=reason) as caught:
        download.download_mnist(sources=((file,),))
    assert "\n" not in str(caught.value)
    assert len(site.asked) == download.ATTEMPTS
    assert_nothing_left()


def test_wrong_idx_files_are_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formats.MNIST_MD5, "t10k-labels-idx1-ubyte", "0" * 32)
    with pytest.raises(UserError, match="not MNIST's"):
        download.download_mnist(sources=(idx_files(site),))
    assert_nothing_left()


def test_a_server_that_is_not_there(site: Site) -> None:
    site.server.server_close()
    with pytest.raises(UserError, match="cannot be reached"):
        download.download_mnist(sources=((site.file("mnist.npz", hang),),))


def test_a_background_download_reports_its_failure_and_can_be_retried(site: Site, tiny_npz: Path) -> None:
    content = tiny_npz.read_bytes()
    file = site.file("mnist.npz", answer_status(500), sha256(tiny_npz))
    background = BackgroundDownload(lambda report: download.download_mnist(report, ((file,),)))
    background.start()
    background.wait()
    assert background.problem is not None
    assert "answered 500" in background.problem
    site.file("mnist.npz", answer_bytes(content))
    background.start()
    background.wait()
    assert background.problem is None
    assert background.fraction == 1.0
    assert_cached()


def test_a_background_download_is_started_once(site: Site) -> None:
    file = site.file("mnist.npz", hang)
    background = BackgroundDownload(lambda report: download.download_mnist(report, ((file,),)))
    background.start()
    background.start()
    assert background.is_running
    background.wait()
    assert len(site.asked) == download.ATTEMPTS


@pytest.mark.parametrize(("value", "allowed"), [("off", False), ("0", False), ("on", True), ("", True)])
def test_the_switch(monkeypatch: pytest.MonkeyPatch, value: str, allowed: bool) -> None:
    monkeypatch.setenv(download.DOWNLOAD_VARIABLE, value)
    assert download.is_allowed() is allowed
