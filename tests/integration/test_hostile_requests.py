"""The address of `web`, asked by those who mean it no good: over real connections."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import resource
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bench.world.place import opened
from monitor import clock
from monitor.daemon import http_listener
from monitor.daemon.http_listener import MAX_CONNECTIONS
from monitor.daemon.http_server import HttpServer
from monitor.daemon.progress import LastRun
from monitor.model import Endpoint, WebSettings
from monitor.store.engine.store_thread import StoreThread
from monitor.telemetry import LogEvent
from monitor.telemetry.logs import close_log
from monitor.telemetry.metrics import HttpRefusal, Metrics
from tests.support.health import health_of
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.whole import until

FLOOD = 1_500  # connections
OURS = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """A server at a port of loopback, and what it refused."""

    def __init__(self, server: HttpServer, metrics: Metrics, port: int) -> None:
        self.server, self.metrics, self.port = server, metrics, port

    def refused(self) -> dict[str, int]:
        """How many, by the reason."""
        value, name = self.metrics.registry.get_sample_value, "news_monitor_http_refused_total"
        return {each.value: int(count) for each in HttpRefusal if (count := value(name, {"reason": each.value}))}

    async def connect(self, sent: bytes = b"") -> Connection:
        """A connection over which this is sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        return reader, writer

    async def ask(self, sent: bytes) -> bytes:
        """All that is answered until the connection is closed."""
        reader, writer = await self.connect(sent)
        answer = await _read_all(reader)
        writer.close()
        return answer


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    read = b""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):  # it was cut
            while part := await reader.read(2**16):
                read += part
    return read


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The server of a daemon that is well. A proxy passes on requests for monitor.example."""
    metrics, last_run, port = Metrics(), LastRun(clock.monotonic()), free_port()
    with opened(f"sqlite:///{tmp_path}/monitor.db") as database:
        thread = StoreThread(on_call_end=last_run.record_call)
        health = health_of(database, thread, last_run, metrics)
        hosts = frozenset({"monitor.example", "[2001:db8::7]"})
        server = HttpServer(WebSettings(Endpoint("127.0.0.1", port), hosts), health, metrics)
        try:
            await server.listen()
            yield Served(server, metrics, port)
        finally:
            await server.close()
            thread.close()


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Enough for both ends of a flood."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 3 * FLOOD), max(before[1], 3 * FLOOD)))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_descriptors")
async def test_a_request_is_answered_while_half_open_ones_flood_in(served: Served) -> None:
    """Before them, among them and after them; and no more connections stay open than are allowed."""
    assert b"200 OK" in await served.ask(OURS + b"\r\n")
    flood = [asyncio.create_task(served.connect(OURS)) for _ in range(FLOOD)]
    answers = await asyncio.gather(*(served.ask(OURS + b"\r\n") for _ in range(3)))
    assert all(b"200 OK" in answer for answer in answers)
    connections = await asyncio.gather(*flood)
    assert b"200 OK" in await served.ask(OURS + b"\r\n")
    assert FLOOD - MAX_CONNECTIONS <= served.refused()["crowded"] <= FLOOD
    cut = [asyncio.create_task(_read_all(reader)) for reader, _ in connections]
    await until(lambda: sum(task.done() for task in cut) >= FLOOD - MAX_CONNECTIONS)
    for _, writer in connections:
        writer.close()
    await asyncio.gather(*cut)


async def test_without_a_descriptor_it_waits_and_logs_one_line(
    served: Served, monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    """The system then says again and again that there is a connection, and gives none."""
    loop = asyncio.get_running_loop()
    real, tries = loop.sock_accept, 0

    async def accept(listening: socket.socket) -> tuple[socket.socket, object]:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return await real(listening)

    monkeypatch.setattr(http_listener, "RETRY_AFTER", 0.05)
    monkeypatch.setattr("monitor.telemetry.shortages._State.logged_at", None)
    monkeypatch.setattr(loop, "sock_accept", accept)
    answers = [await served.ask(OURS + b"\r\n") for _ in range(2)]  # the first is accepted by what waits already
    close_log()
    assert all(b"200 OK" in answer for answer in answers)
    (line,) = logged.getvalue().splitlines()
    assert (json.loads(line)["event"], json.loads(line)["level"]) == (LogEvent.RESOURCES_SHORT, "error")


@pytest.mark.parametrize("sent", [b"", b"GET /heal", OURS, OURS + b"X-Long: " + b"y" * 100])
async def test_a_head_that_does_not_come_is_waited_for_in_vain(
    served: Served, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """The connection is cut, whatever the other side still sends."""
    monkeypatch.setattr(http_listener, "HEAD_TIMEOUT", 0.2)
    reader, writer = await served.connect(sent)
    answer = asyncio.create_task(_read_all(reader))
    while not answer.done():
        writer.write(b"z" if sent else b"")
        await asyncio.sleep(0.05)
    assert answer.result() == b""
    assert served.refused() == {"slow": 1}
    writer.close()


class Big(Collector):
    """A page that fills all buffers between two processes."""

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily("big", "x" * 16 * 2**20)
        family.add_metric([], 1)
        return [family]


async def test_who_does_not_read_the_answer_is_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """However big the rest is that waits to be sent."""
    served.metrics.registry.register(Big())
    assert len(await served.ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")) > 16 * 2**20
    monkeypatch.setattr(http_listener, "TOTAL_TIMEOUT", 0.5)
    reader, writer = await served.connect(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    transport = cast("asyncio.Transport", writer.transport)
    transport.pause_reading()
    await until(lambda: served.refused() == {"slow": 1})
    transport.resume_reading()
    assert len(await _read_all(reader)) < 16 * 2**20
    writer.close()


async def test_a_body_is_not_waited_for(served: Served) -> None:
    """The answer does not depend on it, and then the connection is closed."""
    reader, writer = await served.connect(OURS + b"Content-Length: 1000000000\r\n\r\n")
    answer = asyncio.create_task(_read_all(reader))
    while not answer.done():
        writer.write(b"x" * 1000)
        await asyncio.sleep(0.05)
    assert b"200 OK" in answer.result()
    writer.close()


async def test_a_connection_is_for_one_request(served: Served) -> None:
    """A second one on it is not answered; HEAD is as GET, without the page."""
    assert (await served.ask((OURS + b"\r\n") * 2)).count(b"HTTP/1.1") == 1
    head = await served.ask(b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200 OK" in head
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST.:1", 200),
        ("127.0.0.1", 200),
        ("127.0.0.1:8787", 200),
        ("127.9.9.9", 200),
        ("[::1]:8787", 200),
        ("Monitor.Example:443", 200),  # web: hosts
        ("[2001:db8::7]", 200),
        ("rebound.example", 421),
        ("rebound.example:8787", 421),
        ("127.0.0.1.rebound.example", 421),
        ("localhost.rebound.example", 421),
        ("sub.monitor.example", 421),
        ("localhost@rebound.example", 421),
        ("rebound.example#localhost", 421),
        ("192.0.2.1", 421),
        ("0.0.0.0", 421),
        ("[::]", 421),
        ("2130706433", 421),
        ("[::1%evil]", 421),
        ("[::1%25evil]:8787", 421),
        ("localhost%00", 421),
        ("", 421),
    ],
)
async def test_only_our_own_names_are_answered(served: Served, host: str, status: int) -> None:
    """Not the name of a stranger that leads here."""
    answer = await served.ask(f"GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert int(answer.split()[1]) == status
    assert (b"news_monitor_" in answer) == (status == 200)
    assert served.refused() == ({} if status == 200 else {"host": 1})


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200, None),  # what checks of load balancers send
        (b"GET http://rebound.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, "host"),
        (b"GET http://rebound.example/healthz HTTP/1.0\r\n\r\n", 421, "host"),
        (b"GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, None),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "malformed"),
        (b"GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example\r\n\r\n", 400, "malformed"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed"),  # TLS
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", 400, "malformed"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "malformed"),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200 + b"\r\n", 400, "malformed"),
        (b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405, "method"),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "path"),
        *(
            (f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 404, "path")
            for path in ("/", "/healthz/", "/status")
        ),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "path"),
        (b"GET http://rebound.example/metrics HTTP/1.1\r\nHost: rebound.example\r\n\r\n", 421, "host"),
        (b"CONNECT rebound.example:443 HTTP/1.1\r\nHost: rebound.example:443\r\n\r\n", 421, "host"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 200, None),
    ],
)
async def test_what_is_refused_is_counted_and_not_logged(
    served: Served, logged: StringIO, sent: bytes, status: int, reason: str | None
) -> None:
    """Strangers would otherwise fill the log: with a traceback for each bad request."""
    answer = await served.ask(sent)
    close_log()
    assert int(answer.split()[1]) == status
    assert re.findall(rb"(?mi)^server: (.*)\r$", answer) == [b"news-monitor"]  # and no version of a library
    assert served.refused() == ({reason: 1} if reason else {})
    assert logged.getvalue() == ""


async def test_the_port_is_free_when_the_server_has_closed(served: Served) -> None:
    """Connections that are still open end with it."""
    reader, writer = await served.connect(OURS)
    reader2, writer2 = await served.connect(OURS + b"\r\n")
    assert b"200 OK" in await _read_all(reader2)
    await served.server.close()
    assert await _read_all(reader) == b""
    with pytest.raises(ConnectionRefusedError):
        await served.connect()
    writer.close()
    writer2.close()
