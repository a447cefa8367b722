"""`/healthz` and `/metrics`, asked over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from prometheus_client import Metric
from prometheus_client.registry import Collector
from structlog.testing import capture_logs

import monitor
from monitor import clock
from monitor.daemon.http_server import HttpServer
from monitor.daemon.progress import LastRun, WorkKind
from monitor.model import Endpoint, WebSettings
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.telemetry import LogEvent
from monitor.telemetry.metrics import Metrics
from tests.support.health import health_of
from tests.support.patience import PATIENCE
from tests.support.ports import free_port


@dataclass
class Page:
    """An answer. `checks`: name: [status, what it says]."""

    status: int
    kind: str
    body: str

    @property
    def checks(self) -> dict[str, list[str]]:
        return {name: [told["status"], told["says"]] for name, told in json.loads(self.body)["checks"].items()}


@dataclass
class Asked:
    """A daemon that can be asked, once it listens."""

    listening: HttpServer
    turns: LastRun
    thread: StoreThread
    metrics: Metrics
    address: str = ""

    async def listen(self) -> list[str]:
        """Let it try to; what it logged."""
        with capture_logs() as lines:
            await self.listening.listen()
        for line in lines:
            if line["event"] == LogEvent.LISTENING:
                self.address = line["health"].removesuffix("/healthz")
        return [line["event"] for line in lines]

    async def get(self, path: str) -> Page:
        async with ClientSession() as session, session.get(f"{self.address}{path}") as answer:
            return Page(answer.status, answer.headers["Content-Type"], await answer.text())


@asynccontextmanager
async def asked(database: Database, endpoint: Endpoint) -> AsyncIterator[Asked]:
    turns, metrics = LastRun(clock.monotonic()), Metrics()
    thread = StoreThread(on_call_end=turns.record_call)
    health = health_of(database, thread, turns, metrics)
    await health.write_heartbeat()
    listening = HttpServer(WebSettings(endpoint, frozenset({"monitor.example"})), health, metrics)
    try:
        yield Asked(listening, turns, thread, metrics)
    finally:
        await listening.close()
        thread.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_health_and_metrics_are_served(database: Database, host: str) -> None:
    """How it is doing as JSON, its figures as Prometheus reads them; on a free port, which the log names."""
    async with asked(database, Endpoint(host, 0)) as daemon:
        assert await daemon.listen() == [LogEvent.LISTENING]
        page = await daemon.get("/healthz")
        told = json.loads(page.body)
        assert (page.status, told["status"], told["version"]) == (200, "ok", monitor.__version__)
        assert page.checks["outbox"] == ["ok", "nothing waits"]
        figures = await daemon.get("/metrics")
        assert (figures.status, figures.kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert f'news_monitor_build_info{{version="{monitor.__version__}"}} 1.0' in figures.body


class AtOnce(Collector):
    """A figure that takes a moment, and notes in which threads it is asked for, and by how many at once."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.inside = self.most = 0

    def collect(self) -> Iterable[Metric]:
        self.threads.append(threading.current_thread())
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.1)
        self.inside -= 1
        return []


async def test_figures_are_written_beside_the_loop_and_one_after_the_other(database: Database) -> None:
    """Ten thousand sources are ten thousand lines: meanwhile the loop does its work."""
    async with asked(database, Endpoint("127.0.0.1", 0)) as daemon:
        await daemon.listen()
        figure = AtOnce()
        daemon.metrics.registry.register(figure)
        figure.threads.clear()  # registering asks too
        pages = await asyncio.gather(*(daemon.get("/metrics") for _ in range(3)))
        assert [page.status for page in pages] == [200] * 3
        assert len(figure.threads) == 3
        assert threading.current_thread() not in figure.threads
        assert figure.most == 1


async def test_a_problem_is_503_and_says_why(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads only the status knows; whoever reads the page knows the reason."""
    async with asked(database, Endpoint("127.0.0.1", 0)) as daemon:
        await daemon.listen()
        moment = clock.monotonic()
        monkeypatch.setattr("monitor.clock.monotonic", lambda: moment)
        daemon.turns.record_run(WorkKind.TICK, moment - 40)
        page = await daemon.get("/healthz")
        assert (page.status, json.loads(page.body)["status"]) == (503, "problem")
        assert page.checks["tick"] == ["problem", "the last tick was 40 s ago"]


async def test_it_answers_while_the_database_hangs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """From memory: a call that does not end holds no page up."""
    began, ends = threading.Event(), threading.Event()

    def hang() -> bool:
        began.set()
        return ends.wait(PATIENCE)

    async with asked(database, Endpoint("127.0.0.1", 0)) as daemon:
        await daemon.listen()
        moment = clock.monotonic()
        monkeypatch.setattr("monitor.clock.monotonic", lambda: moment)
        hanging = asyncio.create_task(daemon.thread.run(hang))
        await asyncio.to_thread(began.wait)
        assert (await daemon.get("/healthz")).status == 200
        monkeypatch.setattr("monitor.clock.monotonic", lambda: moment + 35)
        page = await daemon.get("/healthz")
        assert page.status == 503
        assert page.checks["database"] == ["problem", "the database has not answered for 35 s; see the log"]
        assert 'news_monitor_check{check="database"} 2.0' in (await daemon.get("/metrics")).body
        ends.set()
        assert await hanging


async def test_a_port_that_is_taken_is_told_once_and_tried_again(database: Database) -> None:
    """The daemon goes on without it, and has it as soon as it is free."""
    with socket.create_server(("127.0.0.1", free_port())) as other:
        async with asked(database, Endpoint(*other.getsockname())) as daemon:
            assert [await daemon.listen() for _ in range(2)] == [[LogEvent.NOT_LISTENING], []]
            other.close()
            assert [await daemon.listen() for _ in range(2)] == [[LogEvent.LISTENING], []]
            assert (await daemon.get("/healthz")).status == 200
