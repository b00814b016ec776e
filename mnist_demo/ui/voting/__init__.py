"""The class votes on images, against the models."""
