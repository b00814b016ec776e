"""The chosen models as the page asks them."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.evidence import choice


@dataclass(frozen=True)
class Reader:
    """A model that can be asked."""

    run: Run
    name: str
    classifier: Classifier

    def probabilities(self, images: Floats) -> Floats:
        """float32 (n, 784) in [0, 1] -> float32 (n, 10)."""
        return self.classifier.probabilities(images)


def readers(runs: list[Run], pixels: Floats) -> list[Reader]:
    """Those of the runs that can read an image, float32 (28, 28); one sentence for each that cannot."""
    found = []
    for run in runs:
        name = run_titles.title(run)
        try:
            reader = Reader(run, name, loaded.classifier(run))
            choice.check_numbers(reader.classifier.logits(pixels.reshape(1, -1)))
        except UserError as error:
            st.error(f"{name}: {error}", icon=":material/error:")
        else:
            found.append(reader)
    return found
