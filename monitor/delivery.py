"""READ FIRST: a due delivery, from the outbox to its receipt.

    for each channel that has something due, side by side, each channel one message at a time (of each daemon):
        notifier.send_slot   wait for room to send, and for a process to do it
        | outbox.claim       -> sending, under a lease; committed before the message goes out; where people read it,
                             together with what is due there of other rules about the same article
        | notifier.render    the message as people read it, in the form that the channel shows
        | send               one attempt, in a process that can be killed
        | after_message      accepted, try again (when), or dead
        outbox.settle        the receipt, committed; tried again while the database cannot be used
    what a process left in `sending` goes back to retry: at start, and when its lease ends

A crash between the server's acceptance and the commit of the receipt sends a message twice; nothing loses one. This
module decides nothing about articles. A channel that is slow or hangs does not hold up others: an attempt that takes
long gives up its slot to the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.alerting.retry import RetryVerdict, after_message, unknowns_in_a_row
from monitor.errors import StoreFailed, StoreReplaced
from monitor.model import Alert, Delivery, Notice, Receipt, ReceiptKind, Settings
from monitor.notify import CHANNEL_CHANGED, Notifier, Send
from monitor.store.engine.store_thread import StoreThread, is_database_unusable
from monitor.store.queues.outbox import DueDeliveries, Outbox
from monitor.telemetry import LogEvent, log
from monitor.telemetry.attempt_log import log_attempt
from monitor.telemetry.metrics import Metrics

LEASE_MARGIN = timedelta(seconds=30)  # beyond the longest attempt: for the commits before and after it
MAX_RATE_WAIT = timedelta(minutes=1)
MAX_SETTLING_TIME = timedelta(hours=1)  # a database that is locked or away for longer will not recover by itself
MAX_SETTLING_TIME_REFUSED = timedelta(seconds=30)  # one that works and refuses a receipt will hardly accept it later


class Dispatcher:
    """Sends what is due. `name_of` gives the name by which people know a source, and `publisher_of` that of a publisher
    (None: the same)."""

    def __init__(
        self,
        settings: Settings,
        *,
        outbox: Outbox,
        notifier: Notifier,
        thread: StoreThread,
        name_of: Callable[[str], str],
        publisher_of: Callable[[str], str] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.timezone)
        self._outbox = outbox
        self._notifier = notifier
        self._thread = thread
        self._name_of, self._publisher_of = name_of, publisher_of or name_of
        self._metrics = metrics or Metrics()
        self._busy: dict[str, asyncio.Task[bool]] = {}
        self._unknowns: dict[str, int] = {}  # by channel: attempts in a row without a clear answer
        self._waking: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        """Look at once for due deliveries, without waiting for the next run."""
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._run_when_woken(), name="deliver")

    async def _run_when_woken(self) -> None:
        try:
            await self.run_once()
        except StoreFailed as error:  # the next run looks again
            log.error(LogEvent.DATABASE_PROBLEM, problem=str(error))

    async def run_once(self) -> DueDeliveries:
        """Start to send on every idle channel that has something due. Take back what processes that have died left in
        `sending`. Returns what was due."""
        now, rates = clock.now(), self._notifier.rates()
        due = await self._thread.run(self._outbox.find_due, now, rates)
        if due.has_expired:
            log.warning(LogEvent.LEASES_RELEASED, deliveries=await self._thread.run(self._outbox.release_expired, now))
            due = await self._thread.run(self._outbox.find_due, now, rates)
        for channel in due.channels:
            if channel not in self._busy:
                self._busy[channel] = asyncio.create_task(self._drain_channel(channel), name=f"deliver on {channel}")
        return due

    async def send_all_due(self) -> None:
        """Wait until every channel has sent what is due now, as fast as its rate allows, or the database fails. What a
        rate allows only after MAX_RATE_WAIT stays for the next run."""
        is_healthy = True
        while is_healthy:
            due = await self.run_once()
            if self._busy:
                is_healthy = all(await asyncio.gather(*self._busy.values()))
            elif due.next_by_rate is None or due.next_by_rate > clock.now() + MAX_RATE_WAIT:
                return
            else:
                await asyncio.sleep((due.next_by_rate - clock.now()).total_seconds())

    async def stop(self, within: timedelta) -> None:
        """Wait for the messages that are being sent, at most `within`. What has not ended by then is tried again after
        the next start."""
        self._stopping = True
        if self._waking is not None:
            await asyncio.wait([self._waking], timeout=within.total_seconds())
        sending = list(self._busy.values())
        if sending:
            await asyncio.wait(sending, timeout=within.total_seconds())
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _drain_channel(self, channel: str) -> bool:
        """Send all that is due on a channel, one after the other; False if the database failed."""
        try:
            while not self._stopping and await self._send_next(channel):
                pass
        except StoreFailed as error:
            log.error(LogEvent.DATABASE_PROBLEM, channel=channel, problem=str(error))
            return False
        finally:
            del self._busy[channel]
        return True

    async def _send_next(self, channel: str) -> bool:
        """Send the next message of a channel; False if none is due. It is claimed only once there is a process to send
        it: if the lease ended while it waited for one, the message would be sent twice."""
        async with self._notifier.send_slot(channel) as send:
            lease = self._notifier.max_send_time(channel) + LEASE_MARGIN
            rate = self._notifier.rates().get(channel)
            combine = self._notifier.combines_alerts(channel)
            delivery = await self._thread.run(self._outbox.claim, channel, clock.now(), lease, rate, combine=combine)
            if delivery is None:
                return False
            receipt = await self._attempt_delivery(delivery, send)
        await self._conclude_attempt(delivery, receipt)
        return True

    async def _attempt_delivery(self, delivery: Delivery, send: Send) -> Receipt:
        kind = ReceiptKind.TRY_LATER  # what was not handed over cannot have arrived
        if delivery.combined and not self._notifier.combines_alerts(delivery.channel):  # it would show the first only
            return Receipt(kind, CHANNEL_CHANGED)
        try:
            named = delivery.name_publishers(self._publisher_of)
            message = self._notifier.render(named, source=self._source_name(delivery.alert), zone=self._zone)
            kind = ReceiptKind.UNKNOWN
            return await send(message)
        except Exception as error:  # noqa: BLE001 - the boundary of one delivery: no message may stop the others
            log.exception(LogEvent.DELIVERY_CRASHED, channel=delivery.channel, alert=delivery.alert.id)
            return Receipt(kind, f"internal error: {type(error).__name__}")

    async def _conclude_attempt(self, delivery: Delivery, receipt: Receipt) -> None:
        now, unknowns = clock.now(), self._count_unknowns(delivery, receipt)
        limit, sent = self._settings.limits.attempts, (delivery, *delivery.combined)
        verdicts = after_message(receipt, sent, limit=limit, now=now, unknowns=unknowns)
        settled = await self._settle_receipt(delivery, receipt, verdicts)
        for each, verdict in zip(sent, verdicts, strict=True):
            log_attempt(each, receipt, verdict.state, settled=settled)
            if settled:
                self._metrics.record_attempt(each, verdict.state, now, receipt.kind)

    def _source_name(self, message: Alert | Notice) -> str:
        return "News Monitor" if isinstance(message, Notice) else self._name_of(message.article.source)

    def _count_unknowns(self, delivery: Delivery, receipt: Receipt) -> int:
        """Attempts in a row without a clear answer: on this channel, as we saw it, or of this delivery, as stored,
        whichever is more. The history of an old message says nothing about its channel now."""
        of_channel = unknowns_in_a_row(receipt, self._unknowns.get(delivery.channel, 0))
        self._unknowns[delivery.channel] = of_channel
        streak = max(each.unknown_streak for each in (delivery, *delivery.combined))
        return max(of_channel, unknowns_in_a_row(receipt, streak))

    async def _settle_receipt(self, delivery: Delivery, receipt: Receipt, verdicts: Sequence[RetryVerdict]) -> bool:
        """Record the receipt. If the database fails for a while, we must not forget what a server has accepted. So the
        receipt counts even after the lease has ended, unless somebody has begun to send the message again. We do not,
        while we wait here."""
        began, (own, *others) = clock.now(), verdicts
        while True:
            try:
                return await self._thread.run(self._outbox.settle, delivery, receipt, own, clock.now(), *others)
            except StoreReplaced:  # no later try can succeed
                raise
            except StoreFailed as error:
                if clock.now() >= began + (
                    MAX_SETTLING_TIME if is_database_unusable(error) else MAX_SETTLING_TIME_REFUSED
                ):
                    raise
                log.warning(LogEvent.DATABASE_PROBLEM, channel=delivery.channel, problem=str(error))
                await asyncio.sleep(1)
