"""On PYTHONPATH, this refuses every connection to another machine in a Python process and all that it starts.

It needs no rights, unlike a network namespace: Python tells its audit hooks of each connection before it makes it, and
what a hook raises comes out of the call. `sys.attempts` counts what was refused.
"""

import socket
import sys

sys.attempts = 0  # type: ignore[attr-defined]


def _refuse(event: str, args: tuple[object, ...]) -> None:
    sending = event in {"socket.connect", "socket.sendto", "socket.sendmsg"}
    if sending and isinstance(args[1], tuple):  # those of UNIX sockets are paths
        sys.attempts += 1  # type: ignore[attr-defined]
        raise ConnectionRefusedError(111, "Connection refused")
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        sys.attempts += 1  # type: ignore[attr-defined]
        raise socket.gaierror(-2, "Name or service not known")


sys.addaudithook(_refuse)
