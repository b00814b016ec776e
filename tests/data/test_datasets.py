import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data import datasets, formats
from mnist_demo.data.images import one_hot, to_pixels
from mnist_demo.errors import UserError
from tests.conftest import tiny_arrays


def write_idx(folder: Path, arrays: dict[str, np.ndarray], *, zipped: bool) -> None:
    for name, array in zip(formats.MNIST_MD5, (arrays[key] for key in formats.ARRAY_NAMES), strict=True):
        raw = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(raw))
        else:
            (folder / name).write_bytes(raw)


@pytest.mark.empty_home
def test_bundled_subset_has_ten_equal_classes_in_every_split_and_no_image_twice() -> None:
    dataset = datasets.load(datasets.BUNDLED)
    assert [len(dataset.split(name)) for name in datasets.SPLITS] == [4000, 500, 500]
    for name in datasets.SPLITS:
        labels = dataset.split(name).labels
        assert np.unique(labels, return_counts=True)[1].tolist() == [len(labels) // 10] * 10
    everything = np.concatenate([dataset.split(name).images for name in datasets.SPLITS])
    assert len(np.unique(everything, axis=0)) == 5000


@pytest.mark.empty_home
def test_bundled_subset_is_the_same_from_its_cache(home: Path) -> None:
    first = datasets.load(datasets.BUNDLED)
    assert (home / "data" / "bundled.npz").is_file()
    np.testing.assert_array_equal(first.train.images, datasets.load(datasets.BUNDLED).train.images)


@pytest.mark.empty_home
def test_bundled_subset_survives_a_damaged_cache_and_a_home_that_cannot_be_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "bundled.npz").write_bytes(b"PK\x03\x04 half a file")
    assert len(datasets.load(datasets.BUNDLED).train) == 4000
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_DEMO_HOME", str(tmp_path / "file" / "home"))
    assert len(datasets.load(datasets.BUNDLED).train) == 4000


def test_bundled_images_are_of_mnists_training_file(full_mnist: str) -> None:
    bundled, full = datasets.load(datasets.BUNDLED), datasets.load(full_mnist)
    training_file = {image.tobytes() for split in (full.train, full.validation) for image in split.images}
    assert all(image.tobytes() in training_file for image in bundled.test.images)


def test_full_mnist_is_recognised_and_split_as_in_the_notebook(full_mnist: str) -> None:
    dataset = datasets.load(full_mnist)
    assert dataset.name == "MNIST"
    assert [len(dataset.split(name)) for name in datasets.SPLITS] == [55_000, 5_000, 10_000]
    with np.load(full_mnist) as stored:
        file_images, file_labels = stored["x_train"], stored["y_train"]
    np.testing.assert_array_equal(dataset.validation.images[0], file_images[0].ravel())
    np.testing.assert_array_equal(dataset.train.images[10], file_images[5010].ravel())
    assert dataset.train.labels[10] == file_labels[5010]


def test_only_a_model_that_saw_the_whole_of_mnist_has_seen_the_bundled_test_images(tiny_npz: Path) -> None:
    bundled, other = datasets.load(datasets.BUNDLED), datasets.load(str(tiny_npz))
    assert not bundled.is_unseen("MNIST")
    assert bundled.is_unseen("MNIST subset")
    assert other.is_unseen("MNIST")


def test_pixels_are_float32_from_0_to_1() -> None:
    pixels = to_pixels(np.array([[0, 51, 255]], np.uint8))
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, [[0, 0.2, 1]])


def test_one_hot() -> None:
    assert one_hot(3).tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert one_hot([0, 9]).argmax(axis=1).tolist() == [0, 9]


def test_an_epoch_of_batches_has_every_image_once_and_each_epoch_another_order() -> None:
    first, second = datasets.batch_indices(100, 10, 1, 0, 10), datasets.batch_indices(100, 10, 1, 10, 10)
    assert sorted(first.ravel()) == sorted(second.ravel()) == list(range(100))
    assert first.ravel().tolist() != second.ravel().tolist()
    assert first.ravel().tolist() != datasets.batch_indices(100, 10, 2, 0, 10).ravel().tolist()


@pytest.mark.parametrize(("count", "batch_size"), [(100, 10), (7, 3), (5, 12), (64, 64)])
def test_batches_do_not_depend_on_how_the_steps_are_cut(count: int, batch_size: int) -> None:
    whole = datasets.batch_indices(count, batch_size, 1337, 0, 25)
    parts = [datasets.batch_indices(count, batch_size, 1337, at, n) for at, n in ((0, 1), (1, 8), (9, 16))]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    assert 0 <= whole.min() <= whole.max() < count


def pretend_mnist(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the data set at `path` counts as the full MNIST."""
    checksums = [formats._idx_md5([array]) for array in formats.read_arrays(path)]
    monkeypatch.setattr(formats, "MNIST_MD5", dict(zip(formats.MNIST_MD5, checksums, strict=True)))


@pytest.mark.empty_home
def test_sources_in_order(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_mnist(tiny_npz, monkeypatch)
    assert datasets.find_source() == datasets.BUNDLED
    for path in (datasets.keras_mnist(), datasets.cached_mnist()):
        path.parent.mkdir(parents=True)
        path.write_bytes(tiny_npz.read_bytes())
        assert datasets.find_source() == datasets.MNIST
        assert datasets.sound_mnist() == path
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tiny_npz))
    assert datasets.find_source() == str(tiny_npz)
    assert datasets.find_source("other.npz") == str(Path("other.npz").absolute())


@pytest.mark.empty_home
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_cache_is_passed_over_and_left_alone(content: bytes) -> None:
    for path in (datasets.keras_mnist(), datasets.cached_mnist()):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    assert datasets.find_source() == datasets.BUNDLED
    assert datasets.keras_mnist().read_bytes() == content
    with pytest.raises(UserError, match="--download"):
        datasets.load(datasets.MNIST)


@pytest.mark.empty_home
def test_a_cache_that_is_repaired_is_noticed(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_mnist(tiny_npz, monkeypatch)
    datasets.cached_mnist().parent.mkdir(parents=True)
    datasets.cached_mnist().write_bytes(b"bad")
    assert datasets.find_source() == datasets.BUNDLED
    datasets.cached_mnist().write_bytes(tiny_npz.read_bytes())
    assert datasets.find_source() == datasets.MNIST


@pytest.mark.parametrize("path", ["x" * 300, "\0", "/proc/1/fd/x"])
def test_a_path_that_no_system_allows_is_told_in_one_sentence(path: str) -> None:
    with pytest.raises(UserError, match="There is no data file"):
        datasets.load(path)


def test_other_data_in_a_folder_called_mnist_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "MNIST").mkdir()
    write_idx(tmp_path / "MNIST", tiny_arrays(), zipped=True)
    assert datasets.load(str(tmp_path / "MNIST")).name == "MNIST (own data)"


@pytest.mark.parametrize("zipped", [True, False])
def test_idx_files_read_as_the_npz_does(tmp_path: Path, tiny_npz: Path, zipped: bool) -> None:
    write_idx(tmp_path, tiny_arrays(), zipped=zipped)
    expected = formats.read_arrays(tiny_npz)
    one_file = tmp_path / ("train-images-idx3-ubyte" + (".gz" if zipped else ""))
    for path in (tmp_path, one_file):
        for ours, theirs in zip(formats.read_arrays(path), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_write_mnist_reads_back(tmp_path: Path, tiny_npz: Path) -> None:
    arrays = formats.read_arrays(tiny_npz)
    with (tmp_path / "again.npz").open("wb") as stream:
        formats.write_mnist(stream, arrays)
    for ours, theirs in zip(formats.read_arrays(tmp_path / "again.npz"), arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def spoil(**changes: np.ndarray) -> dict[str, np.ndarray]:
    return {**tiny_arrays(), **changes}


BAD_ARRAYS = {
    "a label of 10": (spoil(y_train=np.full(240, 10, np.uint8)), "0 to 9"),
    "a label of -1": (spoil(y_test=np.full(40, -1, np.int8)), "0 to 9"),
    "labels of another length": (spoil(y_train=np.zeros(3, np.uint8)), "label for each"),
    "labels that are no whole numbers": (spoil(y_test=np.zeros(40)), "label for each"),
    "images of 32 x 32": (spoil(x_train=np.zeros((240, 32, 32), np.uint8)), "28, 28"),
    "images of floats": (spoil(x_test=np.zeros((40, 28, 28))), "uint8"),
    "no images": (spoil(x_test=np.zeros((0, 28, 28), np.uint8), y_test=np.zeros(0, np.uint8)), "too few"),
    "pickled objects": (spoil(y_train=np.array([print], object)), "cannot be read"),
    "a missing array": ({"x_train": np.zeros((1, 28, 28), np.uint8)}, "has no y_train"),
}


@pytest.mark.parametrize(("arrays", "reason"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_unsound_arrays_are_refused_in_one_sentence(tmp_path: Path, arrays: dict[str, np.ndarray], reason: str) -> None:
    np.savez(tmp_path / "bad.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=reason) as caught:
        datasets.load(str(tmp_path / "bad.npz"))
    assert "bad.npz" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keep", [0, 100, -1000])
def test_a_cut_off_npz_is_refused(tmp_path: Path, tiny_npz: Path, keep: int) -> None:
    (tmp_path / "bad.npz").write_bytes(tiny_npz.read_bytes()[:keep])
    with pytest.raises(UserError, match="cannot be read"):
        datasets.load(str(tmp_path / "bad.npz"))


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08", gzip.compress(b"\0\0\x08\x03\0\0", mtime=0)])
def test_a_damaged_idx_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    write_idx(tmp_path, tiny_arrays(), zipped=True)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        datasets.load(str(tmp_path))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.npz"):
        datasets.load(str(tmp_path / "nowhere.npz"))
    with pytest.raises(UserError, match="train-images-idx3-ubyte"):
        datasets.load(str(tmp_path))
