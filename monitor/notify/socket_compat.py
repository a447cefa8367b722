"""Sees what sockets receive and send, whoever opened them.

Every library in Python that talks to a server ends at the methods of Python's own sockets, which have no hook. So these
methods are replaced meanwhile. A library that opens sockets in C is not seen.
`tests/unit/notify/test_socket_compat.py` fails when a new Python reads another way.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from monitor.runtime.watched_method import watch_method

_INTERNET = (socket.AF_INET, socket.AF_INET6)  # not the pipes with which a process wakes itself
_RECEIVING = ((socket.socket, "recv"), (socket.socket, "recv_into"), (ssl.SSLSocket, "read"))


@contextmanager
def watch_sockets(on_received: Callable[[], None], on_datagram: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `on_received` whenever something came over a connection to the internet, and `on_datagram`
    whenever something was sent that nobody answers (UDP)."""

    def note_received(connection: socket.socket, received: object) -> None:
        if received and connection.family in _INTERNET:
            on_received()

    def note_datagram(connection: socket.socket, sent: object) -> None:
        if sent and connection.family in _INTERNET:
            on_datagram()

    with ExitStack() as stack:
        for kind, name in _RECEIVING:
            stack.enter_context(watch_method(kind, name, note_received))
        stack.enter_context(watch_method(socket.socket, "sendto", note_datagram))
        yield
