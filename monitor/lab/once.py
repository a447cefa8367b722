"""What was worked out for something, for as long as it is the very same thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Once(Generic[Result]):
    """Remembers of each key what was worked out last, and for what."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[object, Result]] = {}

    def of(self, key: object, thing: object, work: Callable[[], Result]) -> Result:
        """What `work` makes of the thing; it is not asked again while the key stands for the very same thing."""
        known = self._known.get(key)
        if known is None or known[0] is not thing:
            known = self._known[key] = (thing, work())
        return known[1]

    def forget(self) -> None:
        """Everything."""
        self._known.clear()
