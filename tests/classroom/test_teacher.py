"""The teacher's key: where it comes from, who sees it, and what is no key."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_demo import files
from mnist_demo.classroom import teacher
from mnist_demo.errors import UserError
from tests.command_line import assert_fails, mnist_demo, result_of

GIVEN = "Grüße & 1+1=zwei"


@pytest.fixture
def path(home: Path) -> Path:
    """Where the key is."""
    return home / teacher.FILE_NAME


@pytest.mark.empty_home
def test_it_is_made_at_first_use_and_stays(path: Path) -> None:
    made = teacher.key()
    assert len(made) >= teacher.SHORTEST
    assert teacher.key() == made
    assert [found.name for found in path.parent.iterdir()] == [path.name]  # nothing is left of making it


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
def test_nobody_else_on_this_computer_may_read_it(path: Path) -> None:
    teacher.key()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_servers_that_make_it_at_once_get_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "is_file", lambda _: False)  # both have looked before either has made it
    assert teacher.key() == teacher.key() == path.read_text(encoding="utf-8")


def test_it_is_made_where_a_file_can_have_one_name_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as on a memory stick

    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr(files, "is_file", lambda _: False)
    assert teacher.key() == teacher.key() == path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    assert not list(path.parent.glob(f".{path.name}*"))


def test_every_home_has_another(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home
    first = teacher.key()
    monkeypatch.setenv(files.HOME_VARIABLE, str(tmp_path / "other"))
    assert teacher.key() != first


def test_one_that_is_given_is_used_and_none_is_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(teacher.KEY_VARIABLE, f" {GIVEN} ")
    assert teacher.key() == GIVEN
    assert not path.exists()


@pytest.mark.parametrize(
    "given", ["short", "x" * 11, "x" * 201, "a tab\tin the key", "\x1b[31m in red letters", "\udcff" * 20]
)
def test_one_that_can_be_guessed_or_not_be_typed_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(teacher.KEY_VARIABLE, given)
    for ask in (teacher.key, lambda: teacher.is_key(given)):
        with pytest.raises(UserError, match=teacher.KEY_VARIABLE) as told:
            ask()
        assert given not in str(told.value)


@pytest.mark.parametrize("given", ["", GIVEN])
def test_only_the_key_is_the_key(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(teacher.KEY_VARIABLE, given)
    key = teacher.key()
    assert teacher.is_key(key)
    assert teacher.is_key(f" {key}\n")
    for other in ("", " ", key[:-1], key + "x", key.upper(), key.swapcase(), "\0", "\ud800", "é" * 10**6):
        assert not teacher.is_key(other)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"too short"),
        lambda path: path.write_bytes(b"\xff\xfe" * 20),
        lambda path: path.write_bytes(b"not\0printable" * 2),
        lambda path: path.mkdir(),
        lambda path: path.parent.rename(path.parent.with_name("moved")) and path.parent.touch(),
    ],
)
def test_a_file_that_holds_no_key_is_told(spoil: Callable[[Path], object], path: Path) -> None:
    spoil(path)
    with pytest.raises(UserError) as told:
        teacher.is_key("anything at all")
    assert str(path.parent) in str(told.value)


def test_the_command_says_it_and_where_to_type_it(path: Path) -> None:
    key = result_of("teacher")["key"]
    assert key == path.read_text(encoding="utf-8")
    said = mnist_demo("teacher").stdout
    assert said.splitlines()[0] == key
    assert "Class page" in said
    assert result_of("teacher", MNIST_DEMO_TEACHER_KEY=GIVEN)["key"] == GIVEN
    assert_fails(mnist_demo("teacher", MNIST_DEMO_TEACHER_KEY="short"), teacher.KEY_VARIABLE)
