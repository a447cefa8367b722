"""The garbage collector, kept at rest while rules are read and compiled by the thousand.

Whenever enough has been made, Python looks through all that lives for garbage that holds itself. Over ten thousand
rules that takes half a second, in which no thread moves, and it comes again and again while they are read. They hold no
such garbage: what is replaced is freed at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Nothing is collected within, and what lives at the end is never looked through again. Not to be nested."""
    gc.collect()  # what is garbage already would stay for ever
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if running:
            gc.enable()
