"""Copies of one message at servers that accept slowly: nothing fails, so nobody should get it twice.

    ./dev bench slow_acceptance [--minutes 30] [--seconds 50] [--beyond 100]

A real daemon sends one alert to three servers on loopback, in real time: a webhook and a mail server that accept it
after 50 s (mail: the 250 after the final dot), and a webhook that needs 100 s, which is more than the 90 s that it has.
Every copy that came whole counts. It demands:

    copies      at the first two, in all that time: at most two (one is expected)

Of the third it prints the copies, and when each came.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.world import feeds as newsroom
from bench.world import receivers
from bench.world.feeds import Feeds
from bench.world.figures import Figures
from bench.world.place import made, parser_of, write_files
from bench.world.process import ended, run, started
from bench.world.receivers import Webhook
from tests.support.whole import until

COPIES = 2


@dataclass
class SlowMailbox:
    """A mail server that takes every mail, and says so `slowness` seconds after the final dot."""

    slowness: float
    port: int = 0
    taken: list[datetime] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """A mail has come whole."""
        del server, session, envelope
        self.taken.append(datetime.now(UTC))
        await asyncio.sleep(self.slowness)
        return "250 OK"

    def url(self) -> str:
        """The Apprise address of a reader."""
        return f"mailto://127.0.0.1:{self.port}?from=news@x.test&to=reader@x.test"


@asynccontextmanager
async def serving_mail(mailbox: SlowMailbox) -> AsyncIterator[SlowMailbox]:
    """The mail server, on a free port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, timeout=3600), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()


async def measure(minutes: float, seconds: float, beyond: float) -> int:
    """The exit code."""
    figures, feeds = Figures(), Feeds(1)
    slow, slower, mailbox = Webhook(seconds), Webhook(beyond), SlowMailbox(seconds)
    figures.note(minutes=minutes, seconds=seconds, beyond=beyond)
    with made("sqlite") as (folder, url):
        async with (
            newsroom.serving(feeds),
            receivers.serving(slow),
            receivers.serving(slower),
            serving_mail(mailbox),
        ):
            channels = {"slow": slow.url("slow"), "slower": slower.url("slower"), "mail": mailbox.url()}
            feeds.begin_with(1, timedelta(days=2))
            write_files(folder, url, feeds, channels, every=10)
            daemon = await started(folder)
            try:
                await until(lambda: feeds.asks[0])
                feeds.publish(0, told=True)
                await until(lambda: slow.taken and slower.taken and mailbox.taken)
                await asyncio.sleep(minutes * 60)
            finally:
                figures.demand("exit code of the daemon", await ended(daemon), most=0)
    by_channel: dict[str, Sequence[datetime]] = {
        f"webhook that accepts after {seconds:g} s": [taken.at for taken in slow.taken],
        f"mail server that accepts after {seconds:g} s": mailbox.taken,
    }
    for name, moments in by_channel.items():
        figures.demand(f"copies at the {name}", len(moments), most=COPIES)
    late = [taken.at for taken in slower.taken]
    name = f"copies at the webhook that accepts after {beyond:g} s"
    figures.note(**{name: len(late), f"{name}, s": [round((at - late[0]).total_seconds()) for at in late]})
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=50)
    parser.add_argument("--beyond", type=float, default=100)
    given = parser.parse_args()
    return run(measure(given.minutes, given.seconds, given.beyond))


if __name__ == "__main__":
    sys.exit(main())
