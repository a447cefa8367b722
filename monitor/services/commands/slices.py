"""Long work on the database in slices, so that polls and deliveries of a running daemon have their turn in between."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_PAUSE = 0.05  # s: SQLite does not queue those who want to write


def pause_between(slices: Iterable[T]) -> Iterator[T]:
    """The results of the slices, with a short pause after each. It blocks: not for an event loop."""
    for result in slices:
        yield result
        time.sleep(_PAUSE)
