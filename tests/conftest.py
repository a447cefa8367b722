"""What many tests need: a database of their own, and a server that fails as it is asked to."""

from __future__ import annotations

import asyncio
import itertools
import logging
import shutil
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine

from monitor.runtime.workers.processes import preload_module
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.telemetry import configure_logging
from monitor.telemetry.logs import close_log
from tests.support.newest import make_newest
from tests.support.patience import PATIENCE
from tests.support.postgres import LentDatabases, postgres
from tests.support.whole import close_program_server

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test is timed
settings.load_profile("house")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in its background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else the programs that the tests start ignore it too


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files of tests/e2e over the first half of all files. Their tests mostly wait for daemons, so the
    processors are idle where several processes run only such tests at the same time."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for path in files if "e2e" in path.parts]
    others = [path for path in files if "e2e" not in path.parts]
    step = max(1, len(others) // (2 * len(waiting))) if waiting else 1
    ordered: list[Path] = []
    for number, path in enumerate(others):
        if number % step == 0 and waiting:
            ordered.append(waiting.pop(0))
        ordered.append(path)
    items[:] = [item for path in (*ordered, *waiting) for item in files[path]]


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where commands keep what makes the next one quicker, apart from the home and the terminal of whoever runs the
    tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.delenv("NEWS_MONITOR_CONFIG", raising=False)
        patch.setenv("TERM", "xterm")  # a test that shows a terminal says itself what else that can do
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="session", autouse=True)
def program_server() -> Iterator[None]:
    """Commands run in forks of one process, which the first of them starts."""
    yield
    close_program_server()


@pytest.fixture(scope="session", autouse=True)
def preloaded_workers() -> None:
    """Worker processes find loaded what those of a daemon find loaded: each would spend a second on imports."""
    preload_module("monitor.preloaded")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Engine]:
    """A PostgreSQL server with a database `newest` that is at the newest schema, to be copied."""
    with postgres() as url:
        engine = create_engine(f"{url}postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE newest")
        newest = open_database(f"{url}newest")
        newest.upgrade()
        newest.close()
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def lent_databases(postgres_server: Engine) -> LentDatabases:
    """Databases of that server at the newest schema, lent to one test after the other."""
    return LentDatabases(postgres_server, "newest")


@pytest.fixture(scope="session")
def newest_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("newest") / "news.db"
    make_newest(path).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database of each kind may be made, with nothing in it yet."""
    return f"sqlite:///{tmp_path / 'news.db'}" if request.param == "sqlite" else new_database(request, "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind, at the newest schema."""
    return newest_url(request, tmp_path / "news.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind, at the newest schema."""
    opened = open_database(newest_url(request, tmp_path / "news.db"))
    yield opened
    opened.close()


_count = itertools.count(1)


def newest_url(request: pytest.FixtureRequest, path: Path) -> str:
    """The URL of a new database of the kind that `request` is for, at the newest schema; `path` is SQLite's."""
    if request.param != "sqlite":
        databases: LentDatabases = request.getfixturevalue("lent_databases")
        url = databases.lend()
        request.addfinalizer(lambda: databases.take_back(url))
        return url.render_as_string(hide_password=False)
    newest: Path = request.getfixturevalue("newest_file")
    shutil.copy(newest, path)  # its mode too
    return f"sqlite:///{path}"


def new_database(request: pytest.FixtureRequest, template: str) -> str:
    """The URL of a new database on the server. It goes with its test, while its files are in memory only: the disk
    would have much to do with hundreds."""
    engine: Engine = request.getfixturevalue("postgres_server")
    name = f"test_{next(_count)}"

    def drop() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    request.addfinalizer(drop)
    return engine.url.set(database=name).render_as_string(hide_password=False)


Elapse = Callable[[float], Awaitable[None]]


@pytest.fixture
async def elapse(monkeypatch: pytest.MonkeyPatch) -> Elapse:
    """Lets so many seconds pass at once. No other time passes for the loop and for `monitor.clock.monotonic`: what a
    test says of moments holds on any machine. What waits for a thread or a socket needs real time, and has it."""
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr("monitor.clock.monotonic", lambda: now)

    async def pass_(seconds: float) -> None:
        nonlocal now
        for later in (0, seconds):  # what has just been asked for begins before the time passes
            now += later
            for _ in range(20):  # what is due, and what that leads to
                await asyncio.sleep(0)

    return pass_


@dataclass
class FaultServer:
    """An HTTP server on loopback, in a thread of its own.

    The first segment of the path chooses its answer: `ok`; a status (`404`, `500`, `503`, `429`, `302` to /ok);
    `hang` (none, ever); `drip` (200, and a byte of its body now and then, for ever); `drop` (the request is received,
    the connection cut); `late/N` (200 after N seconds). A path that is a key of `then` answers so once for each of its
    items, and then as the path says; one that is a key of `documents` gives that.
    """

    port: int = 0
    received: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, body: whatever came
    then: dict[str, list[str]] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)

    def url(self, path: str, scheme: str = "json") -> str:
        """An Apprise address of this server."""
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    def bodies(self, path: str) -> list[str]:
        """What came to a path, in order."""
        return [body for _, at, body in self.received if at == f"/{path}"]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.received.append((request.method, request.path, (await request.read()).decode()))
        waiting = self.then.get(request.path.strip("/"))
        choice = waiting.pop(0).split("/") if waiting else request.path.strip("/").split("/")
        match choice:
            case ["hang", *_]:
                await asyncio.sleep(3600)
            case ["drip", *_]:
                answer = web.StreamResponse()
                await answer.prepare(request)
                while True:
                    await answer.write(b".")
                    await asyncio.sleep(0.2)
            case ["drop", *_]:
                assert request.transport is not None
                request.transport.abort()
            case ["late", seconds, *_]:
                await asyncio.sleep(float(seconds))
            case ["302", *_]:
                return web.Response(status=302, headers={"Location": "/ok"})
            case ["429", *_]:
                return web.Response(status=429, headers={"Retry-After": "30"})
            case [status, *_] if status.isdigit():
                return web.Response(status=int(status))
        return web.Response(text=self.documents.get(request.path.strip("/"), '{"id": "1"}'))


async def _serve(server: FaultServer, begun: Future[Callable[[], None]]) -> None:
    app, stop = web.Application(), asyncio.Event()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)  # 0 would wait for ever
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.call_soon_threadsafe(stop.set)

    begun.set_result(end)
    await stop.wait()
    await runner.cleanup()


@contextmanager
def fault_server() -> Iterator[FaultServer]:
    """A fault server, on a free port."""
    server, begun = FaultServer(), Future[Callable[[], None]]()
    # run() cancels, at its end, the handlers whose clients were killed while they hung
    thread = threading.Thread(target=lambda: asyncio.run(_serve(server, begun)), name="asyncio fault server")
    thread.start()
    stop = begun.result(PATIENCE)
    yield server
    stop()
    thread.join(PATIENCE)


@pytest.fixture(scope="session")
def running() -> Iterator[FaultServer]:
    """The server of the whole session; tests take `faults`."""
    with fault_server() as server:
        yield server


@pytest.fixture
def faults(running: FaultServer) -> FaultServer:
    """The fault server, with an empty log."""
    running.received.clear()
    running.then.clear()
    running.documents.clear()
    return running


@pytest.fixture
def logged_at_debug() -> Iterator[StringIO]:
    """All that the log says, as it says it. The log is as before afterwards."""
    root, stream = logging.getLogger(), StringIO()
    before = root.handlers[:], root.level
    configure_logging(stream=stream, level=logging.DEBUG)
    yield stream
    close_log()
    structlog.reset_defaults()
    root.handlers[:], root.level = before


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the log says, once it is closed."""
    stream = StringIO()
    configure_logging(stream=stream)
    yield stream
    close_log()
