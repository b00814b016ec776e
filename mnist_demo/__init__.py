"""A classroom demo of handwritten-digit recognition on MNIST."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow raises what matters, and logs that it found no GPU
