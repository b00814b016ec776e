"""The parts of the Break it page, of which one is shown at a time, and imported only then."""

from streamlit.delta_generator import DeltaGenerator

from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.evidence.subject import Subject

TITLES = {
    "change": "Change it bit by bit",
    "smallest": "The smallest change",
    "all": "All test images",
    "fool": "Fool it by hand",
}


def show(readers: list[Reader], digit: Subject, label_place: DeltaGenerator) -> None:
    """The part that the visitor chose; where it matters, the right answer is said, or asked for, at `label_place`."""
    part = choice.part(list(TITLES), TITLES.__getitem__, ("Adversarial example", "Robustness", "Test image"))
    if part in ("change", "smallest"):
        subject.say_if_no_digit(digit)
    match part:
        case "change":
            from mnist_demo.ui.breaking import change  # noqa: PLC0415

            with label_place:
                read = int(readers[-1].probabilities(digit.pixels.reshape(1, -1))[0].argmax())
                label = subject.label_of(digit, read)
            change.show(readers, digit.pixels, label)
        case "smallest":
            from mnist_demo.ui.breaking import smallest  # noqa: PLC0415

            smallest.show(readers, digit.pixels)
        case "all":
            from mnist_demo.ui.breaking import curves  # noqa: PLC0415

            curves.show(readers)
        case "fool":
            from mnist_demo.ui.breaking import fool  # noqa: PLC0415

            fool.show(readers, digit)
