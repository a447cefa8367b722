"""docs/sources.md says what is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerting.troubles import OF_SOURCES
from monitor.model import TroubleKind

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ")
]


@pytest.mark.parametrize("kind", TroubleKind)
def test_each_trouble_is_explained(kind: TroubleKind) -> None:
    """By the words that people are shown; whether it is told again, and how often, is as the notices have it."""
    (row,) = [row for row in ROWS if row[0] == kind.words]
    told, sort = row[3], OF_SOURCES[kind]
    assert ("when it is over" in told) is sort.reminded
    assert ("each week" in told) is (sort.reminded and sort.remind.days == 7)
    assert ("each day" in told) is (sort.reminded and sort.remind.days == 1)
    assert ("at once" in told or told == "once") is (not sort.after)
    assert ("after 3 hours" in told) is (sort.after.total_seconds() == 3 * 3600)
