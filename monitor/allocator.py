"""The C library's allocator, told to keep little for itself. With another C library than GNU's nothing changes."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# <malloc.h>
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_BIG = 128 * 1024  # bytes: GNU's own values, as long as it has not learnt greater ones


def be_thrifty() -> None:
    """Before the first thread is started; what is forked inherits it.

    One arena: each thread's own would keep what that thread once needed, and the interpreter lets only one run anyway.
    Big pieces have pages of their own, which are given back with them: GNU's library learns to keep ever bigger ones.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _BIG)
        mallopt(_M_TRIM_THRESHOLD, _BIG)


def give_back() -> None:
    """Give free pages back that lie between used ones."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
