"""`/healthz` and `/metrics`, on loopback, in the daemon's own loop: if that hangs, nobody answers, and that is an
answer too. Nothing else is served, and nobody is asked who they are: other machines come through a proxy."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from aiohttp import web

import monitor
from monitor import clock
from monitor.daemon.health import DaemonHealth, Grade
from monitor.model import Endpoint
from monitor.telemetry import LogEvent, log

AGAIN = timedelta(seconds=10)  # between two tries to have a port that somebody else has
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
_FRESH = {"Cache-Control": "no-store"}


class HttpServer:
    """The server at `endpoint`. `listen` is called again and again: it does nothing once it listens."""

    def __init__(self, endpoint: Endpoint, health: DaemonHealth) -> None:
        self._endpoint = endpoint
        self._health = health
        self._runner: web.AppRunner | None = None
        self._problem: str | None = None

    async def listen(self) -> None:
        """Have the port, if it can be had; a port that is taken is told once."""
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
            self._tell(error.strerror or str(error))
            return
        self._runner = runner
        host, port = runner.addresses[0][:2]
        log.info(LogEvent.LISTENING, health=f"http://{Endpoint(host, port)}/healthz")

    async def close(self) -> None:
        """Give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            todo = "free the port, or write another under web in monitor.yaml; it is tried again every 10 s"
            log.error(LogEvent.NOT_LISTENING, address=str(self._endpoint), problem=problem, todo=todo)
        self._problem = problem

    async def _healthz(self, request: web.Request) -> web.Response:
        del request
        checks = self._health.checks(clock.now(), clock.monotonic())
        worst = max(check.grade for check in checks)
        told = {
            "status": worst.name.lower(),
            "version": monitor.__version__,
            "checks": {check.name: {"status": check.grade.name.lower(), "says": check.message} for check in checks},
        }
        code = HTTPStatus.SERVICE_UNAVAILABLE if worst is Grade.PROBLEM else HTTPStatus.OK
        return web.json_response(told, status=code, headers=_FRESH)

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        now = clock.now()
        body = self._health.render_metrics(self._health.checks(now, clock.monotonic()), now)
        return web.Response(body=body, headers={**_FRESH, "Content-Type": _METRICS})
