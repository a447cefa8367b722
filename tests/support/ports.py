"""Ports for servers that cannot say which one the system gave them."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

# Below those that systems give to whoever names none: until its server starts, nobody gets such a port by chance, and
# tests that run beside this one choose another.
_ASKED_FOR = range(20_000, 32_000)


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    while True:
        port = random.choice(_ASKED_FOR)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
