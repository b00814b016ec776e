"""Why a model says what it says, and where it is wrong: values in, values out. NumPy and LiteRT, no TensorFlow."""
