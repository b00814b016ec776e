"""A classroom demo of handwritten-digit recognition on MNIST."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported: its start-up talk is no news
