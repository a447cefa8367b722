"""How long an article is kept, by the rules that it matched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.model import FOR_GOOD, Retention


def find_article_retention(retention: Retention, matched: Iterable[tuple[str | None, bool]]) -> timedelta:
    """How long to keep an article: the longest time of the rules that it matched.

    `matched`: each rule, and whether it led to an alert. (An alert without a rule is a notice.)
    """
    lengths = [
        retention.rules.get(rule or "", retention.alerts if alerted else retention.articles)
        for rule, alerted in matched
    ]
    return max(lengths, default=retention.articles)


def find_article_cutoff(retention: Retention, matched: Iterable[tuple[str | None, bool]], now: datetime) -> datetime:
    """The time before which an article that these rules matched has been kept long enough."""
    return compute_retention_cutoff(find_article_retention(retention, matched), now)


def find_shortest_retention(retention: Retention) -> timedelta:
    """The shortest retention: nothing younger is ever deleted."""
    return min(retention.articles, retention.alerts, *retention.rules.values())


def compute_retention_cutoff(length: timedelta, now: datetime) -> datetime:
    """The time before which everything is older than `length`."""
    return datetime.min.replace(tzinfo=UTC) if length == FOR_GOOD else now - length
