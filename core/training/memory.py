"""Memory of the process: what one step frees, the next one needs again."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # of glibc's malloc.h
MOST, PAD_BYTES = 2**31 - 1, 1 << 26


def keep_freed_memory() -> bool:
    """Keep freed memory in this process in place of handing it back to the system; tell whether that is possible.

    Getting pages from the system again at every step takes a quarter of the time of training on a processor, since the
    system fills each with zeros.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # not every C library has it
        return False
    options = {M_MMAP_MAX: 0, M_TRIM_THRESHOLD: MOST, M_TOP_PAD: PAD_BYTES}
    return all(set_option(name, value) == 1 for name, value in options.items())
