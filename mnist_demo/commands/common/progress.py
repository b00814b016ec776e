"""A progress bar for people who look on; a log file or a pipe gets none."""

from typing import Any

from tqdm import tqdm

FORMAT = "{desc}: {percentage:3.0f} % |{bar}| {n_fmt} of {total_fmt}, {rate_noinv_fmt}, {remaining} left"


def bar(description: str, total: int | None, unit: str, **options: Any) -> "tqdm[Any]":
    """A bar of `total` units on standard error, with rate and time left, where that is a terminal; else it is silent.

    Its `write` prints a line above the bar, to standard output where no other file is given, and works without a bar.
    """
    return tqdm(
        desc=description,
        total=total,
        unit=unit,
        disable=None,  # unless standard error is a terminal
        dynamic_ncols=True,
        bar_format=FORMAT,
        **options,
    )
