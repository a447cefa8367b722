"""`news-monitor status`: how it is doing. What needs a person comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import config_option, existing_database, json_option, load_config, print_faults, print_json
from monitor.cli.options import format_local_time as local_time
from monitor.config.loading.load import LoadedConfig
from monitor.matching.live import select_running_rules
from monitor.model import DeadLetters, Rule, RuleStatus
from monitor.store.engine.daemons import DaemonReport, DaemonStatus, list_daemons
from monitor.store.engine.database import Database
from monitor.store.queries.ages import PendingDeliveries, SourceAges, find_pending_by_channel, source_ages
from monitor.store.queries.reports import PendingReport, ReportQueries, ShadowReport, SourceReport
from monitor.store.queues.dead_letters import find_dead_letters

_LATELY = timedelta(days=1)  # a daemon that died before that is history, if another one runs
_BY_PEOPLE = {"merges": "merged", "splits": "split"}  # stories and events
_SHOWN = 10  # of the sources that fail (with the network down, all do) or are troubled, and of the rules in shadow


@dataclass(frozen=True, slots=True)
class _StatusSnapshot:
    """What the files and the database say now."""

    now: datetime
    loaded: LoadedConfig
    daemons: list[DaemonReport]
    counts: Mapping[str, int]
    deferred: PendingReport
    deliveries: Mapping[str, int]
    shadow: Mapping[str, ShadowReport]
    failing: Mapping[str, SourceReport]
    troubled: Mapping[str, list[str]]  # those that answer, each with what is not as it should be
    ages: SourceAges
    waiting: Mapping[str, PendingDeliveries]
    dead: list[DeadLetters]
    last_fetch: datetime | None
    database: Database
    size: int

    def format_time(self, moment: datetime | None) -> str:
        """As people in the configured time zone read it."""
        return local_time(moment, self.loaded.config.settings.timezone)


@click.command()
@config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Whether it runs, what needs a person, and counts of sources, articles, matches, alerts and deliveries.

    \b
    Example:
      news-monitor status --json
    """
    seen = _take_snapshot(load_config(config))
    if as_json:
        print_faults(seen.loaded.faults)
        print_json(_snapshot_to_row(seen))
        return
    for line in _format_warnings(seen):
        click.echo(line)
    for name, line in _format_summary(seen):
        click.echo(f"{name:<12}{line}")


def _take_snapshot(loaded: LoadedConfig) -> _StatusSnapshot:

    sources = loaded.config.sources
    in_shadow = (rule.id for rule in loaded.config.rules.values() if rule.status is RuleStatus.SHADOW)
    database = existing_database(loaded.config.settings)
    reports, now = ReportQueries(database), clock.now()
    found = {id_: report for id_, report in reports.sources().items() if id_ in sources}
    return _StatusSnapshot(
        now=now,
        loaded=loaded,
        daemons=list_daemons(database),
        counts=reports.counts(),
        deferred=reports.pending_alerts(),
        deliveries=reports.delivery_counts(),
        shadow=reports.shadow(in_shadow),
        failing={id_: report for id_, report in found.items() if report.failures},
        troubled={
            id_: kinds
            for id_, report in found.items()
            if not report.failures and (kinds := _list_trouble_kinds(report, now))
        },
        ages=source_ages(database, sources),
        waiting=find_pending_by_channel(database),
        dead=find_dead_letters(database),
        last_fetch=reports.last_fetch_at(),
        database=database,
        size=database.size(),
    )


def _list_trouble_kinds(report: SourceReport, now: datetime) -> list[str]:
    return [each.kind.label for each in report.troubles if each.is_current(now)]


def _snapshot_to_row(seen: _StatusSnapshot) -> dict[str, object]:
    return {
        "sources": len(seen.loaded.config.sources),
        **seen.counts,
        "told_later": asdict(seen.deferred),
        "deliveries": seen.deliveries,
        "rules": len(seen.loaded.config.rules),
        "shadow": {id_: asdict(would) for id_, would in seen.shadow.items()},
        "faults": len(seen.loaded.faults),
        "failing": {id_: found.problem for id_, found in seen.failing.items()},
        "troubled": seen.troubled,
        "waiting": {channel: waits.since for channel, waits in seen.waiting.items()},
        "last_fetch": seen.last_fetch,
        "daemons": [
            {**asdict(daemon), "life": daemon.status_at(seen.now), "running": daemon.running.to_row()}
            for daemon in seen.daemons
        ],
        "unverified": [id_ for id_, at in seen.ages.good.items() if at is None],
        "oldest_poll": seen.ages.oldest,
        "outbox": {channel: asdict(waits) for channel, waits in seen.waiting.items()},
        "dead": [asdict(each) for each in seen.dead],
        "database": {"kind": seen.database.kind, "name": seen.database.name, "bytes": seen.size},
    }


def _format_warnings(seen: _StatusSnapshot) -> Iterator[str]:
    yield from _daemon_warnings(seen)
    for fault in seen.loaded.faults:
        yield f"fault: {fault}"
    for channel, waits in seen.waiting.items():
        yield f"waiting: {channel}: its oldest alert waits since {seen.format_time(waits.since)}"
    for each in seen.dead:
        yield f"dead: {each.explain(seen.format_time(each.since))}"
    yield from _source_warnings(seen)


def _source_warnings(seen: _StatusSnapshot) -> Iterator[str]:
    yield from _failing_source_warnings(seen)
    if seen.troubled:
        named = [f"{id_} ({', '.join(kinds)})" for id_, kinds in sorted(seen.troubled.items())]
        more = [f"and {len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
        which = ", ".join(named[:_SHOWN] + more)
        yield f"troubled: {_format_count(len(named), 'source', 'sources')}: {which}; see `news-monitor sources health`"


def _failing_source_warnings(seen: _StatusSnapshot) -> Iterator[str]:
    failing = sorted(seen.failing.values(), key=lambda found: found.failing_since or seen.now)
    well = any(at is not None and id_ not in seen.failing for id_, at in seen.ages.good.items())
    if len(failing) > 1 and not well:
        which = "sources" if len(failing) == len(seen.ages.good) else "sources that were polled"
        since = seen.format_time(failing[-1].failing_since)
        yield f"failing: all {len(failing)} {which} fail since {since}: is this machine's network up?"
        return
    for found in failing[:_SHOWN]:
        since = "" if found.failing_since is None else f"since {seen.format_time(found.failing_since)}, "
        then = f"{found.failures} in a row; next try {seen.format_time(found.next_at)}"
        yield f"failing: {found.id}: {found.problem} ({since}{then})"
    if len(failing) > _SHOWN:
        yield f"failing: and {len(failing) - _SHOWN} more: `news-monitor sources health` lists them"


def _daemon_warnings(seen: _StatusSnapshot) -> Iterator[str]:

    alive = [daemon for daemon in seen.daemons if daemon.status_at(seen.now) is DaemonStatus.ALIVE]
    gone = [
        daemon
        for daemon in seen.daemons
        if daemon.status_at(seen.now) is DaemonStatus.GONE and not _is_restarted(daemon, seen)
    ]
    if not alive:
        stopped = [daemon.stopped_at for daemon in seen.daemons if daemon.stopped_at is not None]
        last = f"; the last one was stopped {seen.format_time(max(stopped))}" if stopped and not gone else ""
        yield f"no daemon is running{last}"
    for daemon in gone:
        if not alive or seen.now - daemon.seen_at < _LATELY:
            last = f"was last seen {seen.format_time(daemon.seen_at)} and has said no goodbye"
            yield f"gone: {daemon.name} {last}: it was killed, or its machine or database hangs"
    for daemon in alive:
        if daemon.is_stalled:
            yield f"stuck: {daemon.name} lives and does not work; see its log and /healthz"
        if daemon.running.edited_at or daemon.running.restart_settings:
            yield f"files: {daemon.name}: {_describe_running(daemon, seen)}"


def _is_restarted(gone: DaemonReport, seen: _StatusSnapshot) -> bool:
    """Whether a later start on its machine has healed it."""
    return any(daemon.host == gone.host and daemon.started_at > gone.seen_at for daemon in seen.daemons)


def _format_summary(seen: _StatusSnapshot) -> Iterator[tuple[str, str]]:

    for daemon in seen.daemons:
        if daemon.status_at(seen.now) is DaemonStatus.ALIVE:
            ago = f"{round((seen.now - daemon.started_at).total_seconds())} s ago"
            tick = (
                f"last tick {seen.format_time(daemon.ticked_at)}" if daemon.ticked_at else f"started {ago}, no tick yet"
            )
            yield (
                "daemon",
                f"{daemon.name}, version {daemon.version}, since {seen.format_time(daemon.started_at)}, {tick}",
            )
            yield "", _describe_running(daemon, seen)
    sources = len(seen.loaded.config.sources)
    states = f"{len(seen.failing)} fail, {len(seen.troubled)} are troubled"
    yield "sources", f"{sources}; {states}, {seen.ages.unverified} were never polled well"
    yield "oldest poll", seen.format_time(seen.ages.oldest)
    yield "last fetch", seen.format_time(seen.last_fetch)
    yield "rules", _format_rule_count(seen.loaded.config.rules)
    yield from _format_shadow_rules(seen)
    by_people = [f"{seen.counts[name]} {what}" for name, what in _BY_PEOPLE.items() if seen.counts[name]]
    for name in ("articles", "matches", "stories", "alerts"):
        more = f"; by people: {', '.join(by_people)}" if name == "stories" and by_people else ""
        yield name, f"{seen.counts[name]}{more}"
    later = seen.deferred
    yield "deferred", f"{later.count}, the first at {seen.format_time(later.next)}" if later.count else "nothing"
    yield "deliveries", ", ".join(f"{n} {state}" for state, n in seen.deliveries.items() if n) or "none"
    yield "database", f"{seen.database.kind}, {seen.database.name}, {seen.size / 2**20:.1f} MiB"


def _format_rule_count(rules: Mapping[str, Rule]) -> str:
    """How many there are, as `check` counts them, and how many of them run, as the daemon does."""
    off = len(rules) - len(select_running_rules(rules.values()))
    return f"{len(rules)}, of which {off} {'is' if off == 1 else 'are'} off" if off else str(len(rules))


def _format_shadow_rules(seen: _StatusSnapshot) -> Iterator[tuple[str, str]]:
    """What the rules in shadow would have sent until now: a person decides by it whether they go live."""
    loudest = sorted(seen.shadow.items(), key=lambda each: -each[1].alerts)
    for id_, would in loudest[:_SHOWN]:
        alerts, stories = (
            _format_count(would.alerts, "alert", "alerts"),
            _format_count(would.stories, "story", "stories"),
        )
        sent = f"{alerts} in {stories} since {seen.format_time(would.since)}" if would.alerts else "nothing yet"
        yield "shadow", f"{id_} would have sent {sent}"
    if len(loudest) > _SHOWN:
        yield "", f"and {len(loudest) - _SHOWN} more: `news-monitor matches list --decision shadow` lists them"


def _format_count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _describe_running(daemon: DaemonReport, seen: _StatusSnapshot) -> str:
    from zoneinfo import ZoneInfo

    return daemon.running.describe(ZoneInfo(seen.loaded.config.settings.timezone), seen.now)
