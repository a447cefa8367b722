"""READ FIRST: a due delivery, from the outbox to its receipt.

    for each channel that has something due, side by side, each channel one message at a time (of each daemon):
        outbox.claim         -> sending, under a lease; committed before the message goes out
        | notify.render      the message as people read it
        | notify.send        one attempt, in a process that can be killed
        | after_attempt      accepted, try again (when), or dead
        outbox.settle        the receipt, committed
    what a process left in `sending` goes back to retry: at start, and when its lease ends

A crash between the server's acceptance and the settling sends a message twice; nothing loses one. It decides nothing
about articles. A channel that hangs holds up no other, as long as fewer hang than there are processes to send with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.alerting.attempts import Verdict, after_attempt
from monitor.errors import StoreFailed
from monitor.model import Alert, Delivery, DeliveryState, Notice, Receipt, ReceiptKind, Settings
from monitor.notify import Notifier, render
from monitor.store.outbox import Outbox
from monitor.store.thread import StoreThread
from monitor.telemetry import Event, log
from monitor.telemetry.metrics import Metrics

MARGIN = timedelta(seconds=90)  # what a lease has beyond the sending's own deadline: a process to start, a commit


class Dispatcher:
    """Sends what is due. `name_of` gives what people call a source."""

    def __init__(
        self,
        settings: Settings,
        *,
        outbox: Outbox,
        notifier: Notifier,
        thread: StoreThread,
        name_of: Callable[[str], str],
        metrics: Metrics | None = None,
    ) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.timezone)
        self._lease = settings.limits.send + MARGIN
        self._outbox = outbox
        self._notifier = notifier
        self._thread = thread
        self._name_of = name_of
        self._metrics = metrics or Metrics()
        self._room = asyncio.Semaphore(notifier.at_once)
        self._busy: dict[str, asyncio.Task[bool]] = {}
        self._waking: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        """Something may be due: look at once, without waiting for the next turn."""
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._woken(), name="deliver")

    async def _woken(self) -> None:
        try:
            await self.turn()
        except StoreFailed as error:  # the next turn looks again
            log.error(Event.STORE_PROBLEM, problem=str(error))

    async def turn(self) -> None:
        """Start sending on every idle channel that has something due; take back what dead senders left."""
        now = clock.now()
        if await self._thread.run(self._outbox.any_expired, now):
            log.warning(Event.LEASES_RELEASED, deliveries=await self._thread.run(self._outbox.release_expired, now))
        for channel in await self._thread.run(self._outbox.due_channels, now):
            if channel not in self._busy:
                self._busy[channel] = asyncio.create_task(self._drain(channel), name=f"deliver on {channel}")

    async def finish(self) -> None:
        """Wait until every channel has sent what is due now, or the database fails."""
        well = True
        while well:
            await self.turn()
            if not self._busy:
                return
            well = all(await asyncio.gather(*self._busy.values()))

    async def stop(self, within: timedelta) -> None:
        """Let the messages that are being sent end; what does not end in time is tried again after the next start."""
        self._stopping = True
        if self._waking is not None:
            await asyncio.wait([self._waking], timeout=within.total_seconds())
        sending = list(self._busy.values())
        if sending:
            await asyncio.wait(sending, timeout=within.total_seconds())
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _drain(self, channel: str) -> bool:
        """Send all that is due on a channel, one after the other; False if the database failed."""
        try:
            while not self._stopping and await self._send_next(channel):
                pass
        except StoreFailed as error:
            log.error(Event.STORE_PROBLEM, channel=channel, problem=str(error))
            return False
        finally:
            del self._busy[channel]
        return True

    async def _send_next(self, channel: str) -> bool:
        """Send the next message of a channel; False if none is due. Claimed only when there is room to send it: a
        lease that ended while it waited for a process would have it sent twice."""
        async with self._room:
            delivery = await self._thread.run(self._outbox.claim, channel, clock.now(), self._lease)
            if delivery is not None:
                await self._deliver(delivery)
        return delivery is not None

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            message = render(delivery, source=self._source_of(delivery.alert), zone=self._zone)
            receipt = await self._notifier.send(delivery.channel, message)
        except Exception as error:  # noqa: BLE001 - the boundary of one delivery: no message may stop the others
            log.exception(Event.DELIVERY_CRASHED, channel=delivery.channel, alert=delivery.alert.id)
            receipt = Receipt(ReceiptKind.UNKNOWN, f"internal error: {type(error).__name__}")
        now, limit = clock.now(), self._settings.limits.attempts
        verdict = after_attempt(receipt, delivery, limit=limit, now=now)
        settled = await self._settle(delivery, receipt, verdict, until=now + MARGIN / 2)
        _tell(delivery, receipt, verdict.state, settled=settled)
        if settled:
            self._metrics.attempted(delivery, verdict.state, now)

    def _source_of(self, told: Alert | Notice) -> str:
        return "News Monitor" if isinstance(told, Notice) else self._name_of(told.article.source)

    async def _settle(self, delivery: Delivery, receipt: Receipt, verdict: Verdict, until: datetime) -> bool:
        """Record the receipt; a database that fails for a while must not make us forget what a server has accepted."""
        while True:
            try:
                return await self._thread.run(self._outbox.settle, delivery, receipt, verdict, clock.now())
            except StoreFailed as error:
                if clock.now() >= until:
                    raise
                log.warning(Event.STORE_PROBLEM, channel=delivery.channel, problem=str(error))
                await asyncio.sleep(1)


def _tell(delivery: Delivery, receipt: Receipt, state: DeliveryState, *, settled: bool) -> None:
    """The log's account of an attempt."""
    told = delivery.alert
    facts: Mapping[str, object] = {
        "channel": delivery.channel,
        "alert": told.id,
        **({"notice": told.subject} if isinstance(told, Notice) else {"rule": told.rule}),
        "attempt": delivery.attempt,
        "receipt": receipt.kind.value,
        "detail": receipt.detail,
    }
    if not settled:
        log.warning(Event.DELIVERY_LATE, **facts)
    elif state is DeliveryState.ACCEPTED:
        log.info(Event.ACCEPTED, **facts)
    elif state is DeliveryState.DEAD:
        log.error(Event.DEAD, **facts, todo="mend the channel: `news-monitor status` says what is then sent")
    else:
        log.warning(Event.RETRY, **facts)
