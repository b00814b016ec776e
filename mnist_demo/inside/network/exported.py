"""Reading the layers and weights out of an exported model.

A LiteRT file says what it computes, operation by operation (TensorFlow Lite's `schema.fbs`). So nothing is guessed
from shapes, nor from the order in which the converter happened to write anything, and one reader is enough for every
architecture made of the operations below. What it read is compared with what LiteRT itself answers.
"""

import functools
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import CLASSES, PIXELS
from mnist_demo.errors import UserError
from mnist_demo.inside.network.layers import Layer
from mnist_demo.inside.network.network import Network
from mnist_demo.models.inference import Classifier

# Those operations that compute a shape, not a value.
BOOKKEEPING = ("SHAPE", "STRIDED_SLICE", "PACK")
ACTIVATIONS = {"RELU": "relu", "TANH": "tanh", "LOGISTIC": "sigmoid"}
TOLERANCE = 1e-3  # of a layer's greatest number: LiteRT adds up in another order
PROBES = 4  # images to compare by
MOST_ENGINES = 4  # in memory: a CNN's takes 10 MB, five times what its weights do, and is there again in 20 ms


@dataclass(frozen=True, eq=False)
class Opened:
    """One exported model, as an engine that answers quickly and as the layers that explain why: the same weights."""

    network: Network
    content: bytes  # of the file
    temperature: float  # by which its logits are divided before the softmax, see calibration.fit_temperature

    @property
    def classifier(self) -> Classifier:
        """The engine: not held here, for tabs and results hold many models that nobody asks any more."""
        return _engine(self.content, self.temperature)

    @functools.cached_property
    def digest(self) -> str:
        """What tells this model's content from any other's: hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def open_file(path: Path, temperature: float = 1.0) -> Opened:
    """Open a `model.tflite`, read once, for it may be replaced at any time while its run trains.

    Raises UserError where it is missing, damaged, or of an architecture that cannot be looked into.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The run {path.parent.name} has no exported model, or was deleted: choose another model."
        ) from error
    return open_model(content, temperature)


def open_model(content: bytes, temperature: float = 1.0) -> Opened:
    """Open the content of a `model.tflite`; raises UserError as `open_file` does."""
    classifier = _engine(content, temperature)
    try:
        network = Network(tuple(_read(content)))
        _check(network, classifier)
    except _UnknownError as error:
        raise UserError(
            f"This model can be used but not looked into ({error}): choose one that this program trained."
        ) from error
    return Opened(network, content, temperature)


@functools.lru_cache(maxsize=MOST_ENGINES)
def _engine(content: bytes, temperature: float) -> Classifier:
    return Classifier(content, temperature)


class _UnknownError(Exception):
    """The file has something that `Layer` cannot say."""


def _check(network: Network, classifier: Classifier) -> None:
    """Whether NumPy and LiteRT say the same of a few images, in every layer."""
    probes = np.random.default_rng(0).random((PROBES, PIXELS), dtype=np.float32)
    expected = classifier.activations(probes)
    if set(expected) != {layer.name for layer in network.layers}:
        raise _UnknownError("it does not name its layers")
    if network.last.kind != "dense" or network.last.shape != (CLASSES,):
        raise _UnknownError("its last layer does not give ten scores")
    try:
        found = network.outputs(probes)
    except ValueError as error:
        raise _UnknownError("its layers do not fit each other") from error
    for name, values in expected.items():
        greatest = max(1, float(np.abs(values).max()))
        if found[name].shape != values.shape or np.abs(found[name] - values).max() > TOLERANCE * greatest:
            raise _UnknownError(f"its layer {name} does not compute what it seems to")


def _read(content: bytes) -> list[Layer]:
    from ai_edge_litert import schema_py_generated as schema  # noqa: PLC0415 (takes 0.1 s, for Look inside alone)

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    # Every layer's output is named in the signature for activations, whatever it is called.
    signature = max(model.signatureDefs, key=lambda each: len(each.outputs))
    return _Graph(schema, model, signature).layers()


class _Graph:
    """One signature of a model: its operations from the images to the logits."""

    def __init__(self, schema: ModuleType, model: Any, signature: Any) -> None:
        self._schema = schema
        self._model = model
        self._graph = model.subgraphs[signature.subgraphIndex]
        self._images = signature.inputs[0].tensorIndex
        self._names: dict[int, list[str]] = {}
        for output in signature.outputs:
            self._names.setdefault(output.tensorIndex, []).append(output.name.decode())

    def layers(self) -> list[Layer]:
        """The operations as layers, each behind the one before it."""
        at = self._images
        found = [Layer(name, "identity", (PIXELS,)) for name in sorted(self._names.get(at, []))]  # dropouts of pixels
        for operation in self._graph.operators:
            kind = self._kind(operation)
            if kind in BOOKKEEPING:
                continue
            if operation.inputs[0] != at:
                raise _UnknownError("its layers are not one behind the other")
            at = operation.outputs[0]
            layer = self._layer(kind, operation)
            if found and found[-1].name == "" and found[-1].has_weights and layer.shape == found[-1].shape:
                # Keras's layer applies it to its own sum, which the file keeps as a step of its own, without a name.
                found[-1] = replace(found[-1], activation=layer.activation)
            else:
                found.append(layer)
            # A dropout has the same output as the layer before it, and is told by its name.
            first, *others = sorted(self._names.get(at, [""]), key=lambda name: (name.startswith("drop"), name))
            found[-1] = replace(found[-1], name=first)
            found += [Layer(name, "identity", layer.shape) for name in others]
        return found

    def _kind(self, operation: Any) -> str:
        code = self._model.operatorCodes[operation.opcodeIndex]
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        known = vars(self._schema.BuiltinOperator).items()
        return next((name for name, value in known if value == number), f"operation {number}")

    def _layer(self, kind: str, operation: Any) -> Layer:
        options = operation.builtinOptions
        shape = tuple(int(size) for size in self._graph.tensors[operation.outputs[0]].shape[1:])
        if kind in ACTIVATIONS:
            return Layer("", "activation", shape, activation=ACTIVATIONS[kind])
        if kind == "RESHAPE":
            return Layer("", "reshape", shape)
        if kind == "FULLY_CONNECTED":
            kernel = self._weights(operation, 1).T
            bias = self._bias(operation, kernel.shape[-1])
            return Layer("", "dense", shape, np.ascontiguousarray(kernel), bias, activation=self._fused(options))
        if kind == "CONV_2D" and (options.dilationHFactor, options.dilationWFactor) == (1, 1):
            kernel = np.moveaxis(self._weights(operation, 1), 0, -1)  # it comes as (out, rows, columns, in)
            return Layer(
                "",
                "conv",
                shape,
                np.ascontiguousarray(kernel),
                self._bias(operation, kernel.shape[-1]),
                (kernel.shape[0], kernel.shape[1]),
                (options.strideH, options.strideW),
                self._padding(options),
                self._fused(options),
            )
        if kind == "MAX_POOL_2D" and self._fused(options) == "linear":
            window, stride = (options.filterHeight, options.filterWidth), (options.strideH, options.strideW)
            return Layer("", "pool", shape, window=window, stride=stride, padding=self._padding(options))
        raise _UnknownError(f"{kind} is no layer that it knows")

    def _weights(self, operation: Any, at: int) -> npt.NDArray[np.float32]:
        tensor = self._graph.tensors[operation.inputs[at]]
        stored = self._model.buffers[tensor.buffer].data
        if tensor.type != self._schema.TensorType.FLOAT32 or stored is None:
            raise _UnknownError("its weights are not stored as float32")
        return np.frombuffer(np.asarray(stored, np.uint8).tobytes(), np.float32).reshape(tensor.shape)

    def _bias(self, operation: Any, count: int) -> npt.NDArray[np.float32]:
        if len(operation.inputs) < 3 or operation.inputs[2] < 0:
            return np.zeros(count, np.float32)
        return self._weights(operation, 2)

    def _fused(self, options: Any) -> str:
        known = self._schema.ActivationFunctionType
        names = {known.NONE: "linear", known.RELU: "relu", known.TANH: "tanh"}
        if options.fusedActivationFunction not in names:
            raise _UnknownError("it has an activation that is not known")
        return names[options.fusedActivationFunction]

    def _padding(self, options: Any) -> str:
        return "same" if options.padding == self._schema.Padding.SAME else "valid"
