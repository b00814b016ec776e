"""Tests of teaching: which drawings are for what, and what a taught run says of itself."""
