"""READ FIRST: what falls due with time alone. Today: the notices to the operator.

    twice a minute
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

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.alerting.notices import due_notices
from monitor.alerting.troubles import Look
from monitor.model import Config, Notice, NoticeKind
from monitor.store.section import SerialSection
from monitor.store.thread import StoreThread
from monitor.telemetry import Event, log


class Due:
    """Looks at what time brings. `config`: what is in force, swapped whole; `began`: since when this process delivers;
    `deliver` is called after a commit that left something to send."""

    def __init__(
        self,
        config: Config,
        *,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
        began: datetime,
    ) -> None:
        self.config = config
        self._zone = ZoneInfo(config.settings.timezone)  # taken up at the start, as all that delivery shows
        self._section = section
        self._thread = thread
        self._deliver = deliver
        self._began = began

    async def turn(self) -> None:
        """Tell the operator what there is to tell now. Raises StoreFailed."""
        told = await self._thread.run(self.tell, clock.now())
        for notice in told:
            _log(notice)
        if any(notice.channels for notice in told):
            self._deliver()

    def tell(self, now: datetime) -> list[Notice]:
        """The notices that have fallen due, committed."""
        config = self.config
        with self._section.entered(now) as section:
            noted = due_notices(Look(section.observe(now), config, self._zone, self._began, now))
            return section.tell(noted.notices, noted.noticed)


def _log(notice: Notice) -> None:
    """The log's account of a notice, which stands there even if there is nobody to send it to."""
    tell = log.info if notice.kind is NoticeKind.RECOVERY else log.warning
    to = ", ".join(notice.channels) or "nobody: monitor.yaml names no `operator` channels"
    tell(Event.NOTICE, subject=notice.subject, kind=notice.kind.value, title=notice.title, text=notice.text, to=to)
