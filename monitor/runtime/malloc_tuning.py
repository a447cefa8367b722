"""Keeps the memory of a process small: sets the C library's allocator so that it keeps little free memory. With another
C library than GNU's this changes nothing."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import sys
from contextlib import suppress

MAX_GROWTH = 16 * 2**20  # bytes; a process that has grown by more gives memory back

# <malloc.h>
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_THRESHOLD = 128 * 1024  # bytes: GNU's initial value, which it otherwise raises over time


def limit_arenas() -> None:
    """Set the allocator to one arena and fixed thresholds. Call it before the first thread is started; forked processes
    inherit it.

    One arena: a separate one for each thread would keep what that thread once needed, and the interpreter lets only one
    thread run anyway. Big blocks get their own pages, which are given back with them; by default GNU's library keeps
    ever bigger ones. With 1,000 sources this saves 25 MiB; `./dev bench ingest_cost` allows 220.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _THRESHOLD)


class MemoryTrimmer:
    """Gives memory back after big work. A big document leaves cycles of garbage, which Python searches for late, and
    never in an idle process. Six ill-formed feeds of 4 MB in a row leave 220 MiB in a process that holds 58 with this;
    `./dev bench hostile_sources` allows 64 more than usual. `malloc_trim` would give back 7 of the 58, which no bound
    needs."""

    def __init__(self) -> None:
        self._baseline: int | None = None  # pages, after the first call or the last trim
        # Opened now: a process in a sandbox may open it no longer.
        self._statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC) if sys.platform == "linux" else None

    def trim_if_grown(self) -> None:
        """Give memory back if the process has grown by more than `MAX_GROWTH`."""
        if self._statm is None:
            return
        resident = _count_resident_pages(self._statm)
        if self._baseline is None:
            self._baseline = resident
        elif resident > self._baseline + MAX_GROWTH // resource.getpagesize():
            gc.collect()
            self._baseline = _count_resident_pages(self._statm)


def _count_resident_pages(statm: int) -> int:
    return int(os.pread(statm, 128, 0).split()[1])
