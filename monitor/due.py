"""READ FIRST: what falls due with time alone: what waited to be told, and the notices to the operator.

    twice a minute
    | in the serial section:
          decide_due           what has waited until now: holds, updates, digests, what was missed
          commit               alerts and deliveries; what they tell waits no more: one transaction, or, where
                               that fails, one for each message, so that none takes the others with it
    | in the serial section:
          observe              which sources fail, for which channels messages wait, what was given up, what runs;
                               and what the operator was told
          alerting.notices     what is worth telling him now, and for what reason
          tell                 notices, deliveries, what he knows now: one transaction
    -> `delivery` is woken if there is something to send

Several daemons on one database look one after the other, and the second finds told what the first has told. It decides
nothing, and it sends nothing. What is told does not depend on where it can be sent: the log always has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.alerting.release import ReleasedAlert
from monitor.model import Notice, NoticeKind
from monitor.notices.notices import due_notices
from monitor.notices.troubles import OpsSnapshot
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import StoreThread, is_database_unusable
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics


class DueProcessor:
    """Releases what is due. `began`: since when this process delivers; `deliver` is called after a commit that left
    something to send."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        *,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
        began: datetime,
        metrics: Metrics | None = None,
    ) -> None:
        self._active = active
        self._section = section
        self._thread = thread
        self._deliver = deliver
        self._began = began
        self._metrics = metrics or Metrics()

    async def run_once(self) -> None:
        """Tell what there is to tell now: what waited, and notices, each whatever becomes of the other. Raises
        StoreFailed."""
        for ended in await asyncio.gather(self._tell_what_waited(), self._tell_notices(), return_exceptions=True):
            if ended is not None:
                raise ended

    async def _tell_what_waited(self) -> None:
        now = clock.now()
        error = await self._told(now)
        if error is None:
            return
        if not is_database_unusable(error):
            messages = await self._thread.run(self.due_message_groups, now)
            for waits in messages if len(messages) > 1 else []:
                error = await self._told(now, waits) or error
        raise error

    async def _told(self, now: datetime, waits: Collection[str] | None = None) -> BaseException | None:
        """Tell all that is due, or one message; why not, if it could not be."""
        (ended,) = await asyncio.gather(self._thread.run(self.release_due, now, waits), return_exceptions=True)
        if isinstance(ended, BaseException):
            return ended
        told = [telling.alert for telling in ended]
        for alert in told:
            self._metrics.record_alert(alert)
            log.info(
                LogEvent.ALERTED,
                rule=alert.rule,
                kind=alert.kind.value,
                title=alert.article.title,
                decision=alert.reason,
            )
        if told:
            self._deliver()
        return None

    async def _tell_notices(self) -> None:
        notices = await self._thread.run(self.issue_notices, clock.now())
        for notice in notices:
            _log_notice(notice)
        if any(notice.channels for notice in notices):
            self._deliver()

    def due_message_groups(self, now: datetime) -> list[frozenset[str]]:
        """What has waited until now, by the message that tells it or the reason for which it waits on."""
        with self._section.enter(now) as section:
            fallen = section.decide_due(self._active.current.rules)
        told = [frozenset(each.id for each in telling.pending) for telling in fallen.released]
        return [*told, *(frozenset([moved.before.id]) for moved in fallen.changes)]

    def release_due(self, now: datetime, waits: Collection[str] | None = None) -> tuple[ReleasedAlert, ...]:
        """What is told of what has waited until now, or of these alone, committed."""
        active = self._active.current
        with self._section.enter(now) as section:
            fallen = section.decide_due(active.rules, waits)
            section.commit_due(fallen, active.channels_of)
            return fallen.released

    def issue_notices(self, now: datetime) -> list[Notice]:
        """The notices that have fallen due, committed."""
        active = self._active.current
        with self._section.enter(now) as section:
            noted = due_notices(OpsSnapshot(section.load_ops_facts(now), active.config, active.zone, self._began, now))
            return section.write_notices(noted.notices, noted.states)


def _log_notice(notice: Notice) -> None:
    """The log's account of a notice, which stands there even if there is nobody to send it to."""
    tell = log.error if notice.blocked else log.info if notice.kind is NoticeKind.RECOVERY else log.warning
    to = ", ".join(notice.channels) or "nobody: monitor.yaml names no `operator` channels"
    if notice.blocked:
        to += "; it waits there, as no `operator` channel takes messages now"
    tell(LogEvent.NOTICE, subject=notice.subject, kind=notice.kind.value, title=notice.title, text=notice.text, to=to)
