"""What a browser sends of the pen is checked before it is used."""

import base64
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from mnist_demo.errors import UserError
from mnist_demo.ui.answers import pen_message


def data_address(picture: Image.Image, kind: str = "PNG") -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return pen_message.PREFIX + base64.b64encode(buffer.getvalue()).decode()


def drawn(side: int = pen_message.SIDE) -> Image.Image:
    """A bar on white, as a browser draws it."""
    picture = Image.new("RGBA", (side, side), "white")
    picture.paste((21, 24, 31, 255), (side // 2, side // 8, side // 2 + side // 16, side - side // 8))
    return picture


def message(**changes: object) -> dict[str, object]:
    return {"number": 3, "is_down": True, "picture": data_address(drawn()), **changes}


def test_a_message_of_the_component_is_read() -> None:
    read = pen_message.read_message(message())
    assert (read.number, read.is_down) == (3, True)
    assert read.picture.dtype == np.uint8
    assert np.array_equal(read.picture, np.asarray(drawn().convert("RGB"))[:, :, 0])


def large() -> Image.Image:
    """A picture of many pixels that is a short message."""
    return Image.new("1", (9990, 6000))


def bomb() -> str:
    """A PNG of a few kilobytes that says it is 30,000 x 30,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = (30_000).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    content = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )
    return pen_message.PREFIX + base64.b64encode(content).decode()


@pytest.mark.parametrize(
    "forged",
    [
        "drawn",
        5,
        [],
        {},
        message(number="3"),
        message(number=None),
        message(is_down=1),
        message(picture=None),
        message(picture=["data:image/png;base64,"]),
        message(picture=""),
        message(picture="data:image/svg+xml;base64,AAAA"),
        message(picture=pen_message.PREFIX + "not base64!"),
        message(picture=pen_message.PREFIX + "AAAA"),
        message(picture=pen_message.PREFIX + "A" * 10_000_000),
        message(picture=data_address(drawn())[:-40]),
        message(picture=data_address(drawn(pen_message.SIDE + 1))),
        message(picture=data_address(drawn().convert("RGB"), "GIF")),
        message(picture=bomb()),
        message(picture=data_address(large())),
    ],
    ids=lambda forged: str(forged)[:60],
)
def test_a_forged_or_oversized_message_is_refused_with_one_sentence(forged: object) -> None:
    with pytest.raises(UserError, match="reload the page"):
        pen_message.read_message(forged)
