"""Sends messages on channels: `console://` prints here, everything else goes through Apprise in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

from monitor.errors import Fault, WorkerLost, WorkerNotStarted
from monitor.model import Channel, Message, Receipt, ReceiptKind
from monitor.notify import in_worker
from monitor.notify.concurrency import SendLimiter
from monitor.notify.console import ConsoleWriter
from monitor.notify.timeouts import SendTimeouts
from monitor.runtime.workers import START, Worker, Workers

Send = Callable[[Message], Awaitable[Receipt]]

CONSOLE = "console://"
CHECK = timedelta(seconds=60)  # for all channels together
SENDERS = 16  # processes that stay; they start when they are needed
MOST_SENDERS = 128  # with those that start beside channels that are slow: what the service's memory bears


class Notifier:
    """One for the daemon. `channels` gives those of now, as they may change while it runs. `hand_over` (`limits.send`): until a server has the
    whole message; beyond it the server has its own time to accept it (`timeouts`)."""

    def __init__(
        self, channels: Callable[[], Mapping[str, Channel]], hand_over: timedelta, timeouts: SendTimeouts | None = None
    ) -> None:
        self._channels = channels
        self._timeouts = replace(timeouts or SendTimeouts(), hand_over=hand_over)
        self._workers = Workers(SENDERS, extra=MOST_SENDERS - SENDERS, prepare=in_worker.load_plugins)
        self._room = SendLimiter(SENDERS, MOST_SENDERS)
        self._screen = ConsoleWriter()

    @asynccontextmanager
    async def send_slot(self, channel: str) -> AsyncIterator[Send]:
        """Room to send one message on a channel, and the process for it; waits for both. Taken before the message is
        claimed, so that no claim waits for them. Gives the function that sends the message: one attempt, and how it
        ended; it never raises for what a server does."""
        known = self._channels().get(channel)
        if known is None or known.url.startswith(CONSOLE):
            yield partial(self._send, channel, None)
        else:
            async with self._room.slot() as begin, self._workers.reserved() as worker:
                yield partial(self._send, channel, (begin, worker))

    def max_send_time(self, channel: str) -> timedelta:
        """The longest that sending may take on a channel, in a place, until its process is killed."""
        known = self._channels().get(channel)
        return START + (self._timeouts.deadline(known.url) if known else timedelta(0))

    async def send(self, channel: str, message: Message) -> Receipt:
        """One attempt, in a place of its own, and how it ended; never raises for what a server does."""
        async with self.send_slot(channel) as send:
            return await send(message)

    async def _send(self, channel: str, place: tuple[Callable[[], None], Worker] | None, message: Message) -> Receipt:
        known = self._channels().get(channel)
        if known is None:
            return Receipt(ReceiptKind.TRY_LATER, "monitor.yaml no longer has this channel")
        if known.url.startswith(CONSOLE):
            return await self._screen.show(message, self._timeouts.hand_over)
        if place is None:
            return Receipt(ReceiptKind.TRY_LATER, "monitor.yaml has just changed this channel")
        begin, worker = place
        begin()
        deadline = self._timeouts.deadline(known.url)
        try:
            return await worker.run(in_worker.send_message, known.url, message, self._timeouts, deadline=deadline)
        except WorkerNotStarted as error:
            return Receipt(ReceiptKind.TRY_LATER, f"not sent: {error}")
        except WorkerLost as error:
            return Receipt(ReceiptKind.UNKNOWN, f"no clear answer: {error}")

    async def prepare(self) -> None:
        """Have one process ready for the first alert."""
        await self._workers.run(in_worker.load_plugins, deadline=CHECK)

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


async def channel_faults_in_worker(channels: Iterable[Channel]) -> list[Fault]:
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
