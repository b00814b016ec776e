import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_demo import data, drawing, runs
from mnist_demo.data import Bytes
from mnist_demo.errors import UserError
from mnist_demo.inference import Classifier

SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.8)]


def draw_seven(
    side: int = 320, ink: str = "black", ground: str = "white", size: float = 1.0, at: tuple[float, float] = (0, 0)
) -> Bytes:
    picture = Image.new("RGB", (side, side), ground)
    points = [((x * size + at[0]) * side, (y * size + at[1]) * side) for x, y in SEVEN]
    ImageDraw.Draw(picture).line(points, fill=ink, width=round(0.06 * side * size), joint="curve")
    return np.asarray(picture)


def test_a_drawing_becomes_a_28_by_28_image_as_mnist_made_it() -> None:
    image = drawing.to_mnist(draw_seven())
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert 0.8 < image.max() <= 1
    rows, columns = np.nonzero(image > 0.3)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == drawing.BOX
    centre = ndimage.center_of_mass(image)
    assert np.abs(np.array(centre) - drawing.CENTRE).max() <= 0.51


@pytest.mark.parametrize(
    ("ink", "ground"), [("white", "black"), ("red", "white"), ("#204080", "#f4e8c8"), ("yellow", "#003300")]
)
def test_colours_do_not_matter(ink: str, ground: str) -> None:
    reference = drawing.to_mnist(draw_seven())
    assert np.abs(drawing.to_mnist(draw_seven(ink=ink, ground=ground)) - reference).max() < 0.02


@pytest.mark.parametrize(("size", "at"), [(0.5, (0, 0)), (0.5, (0.5, 0.45)), (0.3, (0.05, 0.6))])
def test_size_and_place_hardly_matter(size: float, at: tuple[float, float]) -> None:
    reference = drawing.to_mnist(draw_seven())
    moved = drawing.to_mnist(draw_seven(size=size, at=at))
    # Placed to whole pixels, as MNIST's were, so that two drawings may come out a pixel apart.
    shifts = [(rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    assert min(np.abs(np.roll(moved, shift, axis=(0, 1)) - reference).mean() for shift in shifts) < 0.025


def test_grey_and_transparent_pictures_are_read_as_opaque_ones() -> None:
    opaque = draw_seven()
    reference = drawing.to_mnist(opaque)
    np.testing.assert_array_equal(drawing.to_mnist(opaque[:, :, 0]), reference)
    for ink in (0, 255):
        transparent = np.full((*opaque.shape[:2], 4), ink, np.uint8)
        transparent[:, :, 3] = 255 - opaque[:, :, 0]
        np.testing.assert_allclose(drawing.to_mnist(transparent), reference, atol=0.01)


def test_an_mnist_image_stays_what_it_is() -> None:
    """MNIST's own images pass through with no loss: what the method does was done to them already."""
    test = data.load(data.BUNDLED).test
    classifier = Classifier.from_file(runs.find("cnn").model_path)
    again = np.stack([drawing.to_mnist(image.reshape(28, 28)) for image in test.images])
    unchanged = np.abs(again.reshape(-1, 784) - test.pixels()).max(axis=1) < 0.05
    assert unchanged.mean() > 0.65  # the others lose a row of their faintest ink and are stretched by as much
    assert (classifier.logits(again.reshape(-1, 784)).argmax(axis=1) == test.labels).mean() > 0.97


def test_a_stroke_as_thin_as_a_hair_still_shows() -> None:
    picture = np.full((320, 320), 255, np.uint8)
    picture[40:280, 160] = 0
    assert drawing.to_mnist(picture).max() > 0.3


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_is_refused(shade: int) -> None:
    with pytest.raises(UserError, match="blank"):
        drawing.to_mnist(np.full((320, 320, 3), shade, np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (4, 300), (20_000, 10)])
def test_pictures_of_unusable_size_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="each side must be"):
        drawing.to_mnist(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("array", [np.zeros((28, 28)), np.zeros((28, 28, 2), np.uint8), np.zeros(784, np.uint8)])
def test_what_is_no_picture_is_refused(array: Bytes) -> None:
    with pytest.raises(UserError, match="PNG or JPEG"):
        drawing.to_mnist(array)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_picture_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"seven.{kind.lower()}"
    Image.fromarray(draw_seven()).save(path, kind)
    reference = drawing.to_mnist(draw_seven())
    assert np.abs(drawing.to_mnist(drawing.read_picture(path)) - reference).mean() < 0.01


def test_a_photo_is_turned_upright() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # as a phone held sideways notes it: turn by 90 degrees to see it upright
    Image.fromarray(np.rot90(draw_seven()).copy()).save(buffer, "PNG", exif=exif)
    buffer.seek(0)
    np.testing.assert_array_equal(drawing.read_picture(buffer), draw_seven())


def huge_png(width: int, height: int) -> bytes:
    """A PNG header that promises more pixels than anybody wants to decode."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 28), (100_000, 100_000), (1, 1)])
def test_a_picture_of_unusable_size_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(UserError, match=r"each side must be|not a sound"):
        drawing.read_picture(io.BytesIO(huge_png(width, height)))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", huge_png(300, 300)]
)
def test_what_is_no_picture_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(UserError, match="not a sound PNG or JPEG"):
        drawing.read_picture(tmp_path / "x.png")


def test_to_png_is_dark_on_white_and_scaled() -> None:
    pixels = np.array([[0, 1], [0.5, 0]], np.float32)
    decoded = np.asarray(Image.open(io.BytesIO(drawing.to_png(pixels, scale=3))))
    assert decoded.shape == (6, 6)
    assert decoded[0, 0] == 255
    assert decoded[0, 5] == 0
