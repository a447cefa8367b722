"""What a process holds, and the C library's allocator, told to keep little for itself. With another C library than
GNU's the latter changes nothing."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from contextlib import suppress
from pathlib import Path

MUCH = 16 * 2**20  # bytes more than usual that a process need not keep

# <malloc.h>
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_BIG = 128 * 1024  # bytes: GNU's own values, as long as it has not learnt greater ones


def limit_arenas() -> None:
    """Before the first thread is started; what is forked inherits it.

    One arena: each thread's own would keep what that thread once needed, and the interpreter lets only one run anyway.
    Big pieces have pages of their own, which are given back with them: GNU's library learns to keep ever bigger ones.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _BIG)
        mallopt(_M_TRIM_THRESHOLD, _BIG)


def release_free_memory() -> None:
    """Give free pages back that lie between used ones."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class MemoryTrimmer:
    """What this process holds. Work on a big document leaves garbage that holds itself, which Python looks for late
    and may never find in a process at rest, and free memory that the allocator keeps for more of the kind."""

    def __init__(self) -> None:
        self._usual: int | None = None  # pages, after the first call or the last tidying

    def trim_if_grown(self) -> None:
        """Give memory back, if much more is held than usual."""
        if sys.platform != "linux":
            return
        held = _count_resident_pages()
        if self._usual is None:
            self._usual = held
        elif held > self._usual + MUCH // resource.getpagesize():
            gc.collect()
            release_free_memory()
            self._usual = _count_resident_pages()


def _count_resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
