"""Loads structlog without rich.

structlog loads rich and Pygments (7 MiB) if they are installed, for coloured tracebacks that we do not write. It has no
switch for this, so rich is hidden while structlog is loaded. All other modules import structlog from here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["structlog"]


@contextmanager
def _hide_module(name: str) -> Iterator[None]:
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


with _hide_module("rich"):
    import structlog
