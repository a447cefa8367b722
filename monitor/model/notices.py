"""Notices, and what the service has seen of itself that may be worth one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.active_rules import RunningVersion
from monitor.model.rules import Level
from monitor.model.source_stats import SourceTrouble


class NoticeKind(StrEnum):
    """What a notice says of its subject."""

    PROBLEM = "problem"
    REMINDER = "reminder"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the service tells its operator, with its reason: an alert without rule, story and article.

    `subject` is "source ID" (it fails), "gap ID", "silent ID" and the like (troubles of a source that answers),
    "channel NAME", "dead NAME" (messages given up on that channel) or "config"; where it is of several at once, their
    sort alone. `channels`: where it goes; of one that is stored they have become deliveries. `blocked`: none of them
    takes messages now, so that only the log and /healthz tell it in time.
    """

    id: str
    dedup_key: str
    subject: str
    kind: NoticeKind
    level: Level
    at: datetime
    title: str
    text: str
    reason: str
    channels: tuple[str, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class NoticeState:
    """A subject that the operator was told of (last at `told_at`) and that is not over, or not told to be over yet:
    then `over_at` is when that was seen."""

    subject: str
    since: datetime
    told_at: datetime
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source that gives nothing, since its first failed poll."""

    id: str
    since: datetime
    next_at: datetime
    problem: str | None


@dataclass(frozen=True, slots=True)
class StalledChannel:
    """A channel that messages wait for, the oldest since then; `detail` is what it last answered to the oldest one that
    it was asked to take."""

    name: str
    since: datetime
    messages: int
    detail: str | None


@dataclass(frozen=True, slots=True)
class DeadAlerts:
    """Alerts that a channel has not taken and that are no longer tried; the last was given up at `last_at`."""

    channel: str
    messages: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OpsObservation:
    """What stands in the database now. `well`: when subjects of `noticed` last did what they are there for; `running`:
    of each daemon that is alive; `troubles`: of sources, those that last and those of within a day."""

    failing_sources: tuple[FailingSource, ...] = ()
    stalled_channels: tuple[StalledChannel, ...] = ()
    dead_alerts: tuple[DeadAlerts, ...] = ()
    running: tuple[RunningVersion, ...] = ()
    source_troubles: tuple[SourceTrouble, ...] = ()
    last_well_at: Mapping[str, datetime] = field(default_factory=dict)
    notice_states: tuple[NoticeState, ...] = ()
