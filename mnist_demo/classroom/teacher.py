"""The teacher's key: whoever has it opens and leads classes. It is in the home folder, or given by a variable."""

import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from mnist_demo import files
from mnist_demo.errors import UserError

KEY_VARIABLE = "MNIST_DEMO_TEACHER_KEY"
FILE_NAME = "teacher.key"
SHORTEST, LONGEST = 12, 200  # characters: nobody guesses such a key within a lesson, and a link can hold it


def key() -> str:
    """The key, made at the first call where nobody has given one. Raises UserError where there can be none."""
    given = os.environ.get(KEY_VARIABLE, "").strip()
    if not given:
        return _kept(files.home() / FILE_NAME)
    if not _is_sound(given):
        raise UserError(
            f"{KEY_VARIABLE} can be no teacher’s key: give it {SHORTEST} to {LONGEST} characters that can be typed."
        )
    return given


def is_key(text: str) -> bool:
    """Whether a text, whatever somebody sent, is the key; how long that takes tells nothing. Raises as `key` does."""
    return hmac.compare_digest(text.strip().encode("utf-8", "surrogatepass"), key().encode())


def _is_sound(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and text.isprintable()


def _kept(path: Path) -> str:
    """The key in a file, which is made where it is missing."""
    if not files.is_file(path):
        _make(path)
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"Cannot read {path} ({error.strerror or error}): allow this program to read it, or set {KEY_VARIABLE}."
        ) from error
    except UnicodeDecodeError:
        kept = ""
    if not _is_sound(kept):
        raise UserError(f"{path} has no teacher’s key in it: delete it, and a new one is made.")
    return kept


def _give_name(written: Path, path: Path) -> None:
    """Call a file `path` too; unlike a move, it never takes the place of what another has made meanwhile."""
    try:
        os.link(written, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links, such as a memory stick's: whoever is first makes a file there
        with suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(written.read_bytes())


def _make(path: Path) -> None:
    """Write a new key, for its owner's eyes alone; of two servers that do it at once both get the same."""
    files.make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # of mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(secrets.token_urlsafe(16))
                stream.flush()
                os.fsync(stream.fileno())
            _give_name(Path(name), path)
        finally:
            Path(name).unlink()
    except OSError as error:
        raise files.cannot_write(path, error) from error
