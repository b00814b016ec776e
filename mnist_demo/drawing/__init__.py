"""From a canvas, strokes or a picture to the 28 x 28 image that MNIST would have made of it."""
