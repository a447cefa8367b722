"""Records what servers answer during one send, outside of Apprise's plug-ins.

Some plug-ins report "sent" without having asked any server. So answers are recorded where every plug-in must pass: HTTP
answers at the sessions of requests, all else at Python's sockets. A library that opens sockets in C is not seen: its
messages are never called accepted, which is the safer mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from requests import Response

from monitor.notify.requests_compat import watch_responses
from monitor.notify.socket_compat import watch_sockets


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
    """Record what this process exchanges with servers within the block: of all threads, as some plug-ins have threads;
    the process sends one message at a time."""
    exchange = Exchange()

    def note_received() -> None:
        exchange.received = True

    def note_datagram() -> None:
        exchange.datagrams = True

    with watch_responses(exchange.responses.append), watch_sockets(note_received, note_datagram):
        yield exchange
