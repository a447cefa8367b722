"""Sends messages on channels: `console://` prints here, everything else goes through Apprise in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from monitor.errors import Fault, WorkerLost, WorkerNotStarted
from monitor.model import Channel, Delivery, Message, Receipt, ReceiptKind, SendRate
from monitor.notify import in_worker
from monitor.notify.console import ConsoleWriter
from monitor.notify.renderers import add_document, capabilities_of, kind_of_channel, render_message
from monitor.notify.send_limiter import SendLimiter
from monitor.notify.timeouts import SendTimeouts
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.worker import START, Worker

Send = Callable[[Message], Awaitable[Receipt]]

CONSOLE = "console://"
CHANNEL_CHANGED = "monitor.yaml has just changed this channel"  # since the message was claimed
CHECK = timedelta(seconds=60)  # for all channels together
SENDERS = 16  # processes that stay; they start when they are needed
MAX_SENDERS = 128  # with the extra ones for slow channels: what the memory of the service allows


class Notifier:
    """One object for the daemon. `channels` gives those of now. `hand_over` (`limits.send`): the time until
    a server has the whole message; after that the server has its own time to accept it (`timeouts`)."""

    def __init__(
        self, channels: Callable[[], Mapping[str, Channel]], hand_over: timedelta, timeouts: SendTimeouts | None = None
    ) -> None:
        self._channels = channels
        self._timeouts = replace(timeouts or SendTimeouts(), hand_over=hand_over)
        self._workers = Workers(
            SENDERS, setup=in_worker.sender_setup(), extra=MAX_SENDERS - SENDERS, prepare=in_worker.load_plugins
        )
        self._limiter = SendLimiter(SENDERS, MAX_SENDERS)
        self._console = ConsoleWriter()

    @asynccontextmanager
    async def send_slot(self, channel: str) -> AsyncIterator[Send]:
        """Waits for a slot to send one message on a channel, and for a process. Get it before claiming the message, so
        that no claim waits for it. Yields the function that makes one attempt to send and returns its receipt; it never
        raises for what a server does."""
        known = self._channels().get(channel)
        if known is None or known.url.startswith(CONSOLE):
            yield partial(self._send, channel, None)
        else:
            async with self._limiter.slot(channel) as start_timer, self._workers.reserved() as worker:
                yield partial(self._send, channel, (start_timer, worker))

    def render(self, delivery: Delivery, *, source: str, zone: ZoneInfo) -> Message:
        """The message of a delivery, for its channel: see `render_for`."""
        known = self._channels().get(delivery.channel)
        return render_for(known, delivery, source=source, zone=zone)

    def rates(self) -> Mapping[str, SendRate | None]:
        """The channels of now, each with its rate; None: unlimited."""
        return {name: channel.rate for name, channel in self._channels().items()}

    def combines_alerts(self, channel: str) -> bool:
        """Whether alerts of several rules about one article are one message on a channel: where people read them, in a
        form that is ours."""
        known = self._channels().get(channel)
        return known is not None and known.template is None and capabilities_of(kind_of_channel(known.url)).combines

    def max_send_time(self, channel: str) -> timedelta:
        """How long sending on a channel may take, once it has a slot, until its process is killed."""
        known = self._channels().get(channel)
        return START + (self._timeouts.deadline(known.url) if known else timedelta(0))

    async def send(self, channel: str, message: Message) -> Receipt:
        """Wait for a slot, and make one attempt; returns its receipt. Never raises for what a server does."""
        async with self.send_slot(channel) as send:
            return await send(message)

    async def _send(self, channel: str, slot: tuple[Callable[[], None], Worker] | None, message: Message) -> Receipt:
        known = self._channels().get(channel)
        if known is None:
            return Receipt(ReceiptKind.TRY_LATER, "monitor.yaml no longer has this channel")
        if known.url.startswith(CONSOLE):
            return await self._console.show(message, self._timeouts.hand_over)
        if slot is None:
            return Receipt(ReceiptKind.TRY_LATER, CHANNEL_CHANGED)
        start_timer, worker = slot
        start_timer()
        deadline = self._timeouts.deadline(known.url)
        try:
            return await worker.run(in_worker.send_message, known.url, message, self._timeouts, deadline=deadline)
        except WorkerNotStarted as error:
            return Receipt(ReceiptKind.TRY_LATER, f"not sent: {error}")
        except WorkerLost as error:
            return Receipt(ReceiptKind.UNKNOWN, f"no clear answer: {error}")

    async def prepare(self) -> None:
        """Start one process, ready for the first alert."""
        await self._workers.run(in_worker.load_plugins, deadline=CHECK)

    def close(self) -> None:
        """Kill the processes that still send; their messages will be tried again."""
        self._workers.close()


def render_for(channel: Channel | None, delivery: Delivery, *, source: str, zone: ZoneInfo) -> Message:
    """The message of a delivery for this channel, by its template if it has one; see `render_message`."""
    kind = kind_of_channel(channel.url) if channel else ""
    if channel is None or channel.template is None:
        return render_message(delivery, kind=kind, source=source, zone=zone)
    message = in_worker.compose_from_template(channel.template, delivery, kind, source=source, zone=zone)
    return add_document(message, delivery, kind=kind, source=source)


def template_faults(channels: Iterable[Channel]) -> list[Fault]:
    """What is wrong with the templates of these channels, at their lines."""
    return [
        fault
        for channel in channels
        if channel.template is not None
        for fault in in_worker.template_faults_of(channel.template, kind_of_channel(channel.url))
    ]


def channel_fault(url: str) -> str | None:
    """What is wrong with a channel's URL; None if it can be used."""
    return None if url.startswith(CONSOLE) else in_worker.find_url_fault(url)


def channel_has_secret(url: str) -> bool:
    """Whether a part of a channel's URL is a password or a token."""
    return not url.startswith(CONSOLE) and in_worker.has_secret(url)


def channel_faults(channels: Iterable[Channel]) -> list[Fault]:
    """A fault for each channel that cannot be used, at its place, and for each template that fails. Loads Apprise into
    this process, for good."""
    known = list(channels)
    problems = ((channel.place, channel_fault(channel.url)) for channel in known if channel.is_complete)
    return [*(Fault(place, problem) for place, problem in problems if problem), *template_faults(known)]


async def channel_faults_in_worker(channels: Iterable[Channel]) -> list[Fault]:
    """As `channel_faults`, in a separate process: the senders may all be waiting for servers."""
    known = [channel for channel in channels if not channel.url.startswith(CONSOLE) or channel.template is not None]
    if not known:
        return []
    workers = Workers(1, setup=in_worker.sender_setup())
    try:
        return await workers.run(channel_faults, known, deadline=CHECK)
    except WorkerLost as error:
        return [Fault(channel.place, f"it could not be checked whether this can be used: {error}") for channel in known]
    finally:
        await asyncio.to_thread(workers.close)
