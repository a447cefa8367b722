"""The weekly notices of what rules have missed: when they are due, and who gets what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.lab.rule_misses import Miss, build_miss_notices, find_due_week, key_of_week
from monitor.model import Level, RouteStep, Settings
from tests.support.building import HOUR, NOON

BERLIN = ZoneInfo("Europe/Berlin")
ROUTES = {
    "default": (RouteStep("screen"),),
    "asia": (RouteStep("mail"), RouteStep("phone", Level.HIGH), RouteStep("screen")),  # no report wakes a phone
    "ports": (RouteStep("screen"),),
}
SETTINGS = Settings("UTC", "", {}, ROUTES, operator=("screen",))
MISS = Miss("drills", "asia", None, "wire", "a 1", "Drills near Taiwan", None, NOON, ("A", "B", "C"), "1 of 2", 1.0)


@pytest.mark.parametrize(
    ("now", "due", "week"),
    [
        ("2026-01-05T08:59", "2025-12-29T09:00", "2026-W01"),
        ("2026-01-05T09:00", "2026-01-05T09:00", "2026-W02"),
        ("2026-01-11T23:59", "2026-01-05T09:00", "2026-W02"),
        ("2026-03-30T09:00", "2026-03-30T09:00", "2026-W14"),  # the clocks went forward the day before
    ],
)
def test_a_week_is_due_on_monday_at_nine(now: str, due: str, week: str) -> None:
    """By the clock of the desk, and until the next Monday: a daemon may have been off."""
    since, until = find_due_week(datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC), BERLIN)
    assert until == datetime.fromisoformat(due).replace(tzinfo=BERLIN)
    assert (until.date() - since.date(), since.hour) == (timedelta(days=7), 9)
    assert key_of_week(until) == f"notice misses {week}"


def test_the_operator_gets_all_and_an_owner_the_part_of_its_rules() -> None:
    """On the channels of its route that the operator does not have."""
    misses = {
        "drills": [MISS, replace(MISS, late_by=3 * HOUR, title="A late one")],
        "strikes": [replace(MISS, rule="strikes", owner="ports")],
        "floods": [replace(MISS, rule="floods", owner="Jane")],
    }
    whole, part = build_miss_notices(misses, SETTINGS, NOON, NOON)
    assert (whole.channels, part.channels) == (("screen",), ("mail",))
    assert (whole.dedup_key, part.dedup_key) == ("notice misses 2026-W02", "notice misses 2026-W02 owner asia")
    assert whole.id != part.id
    assert whole.title == "4 misses of 3 rules in a week"
    assert part.text.splitlines()[1:] == [
        "drills (owner: asia): 2 misses; why: `news-monitor rules coverage drills`",
        "- Drills near Taiwan (3 publishers): 1 of 2",
        "  `news-monitor why 'wire a 1' drills`",
        "- A late one (3 publishers, 3 hours late): 1 of 2",
        "  `news-monitor why 'wire a 1' drills`",
    ]
    assert "strikes (owner: ports)" in whole.text


def test_without_misses_or_operator_there_is_none() -> None:
    """What `unless` silenced is probably meant."""
    excluded = {"drills": [replace(MISS, is_excluded=True)]}
    assert build_miss_notices({}, SETTINGS, NOON, NOON) == []
    assert build_miss_notices(excluded, SETTINGS, NOON, NOON) == []
    assert build_miss_notices({"drills": [MISS]}, replace(SETTINGS, operator=()), NOON, NOON) == []


@pytest.mark.parametrize("of_each", [1, 2, 3])
def test_a_notice_that_is_cut_names_every_article_that_it_quotes(of_each: int) -> None:
    """By the command, by which an erasure finds it."""
    misses = {f"rule-{number}": [replace(MISS, rule=f"rule-{number}")] * of_each for number in range(40)}
    text = build_miss_notices(misses, SETTINGS, NOON, NOON)[0].text
    quoted = [line for line in text.splitlines() if line.startswith("- ")]
    assert "more lines" in text.splitlines()[-1]
    assert text.count("`news-monitor why 'wire a 1'") == len(quoted) > 10
