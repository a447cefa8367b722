"""The sources, and how each is doing: in one word, from what its polls left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.config.loading.summary import ConfigSummary
from monitor.ingest.poll_schedule import within_interval
from monitor.model import Config, Source, SourceTrouble
from monitor.store.engine.database import Database
from monitor.store.queries.sources import SourceReport, load_source_reports

_DEAD_AFTER = timedelta(days=7)
_UNVERIFIED_DEAD_AFTER = timedelta(days=1)  # it never answered well: a wrong address rather than a bad week
_QUIET = timedelta(hours=1)  # a restart or a busy hour is no reason to worry


class SourceHealth(StrEnum):
    """The worst first. A dead source is one that has failed for long: `status` counts it among the failing ones."""

    DEAD = "dead"
    FAILING = "failing"
    UNVERIFIED = "unverified"
    STALE = "stale"
    TROUBLED = "troubled"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class AssessedSource:
    """A source with its health: since when, and what is wrong. `report`: what its polls left behind; `troubles`: of
    these a person should know, whatever its health."""

    source: Source
    report: SourceReport
    health: SourceHealth
    since: datetime | None = None
    problem: str | None = None
    troubles: tuple[SourceTrouble, ...] = ()

    @property
    def name(self) -> str:
        """Its display name."""
        return self.source.choose_name(self.report.title)


def list_sources(config: Config | ConfigSummary, database: Database | None, now: datetime) -> list[AssessedSource]:
    """The sources of the config, in their order. `database`: None if there is none yet."""
    reports = load_source_reports(database, config.settings) if database else {}
    return [
        assess_source(source, reports.get(source.id, SourceReport(source.id)), now)
        for source in config.sources.values()
    ]


def select_unhealthy(sources: Iterable[AssessedSource]) -> list[AssessedSource]:
    """Those that a person should look at, the worst first."""
    worst_first = list(SourceHealth)
    unhealthy = [assessed for assessed in sources if assessed.health is not SourceHealth.FINE]
    return sorted(unhealthy, key=lambda assessed: worst_first.index(assessed.health))


def assess_source(source: Source, report: SourceReport, now: datetime) -> AssessedSource:
    """A source with its health, by what its polls left behind."""
    found = _assess_polls(source, report, now)
    troubles = tuple(each for each in report.troubles if each.is_current(now))
    if not troubles or found.health is not SourceHealth.FINE:
        return replace(found, troubles=troubles)
    words = ", ".join(each.kind.label for each in troubles)
    return AssessedSource(source, report, SourceHealth.TROUBLED, min(each.since for each in troubles), words, troubles)


def _assess_polls(source: Source, report: SourceReport, now: datetime) -> AssessedSource:
    last_ok, since, problem = report.last_ok_at, report.last_ok_at, report.problem
    if report.failures:
        since, dead_after = report.failing_since, _DEAD_AFTER if last_ok else _UNVERIFIED_DEAD_AFTER
        health = SourceHealth.DEAD if since and now - since >= dead_after else SourceHealth.FAILING
    elif last_ok is None:
        health, problem = SourceHealth.UNVERIFIED, "not polled yet"
    elif now - last_ok > _compute_stale_after(source, last_ok):
        health, problem = SourceHealth.STALE, "not polled since; does `news-monitor run` run?"
    elif not report.articles:
        health, since, problem = SourceHealth.STALE, None, "it answers well, but has never had an article"
    else:
        health = SourceHealth.FINE
    return AssessedSource(source, report, health, since, problem)


def _compute_stale_after(source: Source, last_ok: datetime) -> timedelta:
    """For so long a source may be left alone, and more: of one with times of its own, until the third of them."""
    if source.cron is None:
        return max(3 * max(source.every, source.slowest or source.every), _QUIET)
    third = last_ok
    for _ in range(3):
        third = within_interval(source, third)
    return max(third - last_ok, _QUIET)
