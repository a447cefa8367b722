"""Watches a method of a class of somebody else's, for libraries that have no hook where we need one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any


@contextmanager
def watch_method(kind: type, name: str, note: Callable[[Any, Any], None]) -> Iterator[None]:
    """Within the block, call `note` with the object and with what this method returns, wherever it is called, in all
    threads. After the block the class is as it was."""
    method: Callable[..., Any] = getattr(kind, name)
    is_own = name in vars(kind)

    @wraps(method)
    def watched(self: object, *args: object, **options: object) -> object:
        returned = method(self, *args, **options)
        note(self, returned)
        return returned

    setattr(kind, name, watched)
    try:
        yield
    finally:
        if is_own:
            setattr(kind, name, method)
        else:
            delattr(kind, name)
