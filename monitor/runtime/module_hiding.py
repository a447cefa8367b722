"""Hides an installed module from a library that loads it for nothing but colours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hide_module(name: str) -> Iterator[None]:
    """Within the block, an import of this module fails as if it were not installed."""
    module = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module
