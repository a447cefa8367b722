"""Hands what waits for failed channels over to their fallbacks, at every beat."""

from __future__ import annotations

from collections.abc import Callable

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.channel_states import hand_over
from monitor.telemetry import LogEvent, log


class ChannelCare:
    """One object for the daemon. It calls `deliver` if there is something to send."""

    def __init__(
        self, active: ActiveConfigHolder, database: Database, thread: StoreThread, deliver: Callable[[], None]
    ) -> None:
        self._active = active
        self._database = database
        self._thread = thread
        self._deliver = deliver

    async def run_once(self) -> None:
        """Look after all channels. Raises StoreFailed."""
        handed_over = await self._thread.run(hand_over, self._database, self._active.current.channels, clock.now())
        for failed, count in handed_over.items():
            log.warning(
                LogEvent.HANDED_OVER,
                channel=failed.name,
                fallback=failed.fallback,
                deliveries=count,
                failing_since=failed.failing_since.isoformat(timespec="seconds"),
            )
        if handed_over:
            self._deliver()
