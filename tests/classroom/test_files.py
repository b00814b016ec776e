"""Drawings from and to files, and the commands that do it."""

import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from mnist_demo import __main__ as cli
from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.drawings import Collected
from mnist_demo.classroom.exchange import importing
from mnist_demo.data.images import SIDE, Bytes, to_bytes
from mnist_demo.drawing import photo, pictures, preprocess, strokes
from mnist_demo.errors import UserError
from tests.classroom.test_classes import draw, joined

ODD_WRITERS = ("w1", "anna-lena", "ß/é ../x", "🦊", "unknown", "12")


def run(*arguments: object) -> Result:
    """A command in this process."""
    return CliRunner().invoke(cli.main, ["drawings", *map(str, arguments)])


def answer(*arguments: object) -> Any:
    """The last JSON line of a command that succeeds."""
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout.splitlines()[-1])


def error_of(*arguments: object) -> str:
    """The sentence of a command that fails."""
    done = run(*arguments)
    assert isinstance(done.exception, UserError), done
    return str(done.exception)


def canvas(digit: int, side: int = 120) -> Bytes:
    """A canvas with a stroke on it that is another one for each digit: uint8 (side, side), black on white."""
    return strokes.paint([strokes.Stroke(8, ((20, 20), (30 + 7 * digit, 60), (20, 100)))], side)


def put(path: Path, image: Bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


def some_images(count: int, seed: int = 0) -> Bytes:
    """Images with a black border, uint8 (count, 28, 28), which no reading of pictures would leave as they are."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    images[:, 3:-3, 5:-2] = np.random.default_rng(seed).integers(0, 256, (count, SIDE - 6, SIDE - 7))
    return images


def save(path: Path, images: np.ndarray, labels: object, **more: np.ndarray) -> Path:
    np.savez(path, images=images, labels=np.asarray(labels), **more)  # type: ignore[arg-type]
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures by digit: two writers, three formats, three sizes, dark on light and light on dark."""
    put(tmp_path / "scans" / "3" / "anna-1.png", canvas(3))
    put(tmp_path / "scans" / "3" / "ben-1-a.JPEG", canvas(4, 200))
    put(tmp_path / "scans" / "7" / "anna-2.jpg", 255 - canvas(7, 150))
    put(tmp_path / "scans" / "7" / "scan.png", canvas(8))
    return tmp_path / "scans"


def stored() -> Collected:
    return drawings.collect(open_database())


def test_a_folder_of_pictures_is_read_as_uploads_are_and_stored_once(named: str, folder: Path) -> None:
    assert named
    done = answer("import", folder)
    assert done == {"stored": 4, "known": 0, "refused": 0, "counts": [0, 0, 0, 2, 0, 0, 0, 2, 0, 0]}
    collected = stored()
    assert collected.labels.tolist() == [3, 3, 7, 7]
    assert collected.writers.tolist() == ["anna", "ben", "anna", "unknown"]
    for path, image in zip(sorted(folder.rglob("*.*")), collected.images, strict=True):
        seen = preprocess.to_mnist(photo.ink_of(pictures.read_picture(path)))
        assert image.tolist() == to_bytes(seen).ravel().tolist()
    (folder / "7" / "scan.png").rename(folder / "7" / "anna-3.png")  # the same picture, by another writer
    assert answer("import", folder) == {**done, "stored": 1, "known": 3}
    listed = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(line["writer"], line["drawings"]) for line in listed[:-1]] == [("anna", 3), ("ben", 1), ("unknown", 1)]
    assert listed[-1] == {"drawings": 5, "writers": 3, "counts": [0, 0, 0, 2, 0, 0, 0, 3, 0, 0], "hidden": 0}


def test_an_npz_of_larger_or_lighter_images_is_read_as_uploads_are(tmp_path: Path) -> None:
    large = np.stack([canvas(1), 255 - canvas(2)])
    answer("import", save(tmp_path / "large.npz", large, [1, 2], writers=np.array([7, 8])))
    assert stored().images.tolist() == [to_bytes(preprocess.to_mnist(image)).ravel().tolist() for image in large]
    assert stored().writers.tolist() == ["7", "8"]
    light = 255 - some_images(1)
    answer("import", save(tmp_path / "light.npz", light, [3]))
    expected = to_bytes(preprocess.to_mnist(photo.ink_of(light[0])))
    assert stored().images[2].tolist() == expected.ravel().tolist()
    assert stored().writers[2] == "unknown"


def test_bad_files_are_named_and_the_others_stored(folder: Path) -> None:
    (folder / "7" / "notes.txt").write_text("a text")
    (folder / "7" / "text-1.png").write_text("a text")
    (folder / "7" / ".DS_Store").touch()
    (folder / "9").write_text("no folder")
    (folder / "3" / "deeper.png").mkdir()
    put(folder / "3" / "blank-1.png", np.full((50, 50), 255, np.uint8))
    put(folder / "3" / "bomb-1.png", np.zeros((10_001, 8), np.uint8))  # a few bytes that would be many
    done = run("import", folder, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(line["path"]).name for line in lines[:-1]} == {"notes.txt", "text-1.png", "blank-1.png", "bomb-1.png"}
    assert all(line["error"] for line in lines[:-1])
    assert (lines[-1]["stored"], lines[-1]["refused"], done.exit_code) == (4, 4, 0)
    shown = run("import", folder)
    assert shown.stderr.count("\n") == 4
    assert "0 stored, 4 known already, 4 refused" in shown.stdout


def test_a_folder_without_one_good_picture_is_told(tmp_path: Path) -> None:
    assert "no subfolders 0 to 9" in error_of("import", tmp_path)
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "text-1.png").write_text("a text")
    assert "None of the 1 pictures" in error_of("import", tmp_path)
    assert "check its path" in error_of("import", tmp_path / "gone")
    assert "neither a folder nor" in error_of("import", tmp_path / "3" / "text-1.png")


def test_pictures_of_one_digit_are_stored_and_remarked_on(tmp_path: Path) -> None:
    done = run("import", save(tmp_path / "sevens.npz", some_images(3), [7] * 3))
    assert "3 stored" in done.stdout
    assert "digit 7" in done.stderr
    assert run("import", save(tmp_path / "two.npz", some_images(3), [7, 7, 8])).stderr == ""


def objects(path: Path) -> None:
    save(path, np.array([{}], object), [0])


def cut_off(path: Path) -> None:
    save(path, some_images(3), [0, 1, 2])
    path.write_bytes(path.read_bytes()[:-40])


def flipped(path: Path) -> None:
    save(path, some_images(3), [0, 1, 2])
    content = bytearray(path.read_bytes())
    content[1000] ^= 255
    path.write_bytes(content)


def of_another_size_than_it_says(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00\x76\x00" + _header((10**9, SIDE, SIDE)) + b"few")
        archive.writestr("labels.npy", b"\x93NUMPY\x01\x00\x76\x00" + _header((10**9,)) + b"few")


def _header(shape: tuple[int, ...]) -> bytes:
    return str({"descr": "|u1", "fortran_order": False, "shape": shape}).ljust(117).encode() + b"\n"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("a text"), "damaged"),
        (objects, "damaged"),
        (cut_off, "damaged"),
        (flipped, "damaged"),
        (of_another_size_than_it_says, "damaged"),
        (lambda path: np.savez(path, images=some_images(1)), "no images or no labels"),
        (lambda path: save(path, some_images(2) / 255, [0, 1]), "uint8"),
        (lambda path: save(path, some_images(0), []), "uint8"),
        (lambda path: save(path, np.array(3, np.uint8), [0]), "uint8"),
        (lambda path: save(path, some_images(2), [0]), "one whole-number label"),
        (lambda path: save(path, some_images(2), [0.5, 1]), "one whole-number label"),
        (lambda path: save(path, some_images(2), [0, 10]), "labels from 0 to 10"),
        (lambda path: save(path, some_images(2), [0, 1], writers=np.array(["a"])), "one of writers"),
        (lambda path: save(path, some_images(2), [0, 1], writers=np.array([b"\xff", b"a"])), "damaged"),
        (lambda path: save(path, np.zeros((2, SIDE, SIDE), np.uint8), [0, 1]), "None of the 2 pictures"),
        (lambda path: save(path, np.zeros((2, 4, 4), np.uint8), [0, 1]), "None of the 2 pictures"),
    ],
)
def test_an_npz_that_is_not_sound_is_told(make: Callable[[Path], object], words: str, tmp_path: Path) -> None:
    make(tmp_path / "bad.npz")
    assert words in error_of("import", tmp_path / "bad.npz")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 10_000_000)
    images = np.zeros((1_000, 110, 110), np.uint8)
    np.savez_compressed(tmp_path / "bomb.npz", images=images, labels=np.zeros(1_000, np.uint8))
    assert (tmp_path / "bomb.npz").stat().st_size < 50_000
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it was unpacked"))
    assert "when it is unpacked" in error_of("import", tmp_path / "bomb.npz")


def test_writers_names_are_made_fit_to_be_stored(named: str, tmp_path: Path) -> None:
    assert named
    names = np.array(["a\0b", "x" * 100, " ", "line\nbreak"])
    answer("import", save(tmp_path / "names.npz", some_images(4), range(4), writers=names))
    assert stored().writers.tolist() == ["ab", "x" * 64, "unknown", "linebreak"]


def test_fifty_thousand_pictures_are_imported_and_more_than_a_hundred_thousand_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = save(tmp_path / "many.npz", some_images(50_000), np.arange(50_000) % 10)
    assert answer("import", many)["stored"] == 50_000
    monkeypatch.setattr(importing, "MOST_PICTURES", 49_999)
    assert "split it into parts" in error_of("import", many)


def test_an_import_that_is_broken_off_is_finished_later(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    path = save(tmp_path / "some.npz", some_images(25), np.arange(25) % 10)
    seen = iter(range(15))
    with pytest.raises(StopIteration):
        importing.store(database, importing.find_pictures(path), lambda _: next(seen))
    assert len(stored().labels) == 10
    done = importing.store(database, importing.find_pictures(path), lambda _: None)
    assert (done.stored, done.known) == (15, 10)


def test_two_imports_at_once_store_each_picture_once(database: Database, tmp_path: Path) -> None:
    path = save(tmp_path / "some.npz", some_images(1_200), np.arange(1_200) % 10)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: importing.store(database, importing.find_pictures(path), id), range(2)))
    assert sum(one.stored for one in both) == 1_200
    assert [one.stored + one.known for one in both] == [1_200, 1_200]
    assert len(stored().labels) == 1_200


def test_the_commands_speak_to_people_too(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "4 stored" in run("import", folder).stdout
    assert "anna: 2 (" in run("list").stdout
    assert "4 drawings by 3 writers" in run("export", tmp_path / "x").stdout
    monkeypatch.setenv("MNIST_DEMO_DATABASE", "postgresql://a:secret@127.0.0.1:1/x")
    assert "does not answer" in error_of("list")


def test_a_deleted_class_takes_its_drawings_and_leaves_what_was_imported(folder: Path) -> None:
    answer("import", folder)
    opened = open_database()
    pupil = joined(opened)
    draw(opened, pupil)
    classes.delete_class(opened, pupil.class_id)
    assert len(stored().labels) == 4
