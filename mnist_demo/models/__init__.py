"""The models as values: which there are, how they are trained, what an exported one says of images. No TensorFlow."""
