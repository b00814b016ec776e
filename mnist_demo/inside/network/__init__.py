"""An exported model as weights and layers, calculated in NumPy, forwards and backwards."""
