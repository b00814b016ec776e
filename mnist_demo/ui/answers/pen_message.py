"""The messages of the component that follows the pen. They come from a browser, so nothing in them is trusted."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing import preprocess
from mnist_demo.errors import UserError

SIDE = 160  # pixels: half of the canvas, and still eight times what a model sees of a digit that fills it
LONGEST = 60_000  # characters; a page full of scribbles takes a quarter of it
PREFIX = "data:image/png;base64,"


@dataclass(frozen=True)
class Message:
    """What is drawn: `number` counts the messages of a browser, `picture` is uint8 (SIDE, SIDE), dark ink on white."""

    number: int
    is_down: bool  # the pen, so that more is to come
    picture: Bytes


def read_message(message: object) -> Message:
    """Check and decode what the browser sent. Raises UserError where the component did not write it."""
    match message:
        case {"number": int(number), "is_down": bool(is_down), "picture": picture}:
            return Message(number, is_down, read_picture(picture))
    raise unreadable()


def read_picture(address: object) -> Bytes:
    """The picture of a canvas, uint8 (SIDE, SIDE), that a browser sent. Raises UserError where it is none."""
    if not isinstance(address, str) or len(address) > LONGEST or not address.startswith(PREFIX):
        raise unreadable()
    try:
        content = io.BytesIO(base64.b64decode(address.removeprefix(PREFIX), validate=True))
        with Image.open(content, formats=["PNG"]) as picture:
            if picture.size == (SIDE, SIDE):  # before it is decoded: a short message can hold a huge picture
                return np.asarray(picture.convert("RGB").getchannel("R"))
    except Exception as error:  # of a forged one Pillow raises IndexError and AssertionError, too
        raise unreadable() from error
    raise unreadable()


def to_mnist(picture: Bytes | None) -> Floats | None:
    """The picture as the models see it; None where nothing is drawn."""
    try:
        return None if picture is None else preprocess.to_mnist(picture)
    except UserError:  # a blank canvas
        return None


def unreadable() -> UserError:
    """To be raised for what no browser with this page sends."""
    return UserError("The browser sent a drawing that cannot be read: reload the page and draw again.")
