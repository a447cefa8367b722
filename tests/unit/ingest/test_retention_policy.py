"""How long things are kept, by what came of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.ingest.retention_policy import compute_retention_cutoff, find_article_retention, find_shortest_retention
from monitor.model import FOR_GOOD, Retention
from tests.support.building import NOON

DAY = timedelta(days=1)
RETENTION = Retention(articles=90 * DAY, alerts=730 * DAY, rules={"drills": 1825 * DAY, "talks": 30 * DAY})


@pytest.mark.parametrize(
    ("matched", "days"),
    [
        ([], 90),  # no rule hit
        ([("launch", False)], 90),  # held: as long as any article
        ([("launch", True)], 730),
        ([("drills", False)], 1825),  # by rule: with or without an alert
        ([("drills", True)], 1825),
        ([("talks", False)], 30),  # shorter than any article
        ([("talks", True)], 30),
        ([("talks", True), ("launch", False)], 90),  # the longest that one of them asks
        ([("talks", False), ("launch", True)], 730),
        ([("launch", True), ("drills", False)], 1825),
        ([(None, True)], 730),  # a notice
    ],
)
def test_an_article_is_kept_as_long_as_one_of_its_rules_asks(matched: list[tuple[str | None, bool]], days: int) -> None:
    """What led to an alert longer; what a rule of its own length has matched, for that."""
    assert find_article_retention(RETENTION, matched) == days * DAY


def test_nothing_is_kept_shorter_than_the_shortest() -> None:
    """A walk through what is old need not look at younger things."""
    assert find_shortest_retention(RETENTION) == 30 * DAY
    assert find_shortest_retention(Retention()) == 90 * DAY


def test_for_good_has_no_end() -> None:
    """Nothing is old enough."""
    assert find_article_retention(Retention(alerts=FOR_GOOD), [("launch", True), ("other", False)]) == FOR_GOOD
    assert compute_retention_cutoff(FOR_GOOD, NOON) < NOON - 700_000 * DAY
    assert compute_retention_cutoff(DAY, NOON) == NOON - DAY
