"""What is seen of what servers say, on real sockets of loopback."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import requests

from monitor.notify.http_recorder import record_exchange
from tests.support.patience import PATIENCE


class _Teapot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(418)
        self.end_headers()
        self.wfile.write(b"short and stout")

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what happened."""


def test_answers_of_http_are_kept_in_order() -> None:
    """Whatever the status; and a thread's too, as plug-ins have some."""
    server = HTTPServer(("127.0.0.1", 0), _Teapot)
    serving = Thread(target=server.serve_forever)
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}/"
    try:
        with record_exchange() as exchange:
            asking = Thread(target=requests.get, args=(url,), kwargs={"timeout": PATIENCE})
            asking.start()
            asking.join()
        requests.get(url, timeout=PATIENCE)  # no longer recorded
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert [(each.status_code, each.text) for each in exchange.responses] == [(418, "short and stout")]
    assert exchange.answered


def test_a_connection_alone_is_no_answer() -> None:
    """Nor is what was sent over it: only what came back."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with record_exchange() as exchange, socket.create_connection(listening.getsockname()) as connection:
            connection.sendall(b"message")
            before = exchange.answered
            with listening.accept()[0] as accepted:
                socket.socket.send(accepted, b"taken")
                assert connection.recv(16) == b"taken"
        assert (before, exchange.answered) == (False, True)
        assert exchange.responses == []


def test_pipes_and_datagrams_are_no_answers() -> None:
    """A process wakes itself by the former; the latter are known to be sent, and no more."""
    here, there = socket.socketpair()
    with here, there, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as post, record_exchange() as exchange:
        here.send(b"wake up")
        there.recv(16)
        before = exchange.datagrams
        post.sendto(b"message", ("127.0.0.1", 9))
    assert (before, exchange.datagrams) == (False, True)
    assert not exchange.answered


def test_nothing_is_left_behind() -> None:
    """Classes of other people are as they were."""
    before = dict(vars(socket.socket)), dict(vars(requests.Session))
    with record_exchange():
        assert "recv" in vars(socket.socket)
    assert (dict(vars(socket.socket)), dict(vars(requests.Session))) == before
