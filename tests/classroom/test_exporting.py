"""Drawings and votes as files: what is exported is imported as it was, and nothing is overwritten."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_demo.classroom import drawings
from mnist_demo.classroom.database import open_database
from mnist_demo.classroom.drawings import Collected
from mnist_demo.classroom.exchange import exporting
from mnist_demo.data.images import PIXELS
from tests.classroom.test_classes import draw, joined
from tests.classroom.test_files import ODD_WRITERS, answer, error_of, save, some_images, stored


@pytest.mark.parametrize("name", ["there/drawings.npz", "there/drawings"])
def test_what_is_exported_is_imported_as_it_was(
    name: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = some_images(len(ODD_WRITERS)), [3, 1, 4, 1, 5, 9]
    first = save(tmp_path / "first.npz", images, labels, writers=np.array(ODD_WRITERS))
    answer("import", first)
    opened = open_database()
    pupil = joined(opened)
    draw(opened, pupil, "shown", 8)
    draw(opened, pupil, "hidden", 0)
    drawings.hide(opened, drawings.list_drawings(opened, pupil.class_id)[-1].id)
    before = stored()
    assert before.images[:6].tolist() == images.reshape(-1, PIXELS).tolist()
    exported = tmp_path / name
    assert answer("export", exported) == {"path": str(exported), "drawings": 7, "writers": 7}
    assert answer("import", exported)["known"] == 7  # also the pupil's
    monkeypatch.setenv("MNIST_DEMO_HOME", str(home / "another"))
    assert answer("import", exported)["stored"] == 7
    assert _rows(stored()) == _rows(before)


def _rows(collected: Collected) -> list[tuple[Any, ...]]:
    columns = collected.labels.tolist(), collected.writers.tolist(), collected.images.tolist()
    return sorted(zip(*columns, strict=True))


def test_an_exported_folder_has_pictures_that_people_can_see_and_move(tmp_path: Path) -> None:
    images = some_images(2)
    exporting.export(Collected(images, np.array([2, 5], np.uint8), np.array(["a-b", "c"])), tmp_path / "x", print)
    assert np.asarray(Image.open(tmp_path / "x" / "5" / "c-000002.png")).tolist() == images[1].tolist()
    (tmp_path / "x" / "2" / "a_b-000001.png").rename(tmp_path / "x" / "5" / "dora-1.png")
    answer("import", tmp_path / "x")
    assert _rows(stored()) == [(5, "c", images[1].ravel().tolist()), (5, "dora", images[0].ravel().tolist())]


def test_an_archive_holds_what_an_exported_folder_holds(tmp_path: Path) -> None:
    collected = Collected(some_images(3).reshape(3, PIXELS), np.array([2, 5, 2], np.uint8), np.array(["a-b", "c", "c"]))
    exporting.export(collected, tmp_path / "folder", print)
    stream = io.BytesIO()
    exporting.write_zip(collected, stream)
    with zipfile.ZipFile(stream) as archive:
        archive.extractall(tmp_path / "unpacked")

    def content(folder: Path) -> dict[Path, bytes]:
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.png")}

    assert content(tmp_path / "unpacked") == content(tmp_path / "folder")


def test_votes_are_a_table_that_a_spreadsheet_reads() -> None:
    stream = io.BytesIO()
    exporting.write_votes([("a 7, or a 1?", "K7M3QD_red_fox", 7)], stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8"))))
    assert rows == [["question", "pupil", "digit"], ["a 7, or a 1?", "K7M3QD_red_fox", "7"]]


def test_an_export_never_mixes_with_what_is_there(tmp_path: Path) -> None:
    assert "no drawings to export" in error_of("export", tmp_path / "x.npz")
    answer("import", save(tmp_path / "one.npz", some_images(1), [1]))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "empty").mkdir()
    assert "choose a new folder" in error_of("export", tmp_path / "full")
    assert "ends in .zip" in error_of("export", tmp_path / "x.zip")
    assert "Cannot write" in error_of("export", tmp_path / "one.npz" / "x.npz")
    assert "Cannot write" in error_of("export", tmp_path / "one.npz" / "x")
    assert answer("export", tmp_path / "empty")["drawings"] == 1
    for _ in range(2):
        assert answer("export", tmp_path / "x.npz")["drawings"] == 1
