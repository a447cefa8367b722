"""Serves `/healthz`, `/metrics` and pages on loopback, in the daemon's own event loop. If the loop hangs, there is no
answer, which is a sign too. The text of `/metrics`, which has a line for each source, and pages are made in other
threads (`page_runner`). There is no login: other machines come through a proxy. `http_listener` holds the connections.

A stranger's page, open in a browser on this machine, must not read this. A browser lets it, if the stranger's name is
made to lead to 127.0.0.1 (DNS rebinding). It then sends that name as `Host`, so only our own names are answered.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from aiohttp import HttpVersion10, web

import monitor
from monitor import clock
from monitor.daemon.health import DaemonHealth, Grade, HealthCheck
from monitor.daemon.http_listener import HttpListener
from monitor.daemon.page_runner import PageRunner
from monitor.model import Endpoint, PageMaker, PageRequest, WebSettings
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import HttpRefusal, Metrics

RETRY_EVERY = timedelta(seconds=10)  # while another process has the port
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NO_CACHE = {"Cache-Control": "no-store"}
_METHODS = ("GET", "HEAD")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^][:/?#@%\s]+)(:[0-9]*)?")  # a name or an address, and a port


class HttpServer:
    """The server at `settings.listen`. `listen` may be called again and again: once the server listens, it does
    nothing. `find_page`: what makes the page of a path, if there is one; it answers at once."""

    def __init__(
        self,
        settings: WebSettings,
        health: DaemonHealth,
        metrics: Metrics,
        find_page: Callable[[str], PageMaker | None] = lambda _path: None,
    ) -> None:
        self._endpoint = settings.listen
        self._hosts = settings.hosts
        self._health = health
        self._own_pages: dict[str, Callable[[], Coroutine[Any, Any, web.Response]]] = {
            "/healthz": self._healthz,
            "/metrics": self._metrics,
        }
        self._find_page = find_page
        self._runner = PageRunner()
        self._listener = HttpListener(self._answer, metrics)
        self._listens = False
        self._problem: str | None = None
        self._rendering = Lock()

    async def listen(self) -> None:
        """Start to listen, if the port is free. A port that is taken is logged once."""
        if self._listens:
            return
        try:
            host, port = self._listener.start(self._endpoint.host, self._endpoint.port)
        except OSError as error:
            self._log_problem(error.strerror or str(error))
            return
        self._listens = True
        log.info(LogEvent.LISTENING, health=f"http://{Endpoint(host, port)}/healthz")

    async def close(self) -> None:
        """Stop to listen, and free the port."""
        await self._listener.close()
        self._runner.close()

    def _log_problem(self, problem: str) -> None:
        if problem != self._problem:
            todo = "free the port, or write another under web in monitor.yaml; it is tried again every 10 s"
            log.error(LogEvent.NOT_LISTENING, address=str(self._endpoint), problem=problem, todo=todo)
        self._problem = problem

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        hosts = _list_hosts(request)
        if hosts is None:
            return self._refuse(HttpRefusal.MALFORMED, HTTPStatus.BAD_REQUEST, "A request names one host.")
        if not all(map(self._is_ours, hosts)):
            todo = "If a proxy passes it on, write it under web: hosts in monitor.yaml."
            return self._refuse(HttpRefusal.HOST, HTTPStatus.MISDIRECTED_REQUEST, f"This host name is not ours. {todo}")
        own, page = self._own_pages.get(request.path), self._find_page(request.path)
        if own is None and page is None:
            return self._refuse(HttpRefusal.PATH, HTTPStatus.NOT_FOUND, "There is no such page.")
        if request.method not in _METHODS:
            response = self._refuse(HttpRefusal.METHOD, HTTPStatus.METHOD_NOT_ALLOWED, "This can only be read.")
            response.headers["Allow"] = ", ".join(_METHODS)
            return response
        if own is not None:
            return await own()
        assert page is not None
        return await self._make_page(page, request)

    def _is_ours(self, host: str) -> bool:
        """Whether `host`, the header of a request, is a name of this machine for itself, or one of `web: hosts`. Any
        port will do: a proxy or a tunnel may have another, and whoever leads a name here cannot choose it as ours."""
        if (found := _HOST.fullmatch(host)) is None:
            return False
        name = found[1].lower().removesuffix(".")
        if name in self._hosts or name == "localhost":
            return True
        try:
            return ip_address(name.strip("[]")).is_loopback
        except ValueError:
            return False

    def _refuse(self, refusal: HttpRefusal, status: HTTPStatus, text: str) -> web.Response:
        self._listener.refuse(refusal)
        return web.Response(status=status, text=f"{text}\n", headers=_NO_CACHE)

    async def _make_page(self, make: PageMaker, request: web.BaseRequest) -> web.Response:
        known = PageRequest(request.headers.get("If-None-Match"))
        made = await self._runner.make_page(make, known)
        return web.Response(
            body=made.body, status=made.status, headers={**made.headers, "Content-Type": made.content_type}
        )

    async def _healthz(self) -> web.Response:
        checks = self._health.checks(clock.now(), clock.monotonic())
        worst = max(check.grade for check in checks)
        content = {
            "status": worst.name.lower(),
            "version": monitor.__version__,
            "checks": {check.name: {"status": check.grade.name.lower(), "says": check.message} for check in checks},
        }
        code = HTTPStatus.SERVICE_UNAVAILABLE if worst is Grade.PROBLEM else HTTPStatus.OK
        return web.json_response(content, status=code, headers=_NO_CACHE)

    async def _metrics(self) -> web.Response:
        now = clock.now()
        checks = self._health.checks(now, clock.monotonic())
        body = await asyncio.to_thread(self._render_metrics, checks, now)
        return web.Response(body=body, headers={**_NO_CACHE, "Content-Type": _METRICS_TYPE})

    def _render_metrics(self, checks: list[HealthCheck], now: datetime) -> bytes:
        """In a thread. One request at a time, because each clears and sets the gauges that it then reads."""
        with self._rendering:
            return self._health.render_metrics(checks, now)


def _list_hosts(request: web.BaseRequest) -> list[str] | None:
    """The host that the request is for, if it names one; None: it names none or several, or cannot be read."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) > 1 or (not hosts and request.version != HttpVersion10):
        return None
    try:
        target = urlsplit(request.raw_path)  # with a host in it, that one counts (RFC 9112, 3.2.2)
    except ValueError:
        return None
    return [target.netloc] if target.netloc else hosts
