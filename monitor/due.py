"""READ FIRST: what becomes due with time alone: deferred alerts, and notices to the operator.

    twice a minute
    | at the start, and after an edit, in the serial section:
          decide_earlier_updates   the deferred updates that are due sooner by the cooldown that their rule has now
    | in the serial section:
          decide_due           the pending alerts that are due: holds, updates, digests, what was missed
          commit_due           alerts and deliveries; what they send is no longer pending: one transaction, or, if that
                               fails, one for each message, so that one failure does not stop the others
    | in the serial section:
          load_ops_facts       which sources fail, for which channels messages wait, what was given up, what runs;
                               and which notices were issued
          due_notices          what is worth a notice now, and for what reason
          write_notices        notices, deliveries, what the operator knows now: one transaction
    -> `delivery` is woken if there is something to send

Several daemons on one database do this one after the other: the second finds already sent what the first has sent. This
module decides nothing, and it sends nothing. Whether an alert is issued does not depend on where it can be sent: the
log always has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.alerting.release import ReleasedAlert
from monitor.model import Notice, NoticeKind, Rule
from monitor.notices.notices import due_notices
from monitor.notices.troubles import OpsSnapshot
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import StoreThread, is_database_unusable
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics
from monitor.wording.reasons import reason_in_words


class DueProcessor:
    """Releases what is due. `began`: since when this process delivers. It calls `deliver` after a commit that left
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
        self._advanced_for: Mapping[str, Rule] | None = None  # the rules by which the deferred updates have their times

    async def run_once(self) -> None:
        """Release what is due now: pending alerts, and notices. If one job fails, the others still run. Raises
        StoreFailed."""
        jobs = (self._advance_updates(), self._release_pending(), self._release_notices())
        for error in await asyncio.gather(*jobs, return_exceptions=True):
            if error is not None:
                raise error

    async def _advance_updates(self) -> None:
        await self._thread.run(self.advance_updates, clock.now())

    async def _release_pending(self) -> None:
        now = clock.now()
        error = await self._try_release(now)
        if error is None:
            return
        if not is_database_unusable(error):
            groups = await self._thread.run(self.due_message_groups, now)
            for group in groups if len(groups) > 1 else []:
                error = await self._try_release(now, group) or error
        raise error

    async def _try_release(self, now: datetime, pending_ids: Collection[str] | None = None) -> BaseException | None:
        """Release all that is due, or only these pending alerts. Returns the error if that failed."""
        (result,) = await asyncio.gather(self._thread.run(self.release_due, now, pending_ids), return_exceptions=True)
        if isinstance(result, BaseException):
            return result
        alerts = [released.alert for released in result]
        for alert in alerts:
            self._metrics.record_alert(alert)
            log.info(
                LogEvent.ALERTED,
                rule=alert.rule,
                alert=alert.id,
                kind=alert.kind.value,
                title=alert.article.title,
                decision=reason_in_words(alert.why),
            )
        if alerts:
            self._deliver()
        return None

    async def _release_notices(self) -> None:
        notices = await self._thread.run(self.issue_notices, clock.now())
        for notice in notices:
            _log_notice(notice)
        if any(notice.channels for notice in notices):
            self._deliver()

    def due_message_groups(self, now: datetime) -> list[frozenset[str]]:
        """The ids of the pending alerts that are due by now, grouped: one group for each message, and one for each
        alert that is deferred again or suppressed."""
        with self._section.enter(now) as section:
            due = section.decide_due(self._active.current.config.rules)
        groups = [frozenset(pending.id for pending in released.pending) for released in due.released]
        return [*groups, *(frozenset([change.before.id]) for change in due.changes)]

    def release_due(self, now: datetime, pending_ids: Collection[str] | None = None) -> tuple[ReleasedAlert, ...]:
        """The alerts that are released now, of all pending alerts or of these alone; committed."""
        active = self._active.current
        with self._section.enter(now) as section:
            due = section.decide_due(active.config.rules, pending_ids)
            section.commit_due(due, active.plan_alert)
            return due.released

    def advance_updates(self, now: datetime) -> None:
        """After an edit, and at the start: the deferred updates whose rule has a shorter cooldown now get the sooner
        time; committed."""
        active = self._active.current
        rules = active.config.rules
        if rules is self._advanced_for:
            return
        with self._section.enter(now) as section:
            section.commit_due(section.decide_earlier_updates(rules, active.zone), active.plan_alert)
        self._advanced_for = rules

    def issue_notices(self, now: datetime) -> list[Notice]:
        """The notices that are due, committed."""
        active = self._active.current
        with self._section.enter(now) as section:
            due = due_notices(OpsSnapshot(section.load_ops_facts(now), active.config, active.zone, self._began, now))
            return section.write_notices(due.notices, due.states)


def _log_notice(notice: Notice) -> None:
    """Log a notice. The log has it even if there is nobody to send it to."""
    write = log.error if notice.blocked else log.info if notice.kind is NoticeKind.RECOVERY else log.warning
    to = ", ".join(notice.channels) or "nobody: monitor.yaml names no `operator` channels"
    if notice.blocked:
        to += "; it is queued there, as no `operator` channel takes messages now"
    write(LogEvent.NOTICE, subject=notice.subject, kind=notice.kind.value, title=notice.title, text=notice.text, to=to)
