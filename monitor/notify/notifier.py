"""Sends messages on channels: `console://` prints here, everything else goes through Apprise in a worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from monitor.errors import Fault, WorkerLost
from monitor.model import Channel, Message, Receipt, ReceiptKind
from monitor.notify import apprise_door
from monitor.notify.screen import Screen
from monitor.workers import Workers

CONSOLE = "console://"
SENDERS = 16  # processes; they start when they are needed, and a hung channel holds only one


class Notifier:
    """One for the daemon. `channels` may be swapped while it runs. `deadline`: the longest that one attempt may take
    before its process is killed."""

    at_once = SENDERS

    def __init__(self, channels: Mapping[str, Channel], deadline: timedelta) -> None:
        self.channels = channels
        self._deadline = deadline
        self._workers = Workers(SENDERS)
        self._screen = Screen()

    async def send(self, channel: str, message: Message) -> Receipt:
        """One attempt, and how it ended; never raises for what a server does."""
        known = self.channels.get(channel)
        if known is None:
            return Receipt(ReceiptKind.TRY_LATER, "monitor.yaml no longer has this channel")
        if known.url.startswith(CONSOLE):
            return await self._screen.show(message, self._deadline)
        try:
            return await self._workers.run(apprise_door.send, known.url, message, deadline=self._deadline)
        except WorkerLost:
            return Receipt(ReceiptKind.UNKNOWN, f"no answer within {self._deadline.total_seconds():.0f} s")

    async def prepare(self) -> None:
        """Have one process ready for the first alert."""
        await self._workers.run(apprise_door.load, deadline=self._deadline)

    def close(self) -> None:
        """Kill what is still being sent; it will be tried again."""
        self._workers.close()


def channel_fault(url: str) -> str | None:
    """What is wrong with a channel's URL; None if it can be used."""
    return None if url.startswith(CONSOLE) else apprise_door.fault_of(url)


def channel_faults(channels: Iterable[Channel]) -> Iterator[Fault]:
    """The channels that cannot be used, each at its place."""
    for channel in channels:
        if what := channel_fault(channel.url):
            yield Fault(channel.place, what)
