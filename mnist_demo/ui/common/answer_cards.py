"""Cards side by side, one a model, with what it says of a digit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mnist_demo.ui.common import projector
from mnist_demo.ui.common.components import component

_answers = component("common", "answers")


@dataclass(frozen=True)
class Answer:
    """What one model says: its name, a word on it, the headline ("7", "Not sure") and ten probabilities in [0, 1].

    `shares` are the texts beside the bars, where these are no probabilities.
    """

    name: str
    note: str
    headline: str
    remark: str
    probabilities: list[float]
    shares: list[str] | None = None


def answers(items: Sequence[Answer], *, picture: str | None = None, is_final: bool = True, key: str) -> None:
    """Cards side by side, one a model, each with its answer and ten bars that follow the probabilities smoothly.

    `picture` is a PNG as a data address, shown beside the cards as what the models see; "" shows a blank one. Answers
    are read out to screen readers once they are final, not at each line that a pen draws.
    """
    shown = {"answers": [asdict(item) for item in items], "picture": picture, "is_final": is_final}
    _answers(data={**shown, "is_large": projector.is_on()}, key=key)
