"""The channels of a config, and whether messages arrive there. No address is returned: it is a secret."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.model import DeadLetters, Settings, list_channels_of
from monitor.store.engine.database import Database
from monitor.store.queries.reports import ReportQueries, WaitingForChannel
from monitor.store.queues.dead_letters import find_dead_letters


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """A channel. `operator`: it gets the notices about the service itself; `waiting_since`: since when its oldest alert
    waits; `last_accepted`: when its server last accepted a message."""

    name: str
    kind: str
    routes: tuple[str, ...]
    operator: bool
    waiting_since: datetime | None
    last_accepted: datetime | None


def list_channels(settings: Settings, database: Database | None, now: datetime) -> list[ChannelReport]:
    """Every channel, in the order of the config. `database`: None before the first run."""
    reports = ReportQueries(database) if database else None
    waiting = reports.oldest_pending(now) if reports else {}
    accepted = reports.last_accepted() if reports else {}
    return [
        ChannelReport(
            name,
            channel.scheme if channel.scheme.isalnum() else "unknown",
            tuple(route for route, steps in settings.routes.items() if name in list_channels_of(steps)),
            name in settings.operator,
            waiting.get(name),
            accepted.get(name),
        )
        for name, channel in settings.channels.items()
    ]


def list_waiting(database: Database | None, channels: Collection[str], now: datetime) -> list[WaitingForChannel]:
    """What waits for these channels and is not tried before a later time. `database`: None before the first run."""
    found = ReportQueries(database).waiting_for(channels, now) if database else []
    return [waiting for waiting in found if waiting.next_at > now]


def list_dead_letters(database: Database | None, channels: Collection[str]) -> list[DeadLetters]:
    """What is dead on these channels. `database`: None before the first run."""
    return [letters for letters in find_dead_letters(database) if letters.channel in channels] if database else []
