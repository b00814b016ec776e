import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_demo.data import datasets
from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import pictures, preprocess
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store

SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.8)]


def draw_seven(
    side: int = 320,
    *,
    ink: str = "black",
    ground: str = "white",
    size: float = 1.0,
    at: tuple[float, float] = (0, 0),
    brush: int | None = None,
) -> Bytes:
    picture = Image.new("RGB", (side, side), ground)
    points = [((x * size + at[0]) * side, (y * size + at[1]) * side) for x, y in SEVEN]
    ImageDraw.Draw(picture).line(points, fill=ink, width=brush or round(0.06 * side * size), joint="curve")
    return np.asarray(picture)


def test_a_drawing_becomes_a_28_by_28_image_as_mnist_made_it() -> None:
    image = preprocess.to_mnist(draw_seven())
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert 0.8 < image.max() <= 1
    rows, columns = np.nonzero(image > 0.3)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == preprocess.BOX
    centre = ndimage.center_of_mass(image)
    assert np.abs(np.array(centre) - preprocess.CENTRE).max() <= 0.51


@pytest.mark.parametrize(
    ("ink", "ground"), [("white", "black"), ("red", "white"), ("#204080", "#f4e8c8"), ("yellow", "#003300")]
)
def test_colours_do_not_matter(ink: str, ground: str) -> None:
    reference = preprocess.to_mnist(draw_seven())
    assert np.abs(preprocess.to_mnist(draw_seven(ink=ink, ground=ground)) - reference).max() < 0.02


@pytest.mark.parametrize(("size", "at"), [(0.5, (0, 0)), (0.5, (0.5, 0.45)), (0.3, (0.05, 0.6))])
def test_size_and_place_hardly_matter(size: float, at: tuple[float, float]) -> None:
    reference = preprocess.to_mnist(draw_seven())
    moved = preprocess.to_mnist(draw_seven(size=size, at=at))
    # Placed to whole pixels, as MNIST's were, so that two drawings may come out a pixel apart.
    shifts = [(rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    assert min(np.abs(np.roll(moved, shift, axis=(0, 1)) - reference).mean() for shift in shifts) < 0.025


def test_grey_and_transparent_pictures_are_read_as_opaque_ones() -> None:
    opaque = draw_seven()
    reference = preprocess.to_mnist(opaque)
    np.testing.assert_array_equal(preprocess.to_mnist(opaque[:, :, 0]), reference)
    for ink in (0, 255):
        transparent = np.full((*opaque.shape[:2], 4), ink, np.uint8)
        transparent[:, :, 3] = 255 - opaque[:, :, 0]
        np.testing.assert_allclose(preprocess.to_mnist(transparent), reference, atol=0.01)


def test_mnist_images_are_read_as_well_as_before() -> None:
    """What is done to drawings keeps what MNIST's own images show."""
    test = datasets.load(datasets.BUNDLED).test
    again = np.stack([preprocess.to_mnist(image.reshape(28, 28)) for image in test.images]).reshape(-1, 784)
    for name, loss in (("cnn", 0.01), ("affine", 0.02)):
        classifier = Classifier.from_file(store.find(name).model_path)
        before, after = (
            (classifier.logits(images).argmax(axis=1) == test.labels).mean() for images in (test.pixels(), again)
        )
        assert after >= before - loss


def thickness(image: Floats) -> float:
    """The width of the stroke of a 7, pixels: its ink over the length of its path, 0.5 + 0.67 of a box 0.6 high."""
    return float(image.sum() / ((0.5 + 0.67) / 0.6 * (preprocess.BOX - 2.5) + 2.5))


@pytest.mark.parametrize("brush", [3, 8, 14, 28, 40])
def test_the_brush_hardly_matters(brush: int) -> None:
    reference = preprocess.to_mnist(draw_seven(brush=20))
    image = preprocess.to_mnist(draw_seven(brush=brush))
    assert 0.8 * preprocess.THINNEST < thickness(image) < 1.2 * preprocess.BROADEST
    if brush < 28:  # broader ones are as broad as some of MNIST's own, and are left so
        assert np.abs(image - reference).mean() < 0.03


def slant(image: Floats) -> float:
    """By how many columns the ink moves to the left from one row to the one above it."""
    rows, columns = np.indices(image.shape)
    row, column = ndimage.center_of_mass(image)
    return float(((rows - row) * (columns - column) * image).sum() / ((rows - row) ** 2 * image).sum())


def test_half_of_a_slant_is_taken_away() -> None:
    picture = Image.new("L", (320, 320), 255)
    ImageDraw.Draw(picture).line([(220, 40), (100, 280)], fill=0, width=22)
    leaning = np.asarray(picture)
    assert slant(preprocess.steps(leaning, skip=["upright"])["seen"]) == pytest.approx(-0.5, abs=0.05)
    assert slant(preprocess.to_mnist(leaning)) == pytest.approx(-0.25, abs=0.05)


def test_the_steps_lead_from_the_drawing_to_what_the_models_see() -> None:
    stages = preprocess.steps(draw_seven(size=0.5, at=(0.4, 0.1), brush=8))
    assert list(stages) == ["drawn", "crop", "upright", "stroke", "scale", "seen"]
    assert stages["drawn"].shape == (320, 320)
    assert max(stages["crop"].shape) < 110
    assert max(stages["scale"].shape) == preprocess.BOX
    np.testing.assert_array_equal(stages["seen"], preprocess.to_mnist(draw_seven(size=0.5, at=(0.4, 0.1), brush=8)))
    assert all(picture.dtype == np.float32 and picture.min() >= 0 and picture.max() <= 1 for picture in stages.values())


@pytest.mark.parametrize("skipped", preprocess.STEPS)
def test_a_step_that_is_left_out_changes_what_is_seen(skipped: str) -> None:
    canvas = draw_seven(size=0.5, at=(0.4, 0.1), brush=8)
    stages = preprocess.steps(canvas, skip=[skipped])
    assert skipped not in stages
    assert stages["seen"].shape == (28, 28)
    assert np.abs(stages["seen"] - preprocess.to_mnist(canvas)).max() > 0.1


def test_without_any_step_the_canvas_is_only_shrunk() -> None:
    canvas = draw_seven(size=0.5, at=(0.4, 0.1))
    shrunk = Image.fromarray(255 - canvas[:, :, 0]).resize((28, 28), Image.Resampling.BOX)
    seen = preprocess.steps(canvas, skip=preprocess.STEPS)["seen"]
    np.testing.assert_allclose(seen, np.asarray(shrunk) / 255, atol=0.01)


@pytest.mark.parametrize("skip", [[], *([step] for step in preprocess.STEPS), preprocess.STEPS])
def test_every_canvas_with_ink_is_read(skip: list[str]) -> None:
    """One pixel, a blot, a bar across, ink at every edge, a scribble of 2,000 strokes: never an error."""
    one, blot, bar, edges = (np.zeros((320, 320), np.uint8) for _ in range(4))
    one[100, 200] = 255
    ImageDraw.Draw(picture := Image.fromarray(blot)).ellipse((40, 60, 260, 280), fill=255)
    blot = np.asarray(picture)
    bar[150:170] = 255
    edges[:, 5], edges[:, -6], edges[3], edges[-4] = 255, 255, 255, 255
    picture = Image.fromarray(np.zeros((320, 320), np.uint8))
    for points in np.random.default_rng(0).integers(0, 320, (2000, 4)).tolist():
        ImageDraw.Draw(picture).line(points, fill=255, width=8)
    for canvas in (one, blot, bar, edges, np.asarray(picture)[:, :160], draw_seven(60)[:, :8]):
        try:
            seen = preprocess.steps(canvas, skip)["seen"]
        except UserError as error:
            assert "blank" in str(error)
        else:
            assert seen.shape == (28, 28)
            assert 0 <= seen.min() < seen.max() <= 1


def test_a_stroke_as_thin_as_a_hair_still_shows() -> None:
    picture = np.full((320, 320), 255, np.uint8)
    picture[40:280, 160] = 0
    assert preprocess.to_mnist(picture).max() > 0.3


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_is_refused(shade: int) -> None:
    with pytest.raises(UserError, match="blank"):
        preprocess.to_mnist(np.full((320, 320, 3), shade, np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (4, 300), (20_000, 10)])
def test_pictures_of_unusable_size_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="each side must be"):
        preprocess.to_mnist(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("array", [np.zeros((28, 28)), np.zeros((28, 28, 2), np.uint8), np.zeros(784, np.uint8)])
def test_what_is_no_picture_is_refused(array: Bytes) -> None:
    with pytest.raises(UserError, match="PNG or JPEG"):
        preprocess.to_mnist(array)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_picture_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"seven.{kind.lower()}"
    Image.fromarray(draw_seven()).save(path, kind)
    reference = preprocess.to_mnist(draw_seven())
    assert np.abs(preprocess.to_mnist(pictures.read_picture(path)) - reference).mean() < 0.01


def test_a_photo_is_turned_upright() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # as a phone held sideways notes it: turn by 90 degrees to see it upright
    Image.fromarray(np.rot90(draw_seven()).copy()).save(buffer, "PNG", exif=exif)
    buffer.seek(0)
    np.testing.assert_array_equal(pictures.read_picture(buffer), draw_seven())


def huge_png(width: int, height: int) -> bytes:
    """A PNG header that promises more pixels than anybody wants to decode."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 28), (100_000, 100_000), (1, 1)])
def test_a_picture_of_unusable_size_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(UserError, match=r"each side must be|not a sound"):
        pictures.read_picture(io.BytesIO(huge_png(width, height)))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", huge_png(300, 300)]
)
def test_what_is_no_picture_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(UserError, match="not a sound PNG or JPEG"):
        pictures.read_picture(tmp_path / "x.png")


def test_to_png_is_dark_on_white_and_scaled() -> None:
    pixels = np.array([[0, 1], [0.5, 0]], np.float32)
    decoded = np.asarray(Image.open(io.BytesIO(pictures.to_png(pixels, scale=3))))
    assert decoded.shape == (6, 6)
    assert decoded[0, 0] == 255
    assert decoded[0, 5] == 0


def test_a_scan_of_16_bits_is_read(tmp_path: Path) -> None:
    paper = np.full((60, 60), 65_000, np.uint16)
    paper[10:50, 28:33] = 9_000
    Image.fromarray(paper).save(tmp_path / "scan.png")
    pixels = preprocess.to_mnist(pictures.read_picture(tmp_path / "scan.png"))
    assert pixels[14, 14] > 0.5
    assert pixels[14, 2] == 0
