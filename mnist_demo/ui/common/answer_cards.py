"""Cards side by side, one a model, with what it says of a digit."""

from collections.abc import Sequence
from dataclasses import asdict

from mnist_demo.ui.answers.cards import Answer
from mnist_demo.ui.common import projector
from mnist_demo.ui.common.components import component

_answers = component("common", "answers")


def answers(
    items: Sequence[Answer],
    *,
    picture: str | None = None,
    meant: int | None = None,
    number: int | None = None,
    is_final: bool = True,
    key: str,
) -> None:
    """Cards side by side, one a model, each with its answer and ten bars that follow the probabilities smoothly.

    `picture` is a PNG as a data address, shown beside the cards as what the models see; "" shows a blank one. `meant`
    is the digit that is marked as right. `number` is that of the pen's message which is answered; where the browser
    has shown the answers to a later one already, these are not shown. Answers are read out to screen readers once they
    are final, not at each line that a pen draws.
    """
    shown = {"answers": [asdict(item) for item in items], "picture": picture, "meant": meant, "number": number}
    _answers(data={**shown, "is_final": is_final, "is_large": projector.is_on()}, key=key)
