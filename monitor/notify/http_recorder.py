"""Records what servers answer during one send, outside of Apprise's plug-ins.

Some plug-ins report "sent" without having asked any server. So answers are recorded where every plug-in must pass: HTTP
answers at the sessions of requests, all else at Python's sockets. A library that opens sockets in C is not seen: its
messages are never called accepted, which is the safer mistake.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from requests import Response, Session

_INTERNET = (socket.AF_INET, socket.AF_INET6)  # not the pipes with which a process wakes itself
_Method = Callable[..., Any]


@dataclass(slots=True)
class Exchange:
    """What was observed of one send. `responses`: the HTTP answers, in order; `received`: a server sent something over
    a connection; `datagrams`: something was sent that nobody answers (UDP)."""

    responses: list[Response] = field(default_factory=list)
    received: bool = False
    datagrams: bool = False

    @property
    def answered(self) -> bool:
        """Whether any server has answered."""
        return self.received or bool(self.responses)


@contextmanager
def record_exchange() -> Iterator[Exchange]:
    """Record what this process exchanges with servers within the block. Plug-ins open their own sessions and sockets,
    and Apprise passes none of ours to them: so methods of classes are replaced. This holds for all threads, as some
    plug-ins have threads; the process sends one message at a time."""
    exchange = Exchange()

    def keep_response(_: Session, response: Response) -> None:
        exchange.responses.append(response)

    def note_received(connection: socket.socket, received: object) -> None:
        if received and connection.family in _INTERNET:
            exchange.received = True

    def note_datagram(connection: socket.socket, sent: object) -> None:
        if sent and connection.family in _INTERNET:
            exchange.datagrams = True

    with ExitStack() as stack:
        stack.enter_context(_watch_method(Session, "send", keep_response))
        for kind, name in ((socket.socket, "recv"), (socket.socket, "recv_into"), (ssl.SSLSocket, "read")):
            stack.enter_context(_watch_method(kind, name, note_received))
        stack.enter_context(_watch_method(socket.socket, "sendto", note_datagram))
        yield exchange


@contextmanager
def _watch_method(kind: type, name: str, note: Callable[[Any, Any], None]) -> Iterator[None]:
    """Within the block, call `note` with what this method returns, wherever it is called."""
    method: _Method = getattr(kind, name)
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
