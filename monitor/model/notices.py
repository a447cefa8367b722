"""Notices, and what the service observes about itself that may be worth one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.channel_address import ChannelAddress
from monitor.model.rules import Level
from monitor.model.running_version import RunningVersion
from monitor.model.source_stats import SourceTrouble


class NoticeKind(StrEnum):
    """What a notice says about its subject."""

    PROBLEM = "problem"
    REMINDER = "reminder"
    RECOVERY = "recovery"
    REPORT = "report"  # nothing is wrong with the service


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the operator, with its reason: an alert without rule, story and article.

    `subject` is "source ID" (it fails), "gap ID", "silent ID" and the like (troubles of a source that answers),
    "channel NAME", "removed NAME" (messages wait for a channel that the config does not have), "dead NAME" (messages
    that were given up on that channel), "config" or "misses". If a notice is about several at once, `subject` is only
    the first word. `channels`: where it is sent; a notice that is read back has none, they have become deliveries.
    `blocked`: none of the channels takes messages now, so that only the log and /healthz report it in time.
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
    """A subject that had a notice (the last one at `told_at`) and is not over, or has no notice yet that it is over:
    then `over_at` is when that was seen."""

    subject: str
    since: datetime
    told_at: datetime
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source whose polls fail, since the first failed one."""

    id: str
    since: datetime
    next_at: datetime
    problem: str | None


@dataclass(frozen=True, slots=True)
class StalledChannel:
    """A channel that messages wait for. `since`: when the oldest of them was issued. `detail`: the last answer of the
    channel to the oldest one that it was asked to take. `tried_at`: when the last of their attempts that have ended
    began; None: none has ended. `urgent_since`: when the oldest critical or high alert among them was issued."""

    name: str
    since: datetime
    messages: int
    detail: str | None
    tried_at: datetime | None = None
    urgent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadAlerts:
    """Alerts that a channel did not accept and that are no longer tried. `last_at`: when the last one was given up."""

    channel: str
    messages: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OpsObservation:
    """The state of the service, as the database has it now. `last_well_at`: when the subjects of `notice_states` last
    worked as they should. `running`: one for each daemon that is alive. `source_troubles`: those that last, and those
    within the last day. `channel_addresses`: of the channels that the config has, and of those that it had."""

    failing_sources: tuple[FailingSource, ...] = ()
    stalled_channels: tuple[StalledChannel, ...] = ()
    dead_alerts: tuple[DeadAlerts, ...] = ()
    running: tuple[RunningVersion, ...] = ()
    source_troubles: tuple[SourceTrouble, ...] = ()
    last_well_at: Mapping[str, datetime] = field(default_factory=dict)
    notice_states: tuple[NoticeState, ...] = ()
    channel_addresses: Mapping[str, ChannelAddress] = field(default_factory=dict)
