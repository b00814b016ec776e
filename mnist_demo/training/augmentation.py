"""Images distorted anew at every step, as different hands write: the model sees no image twice."""

import math

import tensorflow as tf

from mnist_demo.data.images import SIDE

# The largest deviation to either side; each is drawn evenly. Chosen on validation images.
ROTATION = math.radians(10)
SHEAR = 0.15  # columns a row
SCALE = 0.1  # of the logarithm of the size, for rows and columns apart
SHIFT = 1.0  # pixels

_CENTRE = (SIDE - 1) / 2


def distort(images: tf.Tensor, seed: int, step: tf.Tensor) -> tf.Tensor:
    """Images turned, slanted, scaled and moved, each in its own way: float32 (n, 784) in [0, 1] -> the same.

    The same `seed` and `step` give the same distortions.
    """
    count = tf.shape(images)[0]
    deviations = tf.random.stateless_uniform([count, 6], [seed, step], -1.0, 1.0)
    distorted = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.reshape(images, [count, SIDE, SIDE, 1]),
        transforms=_affine_maps(deviations),
        output_shape=[SIDE, SIDE],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.reshape(distorted, [count, SIDE * SIDE])


def _affine_maps(deviations: tf.Tensor) -> tf.Tensor:
    """Deviations, float32 (n, 6) in [-1, 1], as maps from a result's pixel to its source, around the centre.

    float32 (n, 8), as ImageProjectiveTransformV3 takes them: x' = a x + b y + c, y' = d x + e y + f, and two zeros.
    """
    angle, shear, width, height, right, down = tf.unstack(deviations, axis=1)
    cosine, sine = tf.cos(ROTATION * angle), tf.sin(ROTATION * angle)
    x_scale, y_scale, slant = tf.exp(SCALE * width), tf.exp(SCALE * height), SHEAR * shear
    a, b = cosine * x_scale, (slant * cosine - sine) * y_scale
    d, e = sine * x_scale, (slant * sine + cosine) * y_scale
    c = _CENTRE - (a + b) * _CENTRE + SHIFT * right
    f = _CENTRE - (d + e) * _CENTRE + SHIFT * down
    zeros = tf.zeros_like(a)
    return tf.stack([a, b, c, d, e, f, zeros, zeros], axis=1)
