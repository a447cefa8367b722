"""The program as a user has it: its process, and what stands round it on loopback (feeds, a webhook, a mail server)."""

from __future__ import annotations

import asyncio
import email
import json
import os
import socket
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from xml.sax.saxutils import escape

import trustme
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.patience import PATIENCE
from tests.support.preloaded_program import ForkedProcess, ProgramServer

ROOT = Path(__file__).parents[2]
# A few rules and entities, compiled in no time; `SHIPPED` is what a user begins with, and takes seconds.
DESK = {"rules": ROOT / "tests/data/desk/rules", "entities": ROOT / "tests/data/desk/entities"}
SHIPPED = {"rules": ROOT / "rules", "entities": ROOT / "seeds" / "entities"}
LAUNCH = "North Korea fires two ballistic missiles toward the sea"
ENDS = 60.0  # s: within 10 on a machine that is not busy


# --- the process ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def told(self) -> list[str]:
        """The lines of stderr."""
        return self.err.splitlines()


async def started(*args: str | Path, folder: Path, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """`news-monitor ARGS` as a process in `folder`."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "monitor", *map(str, args))
    return await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=_surroundings(env), stdin=pipe, stdout=pipe, stderr=pipe
    )


def _surroundings(env: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}


async def news_monitor(
    *args: str | Path, folder: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ended:
    """`news-monitor ARGS`, run to its end. No command may ever show a traceback."""
    server, surroundings = _program_server(), _surroundings(env)
    if server.needs_interpreter(surroundings):
        return await run_in_interpreter(*args, folder=folder, stdin=stdin, env=env)
    asked = server.run(*map(str, args), folder=folder, stdin=stdin, env=surroundings)
    return _make_ended(*await asyncio.wait_for(asked, PATIENCE))


async def run_in_interpreter(
    *args: str | Path, folder: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ended:
    """As `news_monitor`, in a new interpreter: this takes a second more."""
    process = await started(*args, folder=folder, env=env)
    out, err = await asyncio.wait_for(process.communicate(stdin), PATIENCE)
    assert process.returncode is not None
    return _make_ended(process.returncode, out, err)


@cache
def _program_server() -> ProgramServer:
    return ProgramServer(_surroundings(None))


@contextmanager
def share_program() -> Iterator[int]:
    """The descriptor at which other processes, which inherit it, have commands run as `news_monitor` does."""
    with socket.socket(fileno=os.dup(_program_server().fileno())) as shared:
        yield shared.fileno()


def close_program_server() -> None:
    """End the process that `news_monitor` runs commands in, if there is one."""
    if _program_server.cache_info().currsize:
        _program_server().close()
        _program_server.cache_clear()


def _make_ended(code: int, out: bytes, err: bytes) -> Ended:
    ended = Ended(code, out.decode(), err.decode())
    assert "Traceback" not in ended.err, ended.err
    return ended


class Daemon:
    """`news-monitor run`, with its log in a file. Killed at the end of its context, should it still run. `stdout`,
    `stderr`: file descriptors instead of the log's; `in_interpreter`: a new one, for tests of its start, end, streams,
    owner or limits."""

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str] | None = None,
        *options: str,
        stdout: int | None = None,
        stderr: int | None = None,
        in_interpreter: bool = False,
    ) -> None:
        self._folder, self._env, self._options = folder, env, options
        self._stdout, self._stderr, self._in_interpreter = stdout, stderr, in_interpreter
        self.process: asyncio.subprocess.Process | ForkedProcess
        self.log = folder / "log"

    async def __aenter__(self) -> Self:
        args, env = ("run", "-c", "monitor.yaml", *self._options), _surroundings(self._env)
        with self.log.open("ab") as log:
            streams = [log.fileno() if each is None else each for each in (self._stdout, self._stderr)]
            if self._in_interpreter or _program_server().needs_interpreter(env):
                command = (sys.executable, "-m", "monitor", *args)
                self.process = await asyncio.create_subprocess_exec(
                    *command, cwd=self._folder, env=env, stdout=streams[0], stderr=streams[1]
                )
            else:
                self.process = await _program_server().start(*args, folder=self._folder, streams=streams, env=env)
        return self

    async def __aexit__(self, *ended: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def end(self, number: int, within: float = ENDS) -> int:
        """Its exit code after a signal; TimeoutError if it does not end in time."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), within)


async def until(holds: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait for something that happens elsewhere; TimeoutError if it does not."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - what is waited for may happen in another process
            await asyncio.sleep(0.05)


# --- the web ----------------------------------------------------------------------------------------------------

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """Pages by path, which may be changed while it serves, and a webhook that takes every POST."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)  # GETs of each path
    received: list[dict[str, str]] = field(default_factory=list)  # the JSON of each POST, as it came
    hanging: bool = False  # the webhook takes messages and never answers
    refusing: bool = False  # it answers 404
    origin: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            self.received.append(await request.json())
            if self.hanging:
                await asyncio.sleep(3600)
            return web.Response(status=404 if self.refusing else 200)
        self.asked[request.path] += 1
        return await self.pages.get(request.path, status(404))(request)

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://{self.origin}{path}"


@asynccontextmanager
async def serving(site: Site) -> AsyncIterator[Site]:
    """The site, on a free port of loopback."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)  # 0 would wait for ever
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.origin = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


def document(body: str | bytes, kind: str = "application/rss+xml", **headers: str) -> Page:
    """A page that is always the same."""
    content = body.encode() if isinstance(body, str) else body

    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(body=content, headers={"Content-Type": kind, **headers})

    return answer


def status(code: int, **headers: str) -> Page:
    """A page that only has a status."""

    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(status=code, headers=headers)

    return answer


async def silent(request: web.Request) -> web.StreamResponse:
    """A page that never comes."""
    del request
    await asyncio.sleep(3600)
    raise AssertionError


async def dripping(request: web.Request) -> web.StreamResponse:
    """A page that comes byte by byte, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionResetError):  # the other side has had enough
        while True:
            await response.write(b"<")
            await asyncio.sleep(0.2)
    return response


def rss(*items: tuple[str, str, datetime | None], about: str = "A feed") -> str:
    """A feed of (title, path, date)."""
    entries = "".join(
        f"<item><title>{escape(title)}</title><link>http://news.example{path}</link><guid>{path}</guid>"
        f"{f'<pubDate>{format_datetime(date)}</pubDate>' if date else ''}</item>"
        for title, path, date in items
    )
    channel = f"<channel><title>{about}</title>{entries}</channel>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'>{channel}</rss>"


def now() -> datetime:
    """The time, to the second, as feeds date."""
    return datetime.now(UTC).replace(microsecond=0)


# --- mail -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its server took it."""

    subject: str
    text: str
    html: str
    encrypted: bool
    login: str


class MailServer:
    """An SMTP server that takes a mail only over STARTTLS and with the right login. Its context gives the port."""

    def __init__(self, user: str, password: str) -> None:
        self._known = (user.encode(), password.encode())
        self.received: list[Mail] = []
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(self._tls)

    def _smtp(self) -> SMTP:
        return SMTP(
            self,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    async def __aenter__(self) -> int:
        self._server = await asyncio.get_running_loop().create_server(self._smtp, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *ended: object) -> None:
        self._server.close()

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, login: Any) -> AuthResult:
        del server, session, envelope, how
        right = isinstance(login, LoginPassword) and (login.login, login.password) == self._known
        return AuthResult(success=right, auth_data=login)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail: aiosmtpd calls this when it is complete."""
        del server
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
        text, html = (part.get_content() if part else "" for part in parts.values())
        login = session.auth_data.login.decode() if session.auth_data else ""
        self.received.append(Mail(str(message["Subject"]), text, html, session.ssl is not None, login))
        return "250 OK"


# --- files ------------------------------------------------------------------------------------------------------


def write_config(
    folder: Path,
    sources: Mapping[str, str],
    *,
    channels: Mapping[str, str] | None = None,
    rules: Path | str = DESK["rules"],
    entities: Path | str = DESK["entities"],
    more: str = "",
) -> None:
    """A monitor.yaml and its sources (id: url), asked as often as may be; all alerts go to all channels."""
    told = channels or {"screen": "console://"}
    rows = "".join(
        f"  - {{id: {id_}, url: '{url}', name: '{id_.title()}', every: 5 s}}\n" for id_, url in sources.items()
    )
    (folder / "sources.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")
    urls = "".join(f"  {name}: {{url: '{url}'}}\n" for name, url in told.items())
    (folder / "monitor.yaml").write_text(
        f"timezone: Asia/Seoul\ndatabase: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: ['{rules}']\n"
        f"entities: ['{entities}']\nnetwork: {{allow: [127.0.0.0/8]}}\nchannels:\n{urls}"
        f"routes: {{default: [{', '.join(told)}]}}\noperator: [{next(iter(told))}]\n{more}",
        encoding="utf-8",
    )
