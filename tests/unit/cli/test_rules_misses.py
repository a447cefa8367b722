"""`rules misses`: what rules should have sent, and did not, or not in time."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.building import NOON
from tests.support.commands import read_output, rows, run
from tests.support.missing_desk import FAR, PAPERS, Desk, late_story, reported

MISSES = ("rules", "misses", "--since", "2026-01-01")
DAY = timedelta(days=1)

NO_ENTITY = "not judged, because match names no entity, so nothing says what it is about"


def list_misses(*asked: str) -> list[dict[str, Any]]:
    """What `--json` lists as misses."""
    return [row for row in rows(*asked) if row.pop("type") == "miss"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path)
    yield made
    made.database.close()


def test_a_story_of_three_publishers_that_no_rule_matched_is_a_miss(desk: Desk) -> None:
    """It is in no story of the daemon's. The command that it is shown with explains it."""
    desk.add(reported(FAR))
    (miss,) = list_misses(*MISSES)
    assert (miss["rule"], miss["owner"], miss["title"], miss["story"]) == ("drills", "asia", FAR, None)
    assert (miss["first_seen"], len(miss["publishers"])) == (NOON.isoformat(), 3)
    assert "11 words away" in miss["why"]
    assert miss["late_seconds"] is None
    explained = run(*shlex.split(miss["command"])[1:])
    assert explained.exit_code == 0
    assert miss["why"] in explained.stdout
    printed = read_output(*MISSES)
    assert printed.startswith("drills (owner: asia)\n")
    assert f"more: {miss['command']}\n" in printed
    assert printed.endswith(f"1 story judged by 1 rule with entities: 1 miss\n{NO_ENTITY}: floods\n")


def test_fewer_publishers_or_one_agency_are_none(desk: Desk) -> None:
    """Three papers that print the text of one agency are one publisher."""
    text = "\nTAIPEI (Reuters) - The ships sailed at dawn."
    desk.add(reported(FAR, papers=PAPERS[:2]))
    desk.add(reported(f"{FAR}{text}", NOON + 2 * DAY))
    assert list_misses(*MISSES) == []
    assert [len(miss["publishers"]) for miss in list_misses(*MISSES, "--publishers", "2")] == [2]


def test_a_late_alert_says_how_late_and_why(desk: Desk) -> None:
    """What was sent in time by another measure of late is no miss."""
    desk.add(late_story())
    (miss,) = list_misses(*MISSES)
    assert miss["late_seconds"] == 3 * 60 * 60
    assert miss["alert"]
    assert miss["story"]
    assert miss["why"].startswith("the first article that it matched came 3 hours later; of the first: no match: ")
    assert list_misses(*MISSES, "--late", "4 hours") == []
    assert "3 hours late" in read_output(*MISSES)


def test_only_stories_that_the_rule_is_near_to_are_listed(desk: Desk) -> None:
    """The name alone is half of the rule. What `unless` silences comes last: it is probably meant."""
    desk.add(reported("Taiwan elects the mayors of its six largest cities"))
    assert list_misses(*MISSES) == []
    desk.add(reported("Taiwan earthquake drills empty the schools of Taipei", NOON + DAY))
    desk.add(reported(FAR, NOON + 2 * DAY))
    found = list_misses(*MISSES, "--all")
    assert [(miss["title"][:10], miss["unless"]) for miss in found] == [
        ("Drills wit", False),
        ("Taiwan ele", False),
        ("Taiwan ear", True),
    ]
    assert "“earthquake”" in found[2]["why"]
    printed = read_output(*MISSES, "--all", "--most", "1", "drills")
    assert "and 2 more: --limit 3 shows them" in printed
    assert "Taiwan elects" not in printed


def test_only_stories_of_the_period_are_judged(desk: Desk) -> None:
    """By their last article: the first may be older."""
    desk.add(reported(FAR))
    desk.add(reported(FAR, NOON + 3 * DAY))
    for since, count in (("12:15", 2), ("12:25", 1)):
        assert len(list_misses("rules", "misses", "--since", f"2026-01-05 {since}+00:00")) == count


def test_what_cannot_be_asked_is_refused(desk: Desk) -> None:
    del desk
    for asked, said in ((("drils",), "did you mean"), (("--late", "soon"), "not a length of time")):
        ended = run(*MISSES, *asked)
        assert ended.exit_code != 0
        assert said in f"{ended.output}{ended.exception}"


def test_what_is_not_judged_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that name no entity, and rules that are off; not what the command was not asked for."""
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, changes={"owner: asia\n": "owner: asia\nstatus: 'off'\n"})
    desk.add(reported(FAR))
    desk.database.close()
    said = "0 stories judged by 0 rules with entities: 0 misses"
    assert read_output(*MISSES) == f"{said}\n{NO_ENTITY}: floods\nnot judged, because status is off: drills\n"
    assert read_output(*MISSES, "drills") == f"{said}\nnot judged, because status is off: drills\n"
    assert rows(*MISSES, "floods") == [
        {"type": "not judged", "rule": "floods", "owner": None, "why": NO_ENTITY.partition("because ")[2]}
    ]
