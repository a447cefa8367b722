"""How the service is doing: the daemons, what needs a person, and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config.loading.summary import ConfigSummary
from monitor.errors import Fault
from monitor.model import DeadLetters, RuleStatus
from monitor.runtime.sandbox import missing_protections
from monitor.store.engine.daemons import DaemonReport, DaemonStatus, list_daemons
from monitor.store.engine.database import Database
from monitor.store.queries.ages import (
    HeldDeliveries,
    PendingDeliveries,
    SourceAges,
    find_held_by_channel,
    find_pending_by_channel,
    source_ages,
)
from monitor.store.queries.identity_marks import CorrectedClusters, IdentityMarkQueries
from monitor.store.queries.reports import PendingReport, ReportQueries, ShadowReport
from monitor.store.queries.sources import SourceReport, load_source_reports
from monitor.store.queries.stories import StoryQueries
from monitor.store.queues.outbox import find_dead_letters

__all__ = ["DaemonReport", "DatabaseFacts", "ServiceStatus", "add_channel_faults", "find_faults", "load_status"]

CORRECTED_WITHIN = timedelta(days=30)
_OFTEN = 3  # merges and splits: fewer say nothing about a rule
_RECENT = timedelta(days=1)  # a daemon that died before that is history, if another one runs


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """The kind of a database, its name without a password, and its size in bytes."""

    kind: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What the files and the database say at the moment `now`.

    `sources`, `rules`: how many are in the files; `rules_off`: how many of the rules are off. `daemons`: all that have
    a row, the last started first. `counts`: of articles, matches, stories, alerts, merges and splits. `muted`: how many
    stories and events people have muted. `deliveries`: how many are in each state. `shadow`: by rule. `failing`:
    the sources whose last poll failed, by id; `troubled`: those that answer, with what is wrong with each. `waiting`,
    `held`, `dead`: deliveries, by channel; the held ones wait for the hours of a route. `last_answers`: how the last
    attempt of what waits ended, by channel. `last_fetch`: of any source. `missing_protections`: what this machine lacks
    of the sandbox of worker processes. `corrected`: where people often merged and split in the last 30 days.
    """

    now: datetime
    faults: tuple[Fault, ...]
    sources: int
    rules: int
    rules_off: int
    daemons: tuple[DaemonReport, ...]
    counts: Mapping[str, int]
    muted: int
    deferred: PendingReport
    deliveries: Mapping[str, int]
    shadow: Mapping[str, ShadowReport]
    failing: Mapping[str, SourceReport]
    troubled: Mapping[str, list[str]]
    ages: SourceAges
    waiting: Mapping[str, PendingDeliveries]
    last_answers: Mapping[str, str]
    held: Mapping[str, HeldDeliveries]
    dead: tuple[DeadLetters, ...]
    last_fetch: datetime | None
    database: DatabaseFacts
    missing_protections: tuple[str, ...]
    corrected: tuple[CorrectedClusters, ...]

    @property
    def alive_daemons(self) -> tuple[DaemonReport, ...]:
        """The daemons that run."""
        return tuple(daemon for daemon in self.daemons if daemon.status_at(self.now) is DaemonStatus.ALIVE)

    @property
    def faults_of_daemons(self) -> Mapping[str, Sequence[str]]:
        """By the name of each daemon that runs, the faults that it knows and that are not among `faults`: another
        environment gives it other secrets, and it alone checks the channels."""
        own = [str(fault) for fault in self.faults]
        return {
            daemon.name: [line for line in daemon.running.faults if not any(_is_same_fault(line, one) for one in own)]
            for daemon in self.alive_daemons
        }

    @property
    def silent_rules(self) -> tuple[str, ...]:
        """The ids of the rules that a daemon does not run because of faults."""
        return tuple(dict.fromkeys(id_ for daemon in self.alive_daemons for id_ in daemon.running.silent_rules))

    @property
    def gone_daemons(self) -> tuple[DaemonReport, ...]:
        """The daemons that ended without saying so, and that no later start on their machine has replaced. If another
        one runs, only those of the last day."""
        is_running = bool(self.alive_daemons)
        return tuple(
            daemon
            for daemon in self.daemons
            if daemon.status_at(self.now) is DaemonStatus.GONE
            and not any(later.host == daemon.host and later.started_at > daemon.seen_at for later in self.daemons)
            and not (is_running and self.now - daemon.seen_at >= _RECENT)
        )

    @property
    def has_only_failing_sources(self) -> bool:
        """Whether several sources fail, and none that was ever polled well does not: the network may be down. Refusals
        of ours say nothing about it."""
        is_one_well = any(at is not None and id_ not in self.failing for id_, at in self.ages.good.items())
        is_one_refused = any(report.refused for report in self.failing.values())
        return len(self.failing) > 1 and not is_one_well and not is_one_refused


def find_faults(config: ConfigSummary) -> tuple[Fault, ...]:
    """The faults of all files, with those of channels that cannot be used. That costs most of a second of CPU unless
    all channels are consoles."""
    from monitor.notify import channel_faults  # noqa: PLC0415 - slow, and not needed where a daemon runs

    return (*config.faults, *channel_faults(config.settings.list_addresses()))


def add_channel_faults(status: ServiceStatus, config: ConfigSummary) -> ServiceStatus:
    """The status with the faults of channels. A daemon that runs has checked them, and says what it found; where none
    runs, they are checked here."""
    return status if status.alive_daemons else replace(status, faults=find_faults(config))


def load_status(config: ConfigSummary, database: Database, now: datetime) -> ServiceStatus:
    """The current status. Faults of channels are only those that running daemons found. Raises StoreFailed."""
    sources, rules = config.sources, config.rules
    queries = ReportQueries(database)
    reports = {id_: each for id_, each in load_source_reports(database, config.settings).items() if id_ in sources}
    waiting = find_pending_by_channel(database, now)
    return ServiceStatus(
        now=now,
        faults=config.faults,
        sources=len(sources),
        rules=len(rules),
        rules_off=sum(rule.status is RuleStatus.OFF for rule in rules.values()),
        daemons=tuple(list_daemons(database)),
        counts=queries.counts(),
        muted=StoryQueries(database).count_muted(now),
        deferred=queries.pending_alerts(),
        deliveries=queries.delivery_counts(),
        shadow=queries.shadow(id_ for id_, rule in rules.items() if rule.status is RuleStatus.SHADOW),
        failing={id_: report for id_, report in reports.items() if report.failures},
        troubled={
            id_: kinds
            for id_, report in reports.items()
            if not report.failures and (kinds := _list_trouble_kinds(report, now))
        },
        ages=source_ages(database, sources),
        waiting=waiting,
        last_answers=queries.last_answers(waiting) if waiting else {},
        held=find_held_by_channel(database, now),
        dead=tuple(find_dead_letters(database)),
        last_fetch=queries.last_fetch_at(),
        database=DatabaseFacts(database.kind, database.name, database.size()),
        missing_protections=missing_protections(),
        corrected=tuple(IdentityMarkQueries(database).count_corrected(now - CORRECTED_WITHIN, _OFTEN)),
    )


def _is_same_fault(one: str, other: str) -> bool:
    """Whether two lines are about the same, where a file may be named by its full path in one of them."""
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _list_trouble_kinds(report: SourceReport, now: datetime) -> list[str]:
    return [trouble.kind.label for trouble in report.troubles if trouble.is_current(now)]
