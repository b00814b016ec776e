"""An affine model's weights as ten pictures: the template of each digit, forming while the model learns."""

import base64
import html
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError
from mnist_demo.models import inference, registry
from mnist_demo.models.inference import Classifier
from mnist_demo.plotting import plots
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles


def are_shown(run: Run) -> bool:
    """Whether the run has weights that can be laid over an image, and has exported them."""
    return _has_templates(run) and run.model_path.is_file()


def run_in_sight(shown: list[Run]) -> Run | None:
    """The run whose weights stand beside the charts: the first one that has, or will have, weights to show."""
    able = [run for run in shown if are_shown(run) or (_has_templates(run) and run.is_active)]
    return next((run for run in able if run.status.state != "queued"), next(iter(able), None))


def _has_templates(run: Run) -> bool:
    return registry.model_of(run.recipe).has_templates


def show(run: Run | None) -> None:
    """The ten pictures of the run's newest exported model, or their frames before there is one."""
    st.html(_strip(run))


def _strip(run: Run | None) -> str:
    if run is None:
        return _empty("")
    title = run_titles.title(run)
    try:
        return _drawn(title, run.model_path, run.model_path.stat().st_mtime_ns)
    except (OSError, UserError):  # there is none yet, or it was deleted in the meantime
        return _empty(title)


@st.cache_data(max_entries=30, show_spinner=False)
def _drawn(title: str, path: Path, changed: int) -> str:  # noqa: ARG001 (looked up by)
    """Drawn once for all viewers, until the model's file changes."""
    pictures, limit = plots.weight_pictures(inference.affine_weights(Classifier.from_file(path)), 1)
    images = [
        f'<img src="{_address(picture)}" alt="The weights for the digit {digit}">'
        for digit, picture in enumerate(pictures)
    ]
    scale = f"All ten share one scale, from −{limit:.2g} (blue) to +{limit:.2g} (red)."
    return _frame(title, images, scale)


def _empty(title: str) -> str:
    return _frame(title, ["<div></div>"] * CLASSES, "The pictures come soon after training has begun.")


def _frame(title: str, squares: list[str], remark: str) -> str:
    figures = "".join(
        f"<figure>{square}<figcaption>{digit}</figcaption></figure>" for digit, square in enumerate(squares)
    )
    of = f" in {html.escape(title)}" if title else ""
    return (
        f'<div class="templates"><div class="ten">{figures}</div><p><b>What each digit looks for{of}.</b> '
        "Red: ink here speaks for the digit. Blue: ink here speaks against it. White: it does not matter. "
        f"{remark}</p></div>"
    )


def _address(picture: npt.NDArray[np.uint8]) -> str:
    """A picture as an address that holds all of it: one pixel a weight, which the page enlarges."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
