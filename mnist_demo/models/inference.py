"""What an exported model says of images. Runs on LiteRT, so nothing here waits for TensorFlow."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, SignatureRunner

from mnist_demo.data.images import CLASSES, PIXELS, Floats
from mnist_demo.errors import UserError

NOT_SURE_BELOW = 0.6  # of probability: on validation images below it, at most half of the best guesses are right
BATCH = 25  # images at a time: the activations of so few fit the processor's cache, and an engine keeps their memory

# The signatures of an exported model. TensorFlow's converter sorts them by name, and an interpreter that is told none
# runs the first: that must be the logits.
LOGITS, WITH_ACTIVATIONS = "logits", "with_activations"
EARLIER_ACTIVATIONS = "activations"  # what the second was called in files of earlier versions

UNKNOWN_FILE = "This model file is damaged or was not made by this program: train the model again."


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
            signatures = self._interpreter.get_signature_list()
            with_activations = WITH_ACTIVATIONS if WITH_ACTIVATIONS in signatures else EARLIER_ACTIVATIONS
            self._logits = self._interpreter.get_signature_runner(LOGITS)
            self._activations = self._interpreter.get_signature_runner(with_activations)
            self.logits(np.zeros((1, PIXELS), np.float32))  # allocates, so that the first drawing need not wait
        except (ValueError, RuntimeError, KeyError) as error:
            raise UserError(UNKNOWN_FILE) from error

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
        batches = [self._run(self._logits, images[at : at + BATCH])["logits"] for at in range(0, len(images), BATCH)]
        return np.concatenate(batches)

    def probabilities(self, images: Floats) -> Floats:
        """Softmax of the logits by the temperature: float32 (n, 784) in [0, 1] -> float32 (n, 10), rows sum to 1."""
        return softmax(self.logits(images) / self._temperature)

    def activations(self, images: Floats) -> dict[str, Floats]:
        """Every layer's output by the layer's name, for a few images: float32 (n, 784) in [0, 1]."""
        return self._run(self._activations, images)

    def _run(self, signature: SignatureRunner, images: Floats) -> dict[str, Floats]:
        with self._lock:
            outputs: dict[str, Floats] = signature(images=np.ascontiguousarray(images, np.float32))
            return outputs

    def weights(self, shape: tuple[int, ...]) -> Floats:
        """The weights of that shape, as they are stored: float32. Raises UserError unless there is one such array."""
        with self._lock:
            images = {tensor["index"] for tensor in self._interpreter.get_input_details()}  # may have that shape too
            tensors = {tensor["index"]: tuple(tensor["shape"]) for tensor in self._interpreter.get_tensor_details()}
            found = [index for index in tensors if tensors[index] == shape and index not in images]
            if len(found) != 1:
                raise UserError(UNKNOWN_FILE)
            return np.asarray(self._interpreter.get_tensor(found[0]), np.float32)


def affine_weights(classifier: Classifier) -> Floats:
    """The matrix W of a model that computes x W + b, as it was exported: float32 (784, 10)."""
    return classifier.weights((CLASSES, PIXELS)).T
