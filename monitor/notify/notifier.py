"""Sends messages on channels: `console://` prints here, everything else goes through Apprise in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta

from monitor.errors import Fault, WorkerLost
from monitor.model import Channel, Message, Receipt, ReceiptKind
from monitor.notify import in_worker
from monitor.notify.screen import Screen
from monitor.workers import Workers

CONSOLE = "console://"
CHECK = timedelta(seconds=60)  # for all channels together
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
            return await self._workers.run(in_worker.send, known.url, message, deadline=self._deadline)
        except WorkerLost:
            return Receipt(ReceiptKind.UNKNOWN, f"no answer within {self._deadline.total_seconds():.0f} s")

    async def prepare(self) -> None:
        """Have one process ready for the first alert."""
        await self._workers.run(in_worker.load, deadline=self._deadline)

    def close(self) -> None:
        """Kill what is still being sent; it will be tried again."""
        self._workers.close()


def channel_fault(url: str) -> str | None:
    """What is wrong with a channel's URL; None if it can be used."""
    return None if url.startswith(CONSOLE) else in_worker.faults_of([url])[0]


def channel_faults(channels: Iterable[Channel]) -> list[Fault]:
    """The channels that cannot be used, each at its place. It loads Apprise into this process, for good."""
    found = ((channel.place, channel_fault(channel.url)) for channel in channels)
    return [Fault(place, what) for place, what in found if what]


async def faults_apart(channels: Iterable[Channel]) -> list[Fault]:
    """The same, found in a process of its own: the senders may all be waiting for servers."""
    asked = [channel for channel in channels if not channel.url.startswith(CONSOLE)]
    if not asked:
        return []
    workers = Workers(1)
    try:
        found = await workers.run(in_worker.faults_of, [channel.url for channel in asked], deadline=CHECK)
    except WorkerLost as error:
        return [Fault(channel.place, f"it could not be checked whether this can be used: {error}") for channel in asked]
    finally:
        await asyncio.to_thread(workers.close)
    return [Fault(channel.place, what) for channel, what in zip(asked, found, strict=True) if what]
