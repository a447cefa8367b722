"""With logging at DEBUG, no part of a channel's address is seen anywhere, whatever its server does."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from monitor.notify.send_limiter import SendLimiter
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.store.engine.database import Database
from monitor.store.engine.tables import metadata
from monitor.telemetry import close_log
from monitor.url_secrets import find_sensitive_parts
from tests.integration.test_dispatcher import dispatching, states
from tests.support.patience import PATIENCE
from tests.support.sending import fill

PAUSE = 0.3  # s: for a client that says nothing first
# Every part that could be a secret is one that occurs nowhere else.
KINDS = {
    "apprise": "apprise://u53r-a:p4ss-a@{host}/t0ken-a-1234567890",
    "bark": "bark://u53r-b:p4ss-b@{host}/d3vice-b",
    "gotify": "gotify://{host}/t0ken-go12345",
    "form": "form://u53r-f:p4ss-f@{host}/p4th-f?-key=k3y-form",
    "hassio": "hassio://{host}/l0ngtoken-h",
    "json": "json://u53r-j:p%40ss-j@{host}/p4th-j?%2BAuthorization=Bearer%20t0ken-j",
    "mailto": "mailto://u53r-m:p4ss-m@{host}?from=fr0m-m@x.test&to=t0-m@x.test",
    "matrix": "matrix://u53r-x:p4ss-x@{host}/%23r00m-x",
    "mmost": "mmost://{host}/t0kenmattermost3kkth5kd8tj",
    "mqtt": "mqtt://u53r-q:p4ss-q@{host}/t0pic-q",
    "ncloud": "ncloud://u53r-n:p4ss-n@{host}/t4rget-n",
    "ntfy": "ntfy://u53r-y:p4ss-y@{host}/t0pic-y",
    "rocket": "rocket://u53r-r:p4ss-r@{host}/%23r00m-r",
    "synology": "synology://{host}/t0ken-s",
    "webhook": "webhook://u53r-w:p4ss-w@{host}/p4th-w?secret=s3cret-w",
    "xml": "xml://u53r-l:p4ss-l@{host}/p4th-l",
    "xmpp": "xmpp://u53r-p:p4ss-p@{host}/r3ader-p",
}


ANSWERS = ("401", "500", "hang up")


@asynccontextmanager
async def _serving(received: list[bytes]) -> AsyncIterator[int]:
    """A server that answers each connection in another way: it hangs up, or answers with a status and all that it was
    sent."""
    answers = itertools.cycle(ANSWERS)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            sent = await asyncio.wait_for(reader.read(2**16), PAUSE)
        except TimeoutError:  # mail: the client waits for our word
            sent = b""
        received.append(sent)
        if (answer := next(answers)) != "hang up":
            body = sent.replace(b"\r\n", b" ")
            head = f"HTTP/1.1 {answer} X\r\nX-Echo: ".encode() + body + b"\r\n"
            writer.write(head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_part_of_an_address_is_seen(
    database: Database, logged_at_debug: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    """In no log, table, metric or traceback: refused with an echo of what was sent, failed so, and hung up."""
    received: list[bytes] = []
    async with _serving(received) as port:
        urls = {name: url.format(host=f"127.0.0.1:{port}") for name, url in KINDS.items()}
        fill(database, urls, "a1")
        async with dispatching(database, urls) as dispatcher:
            notifier = dispatcher._notifier
            notifier.close()
            notifier._workers, notifier._limiter = Workers(2, setup=WorkerSetup(None)), SendLimiter(2, 2)
            await asyncio.wait_for(dispatcher.send_all_due(), PATIENCE)
            metrics = dispatcher._metrics.render_exposition().decode()
    assert states(database) == {"retry": len(urls)}
    assert len(received) >= len(urls)
    close_log()
    with database.read.connect() as connection:
        tables = "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)))
    printed = capfd.readouterr()
    seen = f"{logged_at_debug.getvalue()}\n{printed.out}\n{printed.err}\n{metrics}\n{tables}"
    assert logged_at_debug.getvalue().count("delivery failed") == len(urls)
    secret = {part for url in urls.values() for part in find_sensitive_parts(url) if len(part) > 5}
    sent = b"".join(received).decode(errors="replace")
    assert {"t0ken-a-1234567890", "p4th-j", "k3y-form", "p4th-w"} <= {part for part in secret if part in sent}
    assert {part for part in secret if part in seen} == set()
