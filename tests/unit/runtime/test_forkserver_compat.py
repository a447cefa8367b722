"""The fork server of multiprocessing has inside what we use of it."""

from __future__ import annotations

import sys
from multiprocessing.forkserver import ForkServer


def test_what_is_used_is_there() -> None:
    """Attributes without a public name, which a new Python may rename."""
    server = ForkServer()
    missing = [name for name in ("_stop", "_forkserver_alive_fd") if not hasattr(server, name)]
    assert missing == [], f"Python {sys.version} no longer has what forkserver_compat.py uses"
    assert getattr(server, "_forkserver_alive_fd", 0) is None, (
        "its pipe is open before it runs: see forkserver_compat.py"
    )
