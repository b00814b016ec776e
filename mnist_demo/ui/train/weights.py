"""An affine model's weights as ten pictures: the template of each digit, forming while the model learns."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_demo import plots
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError
from mnist_demo.models import inference, registry
from mnist_demo.models.inference import Classifier
from mnist_demo.runs.run_directory import Run

SQUARE = 3  # pixels of a picture for one weight


def are_shown(run: Run) -> bool:
    """Whether the run has weights that can be laid over an image, and has exported them."""
    return registry.get_model(run.recipe.model).has_templates and run.model_path.is_file()


def show(run: Run) -> None:
    """The ten pictures of the run's newest exported model; nothing where that was deleted in the meantime."""
    try:
        pictures, limit = _pictures(run.model_path, run.model_path.stat().st_mtime_ns)
    except (OSError, UserError):
        return
    digits = [str(digit) for digit in range(CLASSES)]
    st.image(pictures, caption=digits, width=64, alt=[f"The weights for the digit {digit}" for digit in digits])
    st.caption(
        "What each digit looks for. Red: ink here speaks for the digit. Blue: ink here speaks against it. White: it "
        f"does not matter. All ten share one scale, from −{limit:.2g} (blue) to +{limit:.2g} (red)."
    )


@st.cache_data(max_entries=30, show_spinner=False)
def _pictures(path: Path, changed: int) -> tuple[list[npt.NDArray[np.uint8]], float]:  # noqa: ARG001 (looked up by)
    """Drawn once for all viewers, until the model's file changes."""
    return plots.weight_pictures(inference.affine_weights(Classifier.from_file(path)), SQUARE)
