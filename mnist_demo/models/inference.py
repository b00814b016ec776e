"""What an exported model says of images. Runs on LiteRT, so nothing here waits for TensorFlow."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from mnist_demo.data.images import PIXELS, Floats
from mnist_demo.errors import UserError

NOT_SURE_BELOW = 0.6  # of probability: on validation images below it, at most half of the best guesses are right
BATCH = 500  # images at a time; bounds the memory that the activations take


def softmax(logits: Floats) -> Floats:
    """exp(l_c) / sum_j exp(l_j) along the last axis; same shape, each row positive and summing to 1.

    The greatest logit is subtracted first: the result is the same, and exp cannot overflow.
    """
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True), np.float32)


class Classifier:
    """An exported model. Several threads may use one: it answers them in turn."""

    def __init__(self, model: bytes, temperature: float = 1.0) -> None:
        """Load the contents of a `model.tflite`; raises UserError where they are not one of this project's.

        Logits are divided by `temperature` before the softmax: see `calibration.fit_temperature`.
        """
        self._temperature = np.float32(temperature)
        self._lock = threading.Lock()
        try:
            self._interpreter = Interpreter(model_content=model, num_threads=1)
            self._runners = {name: self._interpreter.get_signature_runner(name) for name in ("logits", "activations")}
            self.logits(np.zeros((1, PIXELS), np.float32))  # allocates, so that the first drawing need not wait
        except (ValueError, RuntimeError, KeyError) as error:
            raise UserError(
                "This model file is damaged or was not made by this program: train the model again."
            ) from error

    @classmethod
    def from_file(cls, path: Path, temperature: float = 1.0) -> "Classifier":
        """Load an exported model; raises UserError where the file is missing or damaged."""
        try:
            return cls(path.read_bytes(), temperature)
        except OSError as error:
            raise UserError(
                f"The run {path.parent.name} has no exported model yet: wait for it to end, or continue it."
            ) from error

    def logits(self, images: Floats) -> Floats:
        """Scores before the softmax: float32 (n, 784) in [0, 1] -> float32 (n, 10)."""
        batches = [self._run("logits", images[at : at + BATCH])["logits"] for at in range(0, len(images), BATCH)]
        return np.concatenate(batches)

    def probabilities(self, images: Floats) -> Floats:
        """Softmax of the logits by the temperature: float32 (n, 784) in [0, 1] -> float32 (n, 10), rows sum to 1."""
        return softmax(self.logits(images) / self._temperature)

    def activations(self, images: Floats) -> dict[str, Floats]:
        """Every layer's output by the layer's name, for a few images: float32 (n, 784) in [0, 1]."""
        return self._run("activations", images)

    def _run(self, signature: str, images: Floats) -> dict[str, Floats]:
        with self._lock:
            outputs: dict[str, Floats] = self._runners[signature](images=np.ascontiguousarray(images, np.float32))
            return outputs


def affine_weights(classifier: Classifier) -> Floats:
    """The matrix W of a model that computes x W + b: float32 (784, 10), from its logits of each single pixel."""
    return classifier.logits(np.eye(PIXELS, dtype=np.float32)) - classifier.logits(np.zeros((1, PIXELS), np.float32))
