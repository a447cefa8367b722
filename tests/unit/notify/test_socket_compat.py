"""What Python's libraries receive passes where we watch. A failure says that a new Python receives in another way."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from smtplib import SMTP
from threading import Event, Thread

import pytest
import trustme

from monitor.notify.socket_compat import watch_sockets
from tests.support.patience import PATIENCE

CA = trustme.CA()
HTTP = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
SMTP_GREETING = b"220 here\r\n250 hello\r\n"


def tls_of_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert("127.0.0.1").configure_cert(context)
    return context


def tls_of_client() -> ssl.SSLContext:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


@contextmanager
def answering(answer: bytes, tls: ssl.SSLContext | None) -> Iterator[int]:
    """The port of a server that sends this to the first who connects. It reads nothing: that would be seen, too."""
    done = Event()

    def serve() -> None:
        accepted, _ = listening.accept()
        with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection:
            connection.sendall(answer)
            done.wait(PATIENCE)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Thread(target=serve)
        serving.start()
        try:
            yield listening.getsockname()[1]
        finally:
            done.set()
            serving.join()


def ask_by_http(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


def ask_by_https(port: int) -> None:
    connection = HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=tls_of_client())
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


def ask_by_smtp(port: int) -> None:
    client = SMTP("127.0.0.1", port, timeout=PATIENCE)
    assert client.helo() == (250, b"hello")
    client.close()


def ask_by_asyncio(port: int) -> None:
    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await reader.readline()
        finally:
            writer.close()

    assert asyncio.run(ask()) == SMTP_GREETING.splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("ask", "answer", "tls"),
    [
        (ask_by_http, HTTP, False),
        (ask_by_https, HTTP, True),
        (ask_by_smtp, SMTP_GREETING, False),
        (ask_by_asyncio, SMTP_GREETING, False),
    ],
    ids=["HTTP", "HTTPS", "SMTP", "asyncio"],
)
def test_an_answer_is_seen(ask: Callable[[int], None], answer: bytes, tls: bool) -> None:
    """Whichever of Python's libraries reads it."""
    received = Event()
    with answering(answer, tls_of_server() if tls else None) as port, watch_sockets(received.set, lambda: None):
        ask(port)
    assert received.is_set(), "it is read in another way: see socket_compat.py"
