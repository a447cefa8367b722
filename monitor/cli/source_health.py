"""How a source fares, in one word, from what its polls left behind. It reads nothing and prints nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.intake.pace import within_interval

if TYPE_CHECKING:
    from monitor.model import Source, SourceTrouble
    from monitor.store.reports import SourceReport

DEAD_AFTER = timedelta(days=7)
UNVERIFIED_DEAD_AFTER = timedelta(days=1)  # it never answered well: a wrong address rather than a bad week
QUIET = timedelta(hours=1)  # a restart or a busy hour is no reason to worry


class Health(StrEnum):
    """The worst first."""

    DEAD = "dead"
    FAILING = "failing"
    UNVERIFIED = "unverified"
    STALE = "stale"
    TROUBLED = "troubled"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Faring:
    """How a source fares, since when, and what is wrong; `troubles`: of these a person should know, whatever else."""

    health: Health
    since: datetime | None = None
    problem: str | None = None
    troubles: tuple[SourceTrouble, ...] = ()


def faring(source: Source, report: SourceReport | None, now: datetime) -> Faring:
    """`report` None: nobody has polled it yet."""
    if report is None:
        return Faring(Health.UNVERIFIED, None, "not polled yet")
    found = _faring(source, report, now)
    troubles = tuple(each for each in report.troubles if each.is_current(now))
    if not troubles or found.health is not Health.FINE:
        return replace(found, troubles=troubles)
    words = ", ".join(each.kind.label for each in troubles)
    return Faring(Health.TROUBLED, min(each.since for each in troubles), words, troubles)


def _faring(source: Source, report: SourceReport, now: datetime) -> Faring:
    if report.failures:
        return Faring(_failing(report, report.failing_since, now), report.failing_since, report.problem)
    if report.last_ok_at is None:
        return Faring(Health.UNVERIFIED, None, "not polled yet")
    if now - report.last_ok_at > _unasked(source, report.last_ok_at):
        return Faring(Health.STALE, report.last_ok_at, "not polled since; does `news-monitor run` run?")
    if not report.articles:
        return Faring(Health.STALE, None, "it answers well and has never held an article")
    return Faring(Health.FINE, report.last_ok_at, report.problem)


def _unasked(source: Source, last_ok: datetime) -> timedelta:
    """For so long a source may be left alone, and more: of one with times of its own, until the third of them."""
    if source.cron is None:
        return max(3 * max(source.every, source.slowest or source.every), QUIET)
    third = last_ok
    for _ in range(3):
        third = within_interval(source, third)
    return max(third - last_ok, QUIET)


def _failing(report: SourceReport, since: datetime | None, now: datetime) -> Health:
    verified = report.last_ok_at is not None
    if since is not None and now - since >= (DEAD_AFTER if verified else UNVERIFIED_DEAD_AFTER):
        return Health.DEAD
    return Health.FAILING if verified else Health.UNVERIFIED
