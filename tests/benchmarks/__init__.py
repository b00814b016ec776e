"""Measurements behind the figures in the README; each is run as `python -m tests.benchmarks.NAME`."""
