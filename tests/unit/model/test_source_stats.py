"""What was learnt of a source, stored and read again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import SourceStats, SourceTrouble, TroubleKind
from tests.support.building import HOUR, MINUTE, NOON

LEARNT = SourceStats(
    since=NOON,
    last_new_at=NOON + HOUR,
    rate=12.5,
    arrivals=7,
    entries=30,
    overlap=0.875,
    most=9,
    quiet=3 * HOUR,
    hint=15 * MINUTE,
    tightened=0.5,
    eased=4.0,
    ill_formed=2,
    undated=1,
    troubled=frozenset({TroubleKind.GAP, TroubleKind.SILENT}),
    distrusts_guids=True,
    read_as="0a1b2c3d4e5f6071",
    moved_to="https://new.test/feed",
    moved_since=NOON,
    moved_polls=2,
    moved_asked=NOON + HOUR,
    refused="fd00::5",
)


@pytest.mark.parametrize("habits", [SourceStats(), LEARNT])
def test_what_is_stored_is_read_again(habits: SourceStats) -> None:
    """Through JSON, as a database keeps it."""
    assert SourceStats.of_row(json.loads(json.dumps(habits.to_row()))) == habits


def test_of_a_source_of_which_nothing_is_known_nothing_is_stored() -> None:
    """Thousands of rows stay small."""
    assert SourceStats().to_row() == {}


@pytest.mark.parametrize(
    "row",
    [
        None,  # never written
        {},
        {"of a later version": 1},
        {"since": "yesterday", "rate": "much", "quiet": [], "troubled": 3},  # edited by hand
        {"since": "2026-01-05T12:00:00"},  # no zone
        {"troubled": ["of a later version"]},
        {"quiet": 1e300},
        {"refused": "no address"},
    ],
)
def test_what_cannot_be_read_is_learnt_anew(row: dict[str, object] | None) -> None:
    """A row of another version, or an edited one, never stops a poll."""
    assert SourceStats.of_row(row) == SourceStats()


def test_a_permanent_redirect_is_followed_once_it_has_held() -> None:
    """Until then the source's own address is asked."""
    assert LEARNT.address("https://old.test/feed") == "https://old.test/feed"
    held = SourceStats(moved_to="https://new.test/feed", moved_polls=3)
    assert held.address("https://old.test/feed") == "https://new.test/feed"
    assert SourceStats(moved_polls=3).address("https://old.test/feed") == "https://old.test/feed"


def test_the_old_address_is_asked_again_once_a_week() -> None:
    """Since it was asked last; and only where another has been learnt."""
    held, week = SourceStats(moved_to="https://new.test/feed", moved_since=NOON, moved_polls=3), timedelta(days=7)
    assert [held.doubts_move(NOON + wait) for wait in (week - HOUR, week)] == [False, True]
    asked = replace(held, moved_asked=NOON + week)
    assert [asked.doubts_move(NOON + week + wait) for wait in (week - HOUR, week)] == [False, True]
    assert not replace(held, moved_polls=2).doubts_move(NOON + week)
    assert not SourceStats().doubts_move(NOON)


def test_what_happened_at_one_poll_is_shown_for_a_day() -> None:
    """What lasts, as long as it lasts."""

    def shown(kind: TroubleKind, after: timedelta, *, over: bool) -> bool:
        trouble = SourceTrouble("wire", kind, NOON - HOUR, NOON, "x", NOON + MINUTE if over else None)
        return trouble.is_current(NOON + after)

    assert shown(TroubleKind.GAP, 23 * HOUR, over=True)
    assert not shown(TroubleKind.GAP, 24 * HOUR, over=True)
    assert not shown(TroubleKind.SILENT, HOUR, over=True)
    assert shown(TroubleKind.SILENT, 999 * HOUR, over=False)
