"""What we use inside the fork server of multiprocessing, which has no public way to do this."""

from __future__ import annotations

import os
from contextlib import suppress
from multiprocessing import forkserver
from typing import Any


def stop_fork_server() -> None:
    """End the fork server, if it runs, and all processes that it has forked."""
    server: Any = forkserver._forkserver  # noqa: SLF001
    with suppress(FileNotFoundError):  # its socket
        server._stop()  # noqa: SLF001


def close_fork_server_pipe() -> None:
    """Close this process's end of the fork server's pipe. The server ends when nobody holds this pipe any more."""
    server: Any = forkserver._forkserver  # noqa: SLF001
    if server._forkserver_alive_fd is not None:  # noqa: SLF001
        os.close(server._forkserver_alive_fd)  # noqa: SLF001
        server._forkserver_alive_fd = None  # noqa: SLF001
