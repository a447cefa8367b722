"""Every answer that requests gets passes where we watch. A failure says that `Session.send` no longer is that place."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from monitor.notify.requests_compat import MAX_ANSWER, watch_responses
from tests.support.patience import PATIENCE

LONG = b"x" * 20 * MAX_ANSWER


class _Server(BaseHTTPRequestHandler):
    """Redirects once; /long is long, and /packed becomes long."""

    def do_GET(self) -> None:
        if self.path in {"/long", "/packed"}:
            content = LONG if self.path == "/long" else gzip.compress(LONG)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            if self.path == "/packed":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            with suppress(OSError):  # the reader has hung up
                self.wfile.write(content)
            return
        self.send_response(200 if self.path == "/there" else 302)
        self.send_header("Location", "/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what happened."""


@pytest.fixture
def url() -> Iterator[str]:
    """Of the server."""
    server = HTTPServer(("127.0.0.1", 0), _Server)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    serving.join()
    server.server_close()


def by_prepared_request(url: str) -> requests.Response:
    session = requests.Session()
    return session.send(session.prepare_request(requests.Request("POST", url)), timeout=PATIENCE)


@pytest.mark.parametrize(
    "ask",
    [
        lambda url: requests.get(url, timeout=PATIENCE),
        lambda url: requests.Session().post(url, timeout=PATIENCE),
        lambda url: requests.request("GET", url, timeout=PATIENCE, stream=True),
        by_prepared_request,
    ],
    ids=["get", "a session", "streamed", "prepared"],
)
def test_all_ways_to_ask_are_seen(url: str, ask: Callable[[str], requests.Response]) -> None:
    """After a redirect it is the answer to which that led."""
    responses: list[requests.Response] = []
    with watch_responses(responses.append):
        answer = ask(url)
    assert answer.url.endswith("/there")
    assert responses[-1:] == [answer], "requests asks in another way: see requests_compat.py"


@pytest.mark.parametrize("path", ["long", "packed"])
def test_of_a_long_answer_only_the_beginning_is_read(url: str, path: str) -> None:
    """Also of one that is short until it is unpacked: each channel has a process that would need that memory."""
    responses: list[requests.Response] = []
    with watch_responses(responses.append):
        answer = requests.get(f"{url}{path}", timeout=PATIENCE)
    assert responses == [answer]
    assert answer.content == LONG[:MAX_ANSWER]
