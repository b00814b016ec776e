"""The only folder that imports TensorFlow: networks, sessions, the loop that trains them."""
