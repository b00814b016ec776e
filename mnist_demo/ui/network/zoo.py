"""A small zoo: what networks of four kinds reach on MNIST. From one real run each."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.models import architecture, registry
from mnist_demo.ui.help import glossary
from mnist_demo.words import percent

_TEXTS = dict(registry.PRESETS)
COMMAND = "python -m mnist_demo train --data mnist"  # with what each row adds


@dataclass(frozen=True)
class Reached:
    """What a preset reached, by which command, on all 10,000 test images; the steps took so many seconds on 2 cores."""

    title: str
    network: str
    added: str  # to COMMAND
    steps: int
    test_accuracy: float
    seconds: float


def _own(title: str, steps: int, test_accuracy: float, seconds: float) -> Reached:
    added = f'--network "{_TEXTS[title]}" --steps {steps}'
    return Reached(title, _TEXTS[title], added, steps, test_accuracy, seconds)


ZOO = (
    Reached(registry.AFFINE.title, registry.AFFINE.network, "--model affine --recipe fast", 2_000, 0.927, 1.6),
    _own("One hidden layer", 4_000, 0.9821, 6.1),
    _own("LeNet-5", 4_000, 0.9915, 49.3),
    Reached("The notebook’s CNN", registry.CNN.network, "--model cnn --recipe fast", 250, 0.9899, 8.7),
)


def show() -> None:
    """The zoo as a table, closed until somebody wants it."""
    with st.expander("What do other networks reach?", icon=":material/leaderboard:"), st.container(key="zoo"):
        st.markdown(
            "Each of these was trained by this app on all of MNIST, one after the other on a computer with two cores "
            "that did other work too; “right” is its share of the 10,000 test images. More layers take more time. They "
            "help where they suit pictures, as convolutions do.",
            help=glossary.meanings("Activation", "Parameter", "Step", "Test image"),
        )
        head = "| network | layers | parameters | steps | seconds | right |"
        rows = [
            f"| {reached.title} | {reached.network or 'none'} | {architecture.parse(reached.network).parameters:,} "
            f"| {reached.steps:,} | {reached.seconds:.1f} | {percent(reached.test_accuracy)} |"
            for reached in ZOO
        ]
        st.markdown("\n".join([head, "| --- | --- | --: | --: | --: | --: |", *rows]))
        st.caption(f"In a terminal: `{COMMAND}`, and for each row")
        st.code("\n".join(reached.added for reached in ZOO), language="sh", wrap_lines=True)
