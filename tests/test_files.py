from pathlib import Path
from typing import IO

import pytest

from mnist_demo import files
from mnist_demo.errors import UserError


@pytest.mark.empty_home
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


def test_a_file_that_another_program_has_open_for_a_moment_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace it meanwhile."""
    replace, refusals = Path.replace, iter([True, True, False])

    def refuse_twice(source: Path, target: Path) -> Path:
        if next(refusals):
            raise PermissionError(13, "Permission denied")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", refuse_twice)
    files.write_atomically(tmp_path / "status.json", lambda stream: stream.write(b"new"))
    assert (tmp_path / "status.json").read_bytes() == b"new"


@pytest.mark.empty_home
def test_a_file_that_stays_open_elsewhere_is_told_in_one_sentence_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "status.json").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(files, "WAITS", (0.0,))
    with pytest.raises(UserError, match="close the program"):
        files.write_atomically(tmp_path / "status.json", lambda stream: stream.write(b"new"))
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]
    assert (tmp_path / "status.json").read_bytes() == b"old"
