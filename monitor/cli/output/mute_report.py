"""What is muted, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.alerting.mutes import Mute
from monitor.wording.local_time import format_local_time


def mute_lines(mutes: Iterable[Mute], now: datetime, zone: str) -> Iterator[str]:
    """A line for each mute that is active, with the command that ends it. A mute that ends no later than one before it
    is left out: it was probably made together with that one, or it changes nothing."""
    shown: Mute | None = None
    for mute in mutes:
        if mute.is_active(now) and (shown is None or mute.until > shown.until):
            until, command = format_local_time(mute.until, zone), f"news-monitor stories unmute {mute.id}"
            yield f"muted     {mute.id} until {until}, by {mute.who}; to end that: {command}"
            shown = mute
