"""A proxy on loopback in place of every server: whatever host a plug-in asks, over HTTP or HTTPS, it reads the request
off the wire, keeps it, and answers it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import trustme

from tests.support.patience import PATIENCE


@dataclass(frozen=True, slots=True)
class Captured:
    """One request, as a server got it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def fields(self) -> dict[str, Any]:
        """The query and the body, of a form or of JSON, and the headers in lower case; what is nested in JSON by a
        path, as "payload.severity" or "items.0.id"."""
        found: dict[str, Any] = {name.lower(): value for name, value in self.headers.items()}
        found |= parse_qsl(urlsplit(self.url).query)
        try:
            document = json.loads(self.body)
        except ValueError:
            return found | dict(parse_qsl(self.body.decode()))
        return found | dict(_flatten(document))


def _flatten(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict | list):
        for name, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from _flatten(value, f"{path}.{name}" if path else str(name))
    else:
        yield path, document


@dataclass
class Internet:
    """All servers. Each answers with `status` and the next of `bodies` (the last one for ever), of this `kind`."""

    status: int = 200
    bodies: list[str] = field(default_factory=lambda: ["{}"])
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Captured] = field(default_factory=list)


@contextmanager
def _serve(internet: Internet, ca: trustme.CA) -> Iterator[int]:
    contexts: dict[str, ssl.SSLContext] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        origin = ""

        def do_CONNECT(self) -> None:
            host = self.path.rpartition(":")[0]
            if host not in contexts:
                contexts[host] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                ca.issue_cert(host).configure_cert(contexts[host])
            self.send_response(200)
            self.end_headers()
            self.rfile.close()
            self.connection = contexts[host].wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
            self.origin = f"https://{host}"
            self.close_connection = False

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Captured(self.command, self.origin + self.path, dict(self.headers.items()), body)
            internet.requests.append(request)
            answer = (internet.bodies.pop(0) if len(internet.bodies) > 1 else internet.bodies[0]).encode()
            self.send_response(internet.status)
            for name, value in {"Content-Type": internet.kind, **internet.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names of http.server

        def finish(self) -> None:
            super().finish()
            self.connection.close()  # that of TLS

        def log_message(self, *_: object) -> None:
            """Nothing: `requests` has all."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = Thread(target=server.serve_forever, name="internet")
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join(PATIENCE)
        server.server_close()


@contextmanager
def captured_internet(folder: Path) -> Iterator[Internet]:
    """Within the block, every request of this process and of those that it starts goes there. `folder`: for the
    certificate of the authority that they trust meanwhile."""
    internet, ca, bundle = Internet(), trustme.CA(), folder / "authority.pem"
    ca.cert_pem.write_to_path(str(bundle))
    with _serve(internet, ca) as port, pytest.MonkeyPatch.context() as patch:
        for name in ("no_proxy", "NO_PROXY"):
            patch.delenv(name, raising=False)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, f"http://127.0.0.1:{port}")
        patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        yield internet
