"""How far a model's surety can be trusted, and the one number that mends it."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import Floats

BINS = 15  # as Guo et al. 2017 take them
LOWEST, HIGHEST = 0.05, 20.0  # temperatures that are searched


def fit_temperature(logits: Floats, labels: npt.NDArray[Any]) -> float:
    """The T for which softmax(logits / T) makes the labels most likely: temperature scaling.

    `logits` is float32 (n, 10), `labels` are integers (n,), 0 to 9. T changes how sure a model is, never which digit it
    reads (Guo, Pleiss, Sun, Weinberger 2017, On Calibration of Modern Neural Networks, section 4.2). Raises ValueError
    where there are no logits.
    """
    from scipy import optimize, special  # noqa: PLC0415 (slow to import, and seldom needed)

    if not len(logits):
        raise ValueError("there are no logits to fit a temperature to")
    scores = np.asarray(logits, np.float64)
    chosen = scores[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        scale = math.exp(-log_temperature)
        return float(np.mean(special.logsumexp(scores * scale, axis=1) - chosen * scale))

    bounds = (math.log(LOWEST), math.log(HIGHEST))
    return math.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)


def expected_calibration_error(probabilities: Floats, labels: npt.NDArray[Any]) -> float:
    """How far surety and accuracy are apart, 0 to 1: the mean over BINS equal bins of surety, weighted by their images.

    `probabilities` is float32 (n, 10), rows summing to 1; `labels` are integers (n,) (Naeini, Cooper, Hauskrecht 2015;
    Guo et al. 2017, equation 3). Raises ValueError where there are no images.
    """
    if not len(probabilities):
        raise ValueError("there are no images to judge the calibration by")
    surety = probabilities.max(axis=1).astype(np.float64)
    is_right = probabilities.argmax(axis=1) == labels
    bins = np.clip(np.ceil(surety * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, is_right - surety, minlength=BINS)  # of each bin: images x (accuracy - mean surety)
    return float(np.abs(gaps).sum() / len(labels))
