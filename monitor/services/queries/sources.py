"""The sources, and how each is doing: in one word, from what its polls left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.config.loading.summary import ConfigSummary
from monitor.ingest.poll_schedule import within_interval
from monitor.model import Config, Source, SourceTrouble
from monitor.services.lookup import require_known
from monitor.services.queries.source_reports import load_source_report, load_source_reports
from monitor.store.engine.database import Database
from monitor.store.queries.reports import SourceReport
from monitor.store.queries.source_details import LoggedPoll, SourceDetails, load_source_details

__all__ = [
    "AssessedSource",
    "LoggedPoll",
    "SourceDetails",
    "SourceHealth",
    "SourceReport",
    "assess_source_health",
    "list_sources",
    "select_unhealthy",
    "show_source",
]

DEAD_AFTER = timedelta(days=7)
UNVERIFIED_DEAD_AFTER = timedelta(days=1)  # it never answered well: a wrong address rather than a bad week
QUIET = timedelta(hours=1)  # a restart or a busy hour is no reason to worry


class SourceHealth(StrEnum):
    """The worst first. A dead source is one that has failed for long: `status` counts it among the failing ones."""

    DEAD = "dead"
    FAILING = "failing"
    UNVERIFIED = "unverified"
    STALE = "stale"
    TROUBLED = "troubled"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class SourceHealthReport:
    """How a source fares, since when, and what is wrong; `troubles`: of these a person should know, whatever else."""

    health: SourceHealth
    since: datetime | None = None
    problem: str | None = None
    troubles: tuple[SourceTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class AssessedSource:
    """A source with its health. `report`: what its polls left behind; None if it was never polled."""

    source: Source
    report: SourceReport | None
    health: SourceHealthReport

    @property
    def name(self) -> str:
        """Its display name."""
        return self.source.choose_name(self.report.title if self.report else None)


def list_sources(config: Config | ConfigSummary, database: Database | None, now: datetime) -> list[AssessedSource]:
    """The sources of the config, in their order. `database`: None if there is none yet."""
    reports = {} if database is None else load_source_reports(config.settings, database)
    return [
        AssessedSource(source, report, assess_source_health(source, report, now))
        for source in config.sources.values()
        for report in (reports.get(source.id),)
    ]


def show_source(
    config: Config | ConfigSummary, database: Database | None, id_: str, now: datetime
) -> tuple[AssessedSource, SourceDetails | None]:
    """A source of the config, and what it has brought lately; None before the first run. Raises InvalidRequest if there
    is no such source."""
    require_known("source", [id_], config.sources)
    source = config.sources[id_]
    if database is None:
        return AssessedSource(source, None, assess_source_health(source, None, now)), None
    report = load_source_report(config.settings, database, id_)
    activity = load_source_details(database, id_, now, config.settings.timezone)
    return AssessedSource(source, report, assess_source_health(source, report, now)), activity


def select_unhealthy(sources: Iterable[AssessedSource]) -> list[AssessedSource]:
    """Those that a person should look at, the worst first."""
    worst_first = list(SourceHealth)
    unhealthy = [assessed for assessed in sources if assessed.health.health is not SourceHealth.FINE]
    return sorted(unhealthy, key=lambda assessed: worst_first.index(assessed.health.health))


def assess_source_health(source: Source, report: SourceReport | None, now: datetime) -> SourceHealthReport:
    """`report` None: nobody has polled it yet."""
    if report is None:
        return SourceHealthReport(SourceHealth.UNVERIFIED, None, "not polled yet")
    found = _assess_polls(source, report, now)
    troubles = tuple(each for each in report.troubles if each.is_current(now))
    if not troubles or found.health is not SourceHealth.FINE:
        return replace(found, troubles=troubles)
    words = ", ".join(each.kind.label for each in troubles)
    return SourceHealthReport(SourceHealth.TROUBLED, min(each.since for each in troubles), words, troubles)


def _assess_polls(source: Source, report: SourceReport, now: datetime) -> SourceHealthReport:
    if report.failures:
        return SourceHealthReport(
            _classify_failing(report, report.failing_since, now), report.failing_since, report.problem
        )
    if report.last_ok_at is None:
        return SourceHealthReport(SourceHealth.UNVERIFIED, None, "not polled yet")
    if now - report.last_ok_at > _compute_stale_after(source, report.last_ok_at):
        return SourceHealthReport(
            SourceHealth.STALE, report.last_ok_at, "not polled since; does `news-monitor run` run?"
        )
    if not report.articles:
        return SourceHealthReport(SourceHealth.STALE, None, "it answers well, but has never had an article")
    return SourceHealthReport(SourceHealth.FINE, report.last_ok_at, report.problem)


def _compute_stale_after(source: Source, last_ok: datetime) -> timedelta:
    """For so long a source may be left alone, and more: of one with times of its own, until the third of them."""
    if source.cron is None:
        return max(3 * max(source.every, source.slowest or source.every), QUIET)
    third = last_ok
    for _ in range(3):
        third = within_interval(source, third)
    return max(third - last_ok, QUIET)


def _classify_failing(report: SourceReport, since: datetime | None, now: datetime) -> SourceHealth:
    verified = report.last_ok_at is not None
    if since is not None and now - since >= (DEAD_AFTER if verified else UNVERIFIED_DEAD_AFTER):
        return SourceHealth.DEAD
    return SourceHealth.FAILING
