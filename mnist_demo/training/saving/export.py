"""A trained model as a LiteRT file and as a `.keras` file."""

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from mnist_demo import files
from mnist_demo.data.images import PIXELS, Floats
from mnist_demo.models import registry
from mnist_demo.models.architecture import Architecture
from mnist_demo.models.inference import LOGITS, WITH_ACTIVATIONS
from mnist_demo.runs.run_directory import Run
from mnist_demo.training.networks import build, for_export


@dataclass(frozen=True)
class _Template:
    """A LiteRT file whose weights are known, and where in it each weight stands: (offset, axes to transpose by)."""

    content: bytes
    places: list[list[tuple[int, tuple[int, ...]]]]


def to_litert(model: keras.Model, architecture: Architecture) -> bytes:
    """The model, which is of that architecture, as a LiteRT file with two signatures over one copy of the weights.

    `logits` takes `images`, float32 (n, 784), and gives `logits`, as does the whole file for those who name no
    signature; `with_activations` gives every layer's output by the layer's name.

    TensorFlow's converter takes a second, so it is asked once for each architecture, and the weights are put into what
    it gave: that takes milliseconds, and a model can be exported again and again while it trains.
    """
    template = _template(architecture)
    content = bytearray(template.content)
    for weight, places in zip(model.get_weights(), template.places, strict=True):
        for offset, axes in places:
            stored = weight.transpose(axes).tobytes()
            content[offset : offset + len(stored)] = stored
    return bytes(content)


@lru_cache(maxsize=8)
def _template(architecture: Architecture) -> _Template:
    model = build(architecture, seed=0)
    rng = np.random.default_rng(0)
    # Biases too must be told apart. Small numbers, so that the converter has no reason to simplify anything.
    model.set_weights([rng.normal(0, 0.1, weight.shape).astype(np.float32) for weight in model.get_weights()])
    content = convert(for_export(model))
    return _Template(content, [_find(content, weight) for weight in model.get_weights()])


def _find(content: bytes, weight: Floats) -> list[tuple[int, tuple[int, ...]]]:
    """Everywhere that `weight` is an array in a LiteRT file, in whichever order of its axes."""
    places = []
    for offset, array in _arrays(content):
        if len(array) != weight.nbytes:  # a single number may stand by chance within another array
            continue
        for axes in itertools.permutations(range(weight.ndim)):
            if weight.transpose(axes).tobytes() == array:
                places.append((offset, axes))
                break
    if not places:
        raise RuntimeError("TensorFlow's converter stores a weight in an unknown way")
    return places


def _arrays(content: bytes) -> Iterator[tuple[int, bytes]]:
    """All constant arrays of a LiteRT file, each with its offset in it."""
    start = np.frombuffer(content, np.uint8).ctypes.data
    file = schema.Model.GetRootAs(content)
    for number in range(file.BuffersLength()):
        buffer = file.Buffers(number)
        if buffer.DataLength():
            array = buffer.DataAsNumpy()  # a view of the content
            yield array.ctypes.data - start, array.tobytes()


def convert(model: keras.Model) -> bytes:
    """What TensorFlow's converter makes of a model, with the two signatures."""
    with_activations = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
    images = [tf.TensorSpec((None, PIXELS), tf.float32, name="images")]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(LOGITS, lambda images: {"logits": model(images)}, images)
    archive.add_endpoint(WITH_ACTIVATIONS, lambda images: with_activations(images), images)  # noqa: PLW0108 (names it)
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[LOGITS, WITH_ACTIVATIONS])
        exported: bytes = converter.convert()
        return exported


def to_keras_file(model: keras.Model, architecture: Architecture) -> bytes:
    """The model, which is of that architecture, as the bytes of a `.keras` file, calculating in float32."""
    plain = build(architecture, seed=0)
    plain.set_weights(model.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        plain.save(path)
        return path.read_bytes()


def save_model(run: Run, model: keras.Model) -> None:
    """Write the model in the two formats that can be used and downloaded."""
    keras_file = to_keras_file(model, registry.model_of(run.recipe).architecture)
    files.write_atomically(run.keras_path, lambda stream: stream.write(keras_file))
    save_snapshot(run, model)


def save_snapshot(run: Run, model: keras.Model) -> None:
    """Write the model as it is now in the format that the pages and `predict` use."""
    litert = to_litert(model, registry.model_of(run.recipe).architecture)
    files.write_atomically(run.model_path, lambda stream: stream.write(litert))
