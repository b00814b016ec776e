"""The commands of `python -m mnist_demo`, one file each, and what they share."""
