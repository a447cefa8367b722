"""Delivery without the rest of the daemon: alerts to send, and a notifier that needs no worker processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from monitor import clock
from monitor.delivery import Dispatcher
from monitor.model import Channel, Level, Limits, Message, OncePer, Receipt, RouteStep, Settings
from monitor.notify import Notifier, Send
from monitor.notify.apprise_sender import send_message
from monitor.notify.timeouts import SendTimeouts
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import article, claimed, decide_in, polled, rule, rules, send_to, sources


def fill(
    database: Database,
    channels: Iterable[str],
    *uids: str,
    level: Level = Level.HIGH,
    other_levels: Iterable[Level] = (),
) -> None:
    """For each uid an alert of this level, committed now, with a delivery on each of the channels. `other_levels`: of
    further rules that hit the same articles ("launch-1", "launch-2" ...)."""
    now, claims = clock.now(), Claims(database, "test")
    claims.register_sources(sources("wire"), now)
    claim = claimed(claims, at=now)
    with SerialSection(database).enter(now) as inside:
        new = [article(uid, seen=now) for uid in uids or ("a1",)]
        levels = {"launch": level} | {f"launch-{number}": other for number, other in enumerate(other_levels, 1)}
        hitting = [rule(name, level=its, once_per=OncePer.ARTICLE) for name, its in levels.items()]
        decision = decide_in(inside, new, rules(*hitting))
        assert inside.commit(polled(claim, now), decision, send_to(*channels))


class ThreadNotifier(Notifier):
    """Sends through Apprise in a thread of this process, one message at a time: for what ends the process, or starts it
    a thousand times."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def send_slot(self, channel: str) -> AsyncIterator[Send]:
        url = self._channels()[channel].url

        async def send(message: Message) -> Receipt:
            async with self.one_at_a_time:  # what watches an attempt is of a whole process
                self.before_send()
                receipt = await asyncio.to_thread(send_message, url, message, self._timeouts)
                self.after_send()
            return receipt

        yield send

    def before_send(self) -> None:
        """A message is about to leave."""

    def after_send(self) -> None:
        """The server has answered."""


@asynccontextmanager
async def dispatching_in_threads(
    database: Database, urls: Mapping[str, str], *, notifier: type[ThreadNotifier] = ThreadNotifier, owner: str = "test"
) -> AsyncIterator[Dispatcher]:
    """A dispatcher of these channels that starts no process."""
    channels = {name: Channel(name, url) for name, url in urls.items()}
    settings = Settings(
        "UTC", str(database.write.url), channels, {"default": tuple(map(RouteStep, urls))}, limits=Limits()
    )
    thread = StoreThread()
    sender = notifier(lambda: channels, settings.limits.send, SendTimeouts(http_answer=timedelta(seconds=20)))
    try:
        yield Dispatcher(settings, outbox=Outbox(database, owner), notifier=sender, thread=thread, name_of=str.title)
    finally:
        sender.close()
        thread.close()
