"""What the desk got within some days: alerts by day, hour and rule, how soon they were sent, how many were noise, and
what the sources brought. `report` shows it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from monitor.config.loading.summary import ConfigSummary
from monitor.model import AlertKind, Config, Level
from monitor.services.lookup import require_known
from monitor.services.queries.sources import SourceHealth, list_sources
from monitor.store.engine.database import Database
from monitor.store.queries.activity import (
    AlertMoments,
    RuleHealth,
    SourceCounts,
    count_by_source,
    list_alerts_since,
    load_rule_health,
)
from monitor.store.queries.alerts import AlertQueries, AlertSummary
from monitor.store.queries.matches import MatchQueries

HOURS = 24
DELAY_BOUNDS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 180))
_P90 = 0.9


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """How long it took until messages were sent: of `count` alerts, half within `median`, nine of ten within `p90`.
    `by_length`: how many within each of DELAY_BOUNDS and not within the one before, and how many took longer."""

    count: int
    median: timedelta
    p90: timedelta
    by_length: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Figures of some alerts. `hourly`: by day, the oldest first, and then by hour of the day, 24 each; `kinds`: how
    many are of each kind. The delays are None if they are known of no alert; digests, which wait on purpose, are left
    out of them."""

    hourly: tuple[tuple[int, ...], ...]
    kinds: Counter[AlertKind]
    from_publication: DelayFigures | None
    from_first_seen: DelayFigures | None

    @property
    def count(self) -> int:
        return sum(self.kinds.values())

    @property
    def daily(self) -> tuple[int, ...]:
        """By day, the oldest first."""
        return tuple(map(sum, self.hourly))

    @property
    def by_hour(self) -> tuple[int, ...]:
        """By hour of the day, over all days."""
        return tuple(map(sum, zip(*self.hourly, strict=True)))


@dataclass(frozen=True, slots=True)
class RuleActivity:
    """A rule with its figures. `title` and `level`: as the files have them; of a rule that is not in the files any
    more, as its last alert had them. `health`: its matches within these days, and its marks of all time."""

    id: str
    title: str
    level: Level
    alerts: AlertFigures
    health: RuleHealth


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """A source with what it brought. `health`: how it is now; None: it is not in the files any more."""

    id: str
    name: str
    counts: SourceCounts
    health: SourceHealth | None


@dataclass(frozen=True, slots=True)
class Activity:
    """Figures of some days of the desk's `timezone`, of which the last is today.

    `rules`: those with an alert or a match, the most alerts first; `sources`: those of the files, and others that
    brought something, the most matches first; `latest`: the newest alerts, the newest first. `good` and `noise`: how
    many matches people have marked so, at any time. `failures_since`: older failures of fetches are not stored any
    more."""

    now: datetime
    timezone: str
    days: tuple[date, ...]
    alerts: AlertFigures
    rules: tuple[RuleActivity, ...]
    sources: tuple[SourceActivity, ...]
    latest: tuple[AlertSummary, ...]
    failures_since: datetime

    @property
    def good(self) -> int:
        return sum(rule.health.good for rule in self.rules)

    @property
    def noise(self) -> int:
        return sum(rule.health.noise for rule in self.rules)


def load_activity(
    config: Config | ConfigSummary,
    database: Database,
    now: datetime,
    *,
    days: int,
    rules: Sequence[str] = (),
    latest: int = 0,
    with_sources: bool = True,
) -> Activity:
    """The figures of the last `days` days.

    `rules`: only theirs, none: of all; `latest`: so many of the newest alerts; `with_sources`: else `sources` is empty,
    and what takes longest in a large archive is not asked for. Raises InvalidRequest for a rule that neither the files
    nor the database know."""
    require_known("rule", rules, config.rules, MatchQueries(database).rules)
    zone = ZoneInfo(config.settings.timezone)
    today = now.astimezone(zone).date()
    span = tuple(today - timedelta(days=days - 1 - number) for number in range(days))
    since = datetime(span[0].year, span[0].month, span[0].day, tzinfo=zone)
    alerts = list_alerts_since(database, since, rules)
    newest = AlertQueries(database).newest(rules=rules, since=since, limit=latest) if latest else []
    return Activity(
        now=now,
        timezone=config.settings.timezone,
        days=span,
        alerts=_compute_figures(alerts, span, zone),
        rules=tuple(_describe_rules(config, database, alerts, now=now, days=span, wanted=rules)),
        sources=tuple(_describe_sources(config, database, now, since)) if with_sources else (),
        latest=tuple(newest),
        failures_since=max(since, now - config.settings.retention.fetches),
    )


def _compute_figures(alerts: Sequence[AlertMoments], days: Sequence[date], zone: ZoneInfo) -> AlertFigures:
    counted: Counter[tuple[date, int]] = Counter()
    for each in alerts:
        local = each.at.astimezone(zone)
        counted[min(local.date(), days[-1]), local.hour] += 1  # a clock that was set back made alerts of tomorrow
    return AlertFigures(
        hourly=tuple(tuple(counted[day, hour] for hour in range(HOURS)) for day in days),
        kinds=Counter(each.kind for each in alerts),
        from_publication=_compute_delays(each.from_publication for each in alerts),
        from_first_seen=_compute_delays(each.from_first_seen for each in alerts),
    )


def _compute_delays(delays: Iterable[timedelta | None]) -> DelayFigures | None:
    known = sorted(delay for delay in delays if delay is not None)
    if not known:
        return None
    by_length = Counter(bisect_left(DELAY_BOUNDS, delay) for delay in known)
    counts = tuple(by_length[number] for number in range(len(DELAY_BOUNDS) + 1))
    return DelayFigures(len(known), _find_rank(known, 0.5), _find_rank(known, _P90), counts)


def _find_rank(ordered: Sequence[timedelta], share: float) -> timedelta:
    """The smallest value that so many are not above: one that was measured, also where there are few."""
    return ordered[ceil(share * len(ordered)) - 1]


def _describe_rules(
    config: Config | ConfigSummary,
    database: Database,
    alerts: Sequence[AlertMoments],
    *,
    now: datetime,
    days: Sequence[date],
    wanted: Sequence[str],
) -> list[RuleActivity]:
    zone = ZoneInfo(config.settings.timezone)
    by_rule: dict[str, list[AlertMoments]] = {}
    for each in alerts:
        by_rule.setdefault(each.rule, []).append(each)
    ids = wanted or dict.fromkeys([*config.rules, *by_rule])
    found = []
    for id_, health in load_rule_health(database, ids, now, config.settings.timezone, len(days)).items():
        own, rule = by_rule.get(id_, []), config.rules.get(id_)
        if not own and not health.matches and not wanted:
            continue
        if rule is not None:
            title, level = rule.title, rule.level
        else:
            title, level = (own[-1].title, Level(own[-1].level)) if own else (id_, Level.INFO)
        found.append(RuleActivity(id_, title, level, _compute_figures(own, days, zone), health))
    return sorted(found, key=lambda rule: (-rule.alerts.count, -rule.health.matches))


def _describe_sources(
    config: Config | ConfigSummary, database: Database, now: datetime, since: datetime
) -> list[SourceActivity]:
    counts = dict(count_by_source(database, since))
    found = [
        SourceActivity(each.source.id, each.name, counts.pop(each.source.id, SourceCounts()), each.health)
        for each in list_sources(config, database, now)
    ]
    found += [SourceActivity(id_, id_, of_source, None) for id_, of_source in sorted(counts.items())]
    return sorted(found, key=lambda each: (-each.counts.matches, -each.counts.articles, -each.counts.failures))
