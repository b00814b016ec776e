"""The reply to a message of the pen: what models say of its picture, as the cards of the page show it."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from mnist_demo.drawing import pictures
from mnist_demo.runs.listing import SharedListing
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards, loaded, pen_message

MOST_MODELS = 6  # at a time: of more nobody compares the answers, or tells the lines on one chart apart

_listing = SharedListing()


def warm_up() -> None:
    """Read one picture with each shipped model, so that the first drawing is answered as quickly as the next."""
    picture = np.full((pen_message.SIDE, pen_message.SIDE), 255, np.uint8)
    picture[40:120, 80:90] = 0
    cards.answer_drawing(list(loaded.all_shipped().values()), pen_message.to_mnist(picture))


def reply(message: bytes) -> dict[str, Any]:
    """What is to be sent back: the message's `number`, the `answers` of its `models`, and the `picture` that they saw.

    `message` is JSON, from a browser, and nothing in it is trusted. Raises UserError where no page of ours wrote it.
    """
    number, names, address = _read(message)
    pixels = pen_message.to_mnist(pen_message.read_picture(address))
    return {
        "number": number,
        "answers": [asdict(card) for card in cards.answer_drawing(_models(names), pixels)],
        "picture": "" if pixels is None else pictures.pixels_address(pixels),
    }


def _read(message: bytes) -> tuple[int, list[str], object]:
    try:
        sent = json.loads(message)
    except (ValueError, RecursionError):
        sent = None
    match sent:
        case {"number": int(number), "models": list(names), "picture": picture} if len(names) <= MOST_MODELS:
            return number, [name for name in names if isinstance(name, str)], picture
    raise pen_message.unreadable()


def _models(names: list[str]) -> list[Run]:
    """The runs of these names; without those that are not there, or no more."""
    shipped = loaded.all_shipped()
    found = shipped if shipped.keys() >= set(names) else shipped | {run.id: run for run in _listing.read().runs}
    return [found[name] for name in names if name in found]
