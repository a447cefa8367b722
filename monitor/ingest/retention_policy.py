"""How long an article is kept, by what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.model import FOR_GOOD, Retention


def find_article_retention(retention: Retention, matched: Iterable[tuple[str | None, bool]]) -> timedelta:
    """How long an article is kept that met these rules, each with or without an alert: as long as the longest of them
    asks. (An alert without a rule is a notice.)"""
    asked = [
        retention.rules.get(rule or "", retention.alerts if alerted else retention.articles)
        for rule, alerted in matched
    ]
    return max(asked, default=retention.articles)


def find_shortest_retention(retention: Retention) -> timedelta:
    """Nothing that is younger is ever let go."""
    return min(retention.articles, retention.alerts, *retention.rules.values())


def compute_retention_cutoff(length: timedelta, now: datetime) -> datetime:
    """What is older than this has been kept for so long."""
    return datetime.min.replace(tzinfo=UTC) if length == FOR_GOOD else now - length
