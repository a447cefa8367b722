"""Accepts connections for `http_server`, so that whoever keeps them open costs the daemon nothing.

Each connection is for one request. The head of the request and the whole exchange have a time limit, and only so many
connections are open at once: the next one takes the place of the one that has sent no complete request for the longest.
A request that comes at once is therefore answered, however many half-open connections come with it. What is refused is
counted, and not logged: strangers decide how often it happens.

It does not use asyncio's server, which has no such limits, and which fills the log when the process has no file
descriptor left.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from monitor.daemon.supervisor import supervise
from monitor.telemetry.metrics import HttpRefusal, Metrics
from monitor.telemetry.shortages import is_shortage, log_shortage

HEAD_TIMEOUT = 5.0  # s for the head of a request; those who ask are on this machine
TOTAL_TIMEOUT = 30.0  # s for all of it: many sources make a long page, and its reader may be slow
MAX_CONNECTIONS = 32
RETRY_AFTER = 1.0  # s until the next connection is accepted, when there was no file descriptor for one
_BACKLOG = 1_024  # connections that the system keeps for us; 1,500 at once wait for less than a second
_GRACE = 1.0  # s for answers under way, when the daemon ends
_LINGER = 1.0  # s in which a body that nobody wants is read, so that its sender reads our answer first

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class HttpListener:
    """Answers requests at an address with what `handler` returns. Used within an event loop."""

    def __init__(self, handler: Handler, metrics: Metrics) -> None:
        self._handler = handler
        self._metrics = metrics
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[object] | None = None
        # In the order in which they came: without a complete request, and with one.
        self._waiting: dict[_Connection, None] = {}
        self._answering: dict[_Connection, None] = {}

    def start(self, host: str, port: int) -> tuple[str, int]:
        """Start to listen at an IP address. Returns the address and port, which the system chose if `port` is 0. Raises
        OSError if it cannot be used."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listening.setblocking(False)
        self._socket = listening
        self._task = asyncio.create_task(supervise("listen", lambda: self._accept(listening)), name="listen")
        bound = listening.getsockname()
        return bound[0], bound[1]

    async def close(self) -> None:
        """Stop to listen, free the port, and close all connections. Answers under way get a second."""
        if self._task is None or self._socket is None:
            return
        self._task.cancel()
        await asyncio.wait((self._task,))
        self._socket.close()
        await asyncio.gather(*(connection.shutdown(_GRACE) for connection in (*self._waiting, *self._answering)))

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        server = web.Server(self._answer)
        while True:
            try:
                accepted, _ = await loop.sock_accept(listening)
            except ConnectionError:  # it was cut before we took it
                continue
            except OSError as error:
                if not is_shortage(error):
                    raise
                log_shortage(error)
                await asyncio.sleep(RETRY_AFTER)
                continue
            if len(self._waiting) + len(self._answering) >= MAX_CONNECTIONS:
                self._drop_longest_waiting()
            await loop.connect_accepted_socket(lambda: _Connection(server, self, loop), accepted)

    def _drop_longest_waiting(self) -> None:
        """If all have sent their request, the one that has been answered for the longest: it is not being read."""
        for connection in (*self._waiting, *self._answering):
            self.refuse(HttpRefusal.CROWDED)
            connection.drop()
            return

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request.protocol, _Connection)
        request.protocol.begin_answer()
        response = await self._handler(request)
        response.force_close()
        return _name_server(response)

    def refuse(self, refusal: HttpRefusal) -> None:
        """Count a request or a connection that was refused."""
        self._metrics.http_refused.labels(refusal.value).inc()

    def track(self, connection: _Connection, *, answering: bool) -> None:
        """Note that a connection was opened, or that it has sent its request."""
        self.forget(connection)
        (self._answering if answering else self._waiting)[connection] = None

    def forget(self, connection: _Connection) -> None:
        """Note that a connection is closed."""
        self._waiting.pop(connection, None)
        self._answering.pop(connection, None)


class _Connection(web.RequestHandler):
    """One connection, from when it is accepted until it is closed."""

    __slots__ = ("_listener", "_timeout")

    def __init__(self, server: web.Server, listener: HttpListener, loop: asyncio.AbstractEventLoop) -> None:
        # The library's own limit ends with the head of the request, and it would close in good order only.
        super().__init__(server, loop=loop, keepalive_timeout=0, lingering_time=_LINGER)
        self._listener = listener
        self._timeout: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the head of the request."""
        super().connection_made(transport)
        self._listener.track(self, answering=False)
        self._limit(HEAD_TIMEOUT)

    def begin_answer(self) -> None:
        """Note that the request has come: the rest has more time."""
        self._listener.track(self, answering=True)
        self._limit(TOTAL_TIMEOUT)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End the time limit."""
        self._listener.forget(self)
        if self._timeout is not None:
            self._timeout.cancel()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP request, and to what we cannot answer, which the library logs."""
        if status != HTTPStatus.BAD_REQUEST:
            return _name_server(super().handle_error(request, status, exc, message))
        self._listener.refuse(HttpRefusal.MALFORMED)
        response = web.Response(status=status, text="This is not an HTTP request.\n")
        response.force_close()
        return _name_server(response)

    def drop(self) -> None:
        """Cut the connection, whatever is still to be sent."""
        self._listener.forget(self)
        if self.transport is not None:
            self.transport.abort()

    def _limit(self, seconds: float) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        self._timeout = asyncio.get_running_loop().call_later(seconds, self._time_out)

    def _time_out(self) -> None:
        self._listener.refuse(HttpRefusal.SLOW)
        self.drop()


def _name_server(response: web.StreamResponse) -> web.StreamResponse:
    """The library would name itself and Python with their versions: whoever looks for a hole would know where."""
    response.headers["Server"] = "news-monitor"
    return response
