"""Tunes the garbage collector: it runs seldom in a daemon, and not at all while thousands of rules are read and
compiled, or while the modules of a command are imported (a tenth of the time of `status`).

Whenever enough objects have been made, Python searches all living objects for cycles of garbage. With ten thousand
rules this takes half a second, in which no thread runs, and it happens again and again while rules are read. Rules make
no such garbage: what is replaced is freed at once. Other objects that are alive then and become garbage later are few,
and they stay only if a search for them would take too long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SEARCHED = 250_000  # objects: searched in about a tenth of a second
YOUNG_THRESHOLD = (
    10_000  # objects, a few MiB; Python's default is 700, as many as ten running polls have in use, which is no garbage
)


def relaxed() -> None:
    """Search new objects for garbage only when there are many: the search took a twentieth of the daemon's time."""
    gc.set_threshold(YOUNG_THRESHOLD, *gc.get_threshold()[1:])


@contextmanager
def paused() -> Iterator[None]:
    """Within the block, no garbage is collected. The objects that are alive at the end are not searched again, except
    by the next call of this function if they are few. Must not be nested."""
    if gc.get_freeze_count() < MAX_SEARCHED:
        gc.unfreeze()
    gc.collect()  # otherwise, present garbage would stay for ever
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
