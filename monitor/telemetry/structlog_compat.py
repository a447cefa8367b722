"""Loads structlog without rich.

structlog loads rich and Pygments (7 MiB) if they are installed, for coloured tracebacks that we do not write. It has no
switch for this, so rich is hidden while structlog is loaded. All other modules import structlog from here.
"""

from __future__ import annotations

from monitor.runtime.module_hiding import hide_module

__all__ = ["structlog"]

with hide_module("rich"):
    import structlog
