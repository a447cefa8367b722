"""What is muted, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.alerting.mutes import Mute
from monitor.wording.local_time import format_local_time


def mute_lines(mutes: Iterable[Mute], now: datetime, zone: str) -> Iterator[str]:
    """A line for each mute that is active, with the command that ends it."""
    for mute in mutes:
        if mute.is_active(now):
            yield f"muted     {mute.id} {describe_mute_end(mute, zone)}"


def describe_mute_end(mute: Mute, zone: str) -> str:
    """When it ends, who made it, and the command that ends it now."""
    until, command = format_local_time(mute.until, zone), f"news-monitor stories unmute {mute.id}"
    return f"until {until}, by {mute.who}; to end that: {command}"


def list_mute_ends(story: str, mutes: Iterable[Mute], now: datetime, zone: str) -> list[str]:
    """When the active mutes of a story and its events end; those of events with their ids."""
    active = [mute for mute in mutes if mute.is_active(now)]
    names = (("" if mute.id == story else f"{mute.id} ") for mute in active)
    return [f"{name}{format_local_time(mute.until, zone)}" for name, mute in zip(names, active, strict=True)]
