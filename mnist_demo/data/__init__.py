"""Data sets: where they come from, whether they are sound, how they are split and put into batches."""
