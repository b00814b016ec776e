"""Giving memory back to the system, where the C library is glibc: it keeps what was freed, for each thread apart."""

import ctypes
import functools
import gc
import sys

M_MMAP_THRESHOLD = -3  # of malloc.h
LARGE = 128 * 1024  # bytes, glibc's own value at the start


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return library if hasattr(library, "malloc_trim") else None


def take_large_blocks_apart() -> None:
    """Have large blocks, such as arrays and models, taken from the system one by one, which get back to it when freed.

    By itself glibc takes larger and larger ones from its pools, once it has seen such blocks freed; the pools then grow
    and keep holes. See `M_MMAP_THRESHOLD` in mallopt(3).
    """
    if (glibc := _glibc()) is not None:
        glibc.mallopt(M_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Collect garbage, and give the system back what that has freed."""
    gc.collect()
    if (glibc := _glibc()) is not None:
        glibc.malloc_trim(0)
