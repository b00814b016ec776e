from pathlib import Path
from typing import IO

import pytest

from mnist_demo import files
from mnist_demo.errors import UserError


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    files.write_atomically(path, lambda stream: stream.write(b"old"))

    def fill_the_disk(stream: IO[bytes]) -> None:
        stream.write(b"half of the new")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        files.write_atomically(path, fill_the_disk)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_home_comes_from_the_environment_then_from_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(files.HOME_VARIABLE, str(tmp_path))
    assert files.home() == tmp_path
    monkeypatch.delenv(files.HOME_VARIABLE)
    assert files.home().name == "mnist-demo"
