"""Serves `/healthz` and `/metrics` on loopback, in the daemon's own event loop. If the loop hangs, there is no answer,
which is a sign too. Only the text of `/metrics` is made in another thread, because it has a line for each source.
Nothing else is served, and there is no login: other machines come through a proxy."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from aiohttp import web

import monitor
from monitor import clock
from monitor.daemon.health import DaemonHealth, Grade, HealthCheck
from monitor.model import Endpoint
from monitor.telemetry import LogEvent, log

RETRY_EVERY = timedelta(seconds=10)  # while another process has the port
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NO_CACHE = {"Cache-Control": "no-store"}


class HttpServer:
    """The server at `endpoint`. `listen` may be called again and again: once the server listens, it does nothing."""

    def __init__(self, endpoint: Endpoint, health: DaemonHealth) -> None:
        self._endpoint = endpoint
        self._health = health
        self._runner: web.AppRunner | None = None
        self._problem: str | None = None
        self._rendering = Lock()

    async def listen(self) -> None:
        """Start to listen, if the port is free. A port that is taken is logged once."""
        if self._runner is not None:
            return
        app = web.Application()
        app.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._endpoint.host, self._endpoint.port).start()
        except OSError as error:
            await runner.cleanup()
            self._log_problem(error.strerror or str(error))
            return
        self._runner = runner
        host, port = runner.addresses[0][:2]
        log.info(LogEvent.LISTENING, health=f"http://{Endpoint(host, port)}/healthz")

    async def close(self) -> None:
        """Stop to listen, and free the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _log_problem(self, problem: str) -> None:
        if problem != self._problem:
            todo = "free the port, or write another under web in monitor.yaml; it is tried again every 10 s"
            log.error(LogEvent.NOT_LISTENING, address=str(self._endpoint), problem=problem, todo=todo)
        self._problem = problem

    async def _healthz(self, request: web.Request) -> web.Response:
        del request
        checks = self._health.checks(clock.now(), clock.monotonic())
        worst = max(check.grade for check in checks)
        content = {
            "status": worst.name.lower(),
            "version": monitor.__version__,
            "checks": {check.name: {"status": check.grade.name.lower(), "says": check.message} for check in checks},
        }
        code = HTTPStatus.SERVICE_UNAVAILABLE if worst is Grade.PROBLEM else HTTPStatus.OK
        return web.json_response(content, status=code, headers=_NO_CACHE)

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        now = clock.now()
        checks = self._health.checks(now, clock.monotonic())
        body = await asyncio.to_thread(self._render_metrics, checks, now)
        return web.Response(body=body, headers={**_NO_CACHE, "Content-Type": _METRICS_TYPE})

    def _render_metrics(self, checks: list[HealthCheck], now: datetime) -> bytes:
        """In a thread. One request at a time, because each clears and sets the gauges that it then reads."""
        with self._rendering:
            return self._health.render_metrics(checks, now)
