"""How a source fares, in one word, from what its polls left behind. It reads nothing and prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Source
    from monitor.store.reports import SourceReport

DEAD_AFTER = timedelta(days=7)
UNVERIFIED_DEAD_AFTER = timedelta(days=1)  # it never answered well: a wrong address rather than a bad week
QUIET = timedelta(hours=1)  # a restart or a busy hour is no reason to worry


class Health(StrEnum):
    """The worst first."""

    DEAD = "dead"
    UNVERIFIED = "unverified"
    FAILING = "failing"
    STALE = "stale"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Faring:
    """How a source fares, since when, and what is wrong."""

    health: Health
    since: datetime | None = None
    why: str | None = None


def faring(source: Source, report: SourceReport | None, now: datetime) -> Faring:
    """`report` None: nobody has polled it yet."""
    if report is None:
        return Faring(Health.UNVERIFIED, None, "not polled yet")
    if report.failures:
        return Faring(_failing(report, report.failing_since, now), report.failing_since, report.problem)
    if report.last_ok_at is None:
        return Faring(Health.UNVERIFIED, None, "not polled yet")
    if now - report.last_ok_at > max(3 * source.every, QUIET):
        return Faring(Health.STALE, report.last_ok_at, "not polled since; does `news-monitor run` run?")
    if not report.articles:
        return Faring(Health.STALE, report.last_ok_at, "it answers well and has never held an article")
    return Faring(Health.FINE, report.last_ok_at, report.problem)


def _failing(report: SourceReport, since: datetime | None, now: datetime) -> Health:
    verified = report.last_ok_at is not None
    if since is not None and now - since >= (DEAD_AFTER if verified else UNVERIFIED_DEAD_AFTER):
        return Health.DEAD
    return Health.FAILING if verified else Health.UNVERIFIED
