"""`./dev bench identity`: how its figures come from predicted rows, and that it prints no text that is not to be read.

The data folder is made up here; its scorer prints what the real one prints.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import identity
from bench.world.labelled_day import DAY, day_quality
from bench.world.quality import (
    ALL,
    READ,
    UNREAD,
    Data,
    events_quality,
    minimal_quality,
)
from bench.world.recorded_news import write_rows

SCORER = """
RULES = {"drills": "drill", "a-drill": "drill", "launches": "launch"}

def minimal(a, gold):
    print("different  in one language          all        4 pairs  right 0.500")
    print("different  in one language          read       2 pairs  right 1.000")
    print("different  in one language          unread     2 pairs  right 0.000")
    print("different  why: place               all        4 pairs  right 0.500")

def stories(a, gold):
    for half in ("all", "read", "unread"):
        print(f"{half}: items 8  gold {a.level}s 4  predicted clusters 3")
        print("  pairwise  P 0.100 R 0.200 F1 0.300  (pairs: gold 1, predicted 1, right 1)")
        print("  B-cubed   P 0.980 R 0.840 F1 0.900")
        print(f"  clusters a gold {a.level} (1 is right): 1.25; clusters that mix {a.level}s: 1 of 3")

def pairs(a, gold):
    with open(gold) as file:
        count = len(file.readlines())
    for key in ("all", "en"):
        print(f"{key:8} pairs {count:4} accuracy 0.750  same: P 0.500 R 0.500 F1 0.500")

def stream(a, gold):
    print("200 developments, 10 of several items; hidden 8 (4.0%), 1 of several items; "
          "messages a development 0.97 {'new': 194}")
"""
Rows = list[dict[str, Any]]


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """A data folder with a scorer, and no gold yet."""
    folder = tmp_path / "data"
    (folder / "stories").mkdir(parents=True)
    (folder / "score.py").write_text(SCORER, encoding="utf-8")
    return Data(folder, tmp_path)


def keep(data: Data, name: str, rows: Rows) -> None:
    with gzip.open(data.folder / "stories" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def item(id_: str, fold: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"id": id_, "fold": fold, "lang": "en", "date": "2026-01-05", "title": f"Title of {id_}", **more}


def article(id_: str, event: str, story: str = "", rule: str = "everything") -> dict[str, Any]:
    return {"type": "article", "id": id_, "rules": [rule], "mentions": [], "story": story, "event": event}


def alert(event: str, *articles: str, kind: str = "new", rule: str = "everything") -> dict[str, Any]:
    return {
        "type": "alert",
        "kind": kind,
        "rule": rule,
        "sentence": "A sentence.",
        "event": event,
        "story": "",
        "articles": list(articles),
    }


def test_minimal_pairs_are_read_from_the_scorer_and_listed_of_read_folds_only(data: Data) -> None:
    """The shares of each half; of the errors those of folds 0 to 2, with their reason."""
    pair = {"kind": "different", "why": "place", "a": {"title": "One"}, "b": {"title": "Other"}}
    keep(data, "minimal", [item("p1", 0, **pair), item("p2", 2, **pair), item("p3", 3, **pair)])
    rows = [
        {"id": id_, "state": state, "reason": "same words"}
        for id_, state in (("p1", "joined"), ("p2", "possibly"), ("p3", "joined"))
    ]
    quality = minimal_quality(data, write_rows(data.work / "minimal.jsonl", rows))
    (figure,) = quality.figures
    assert figure.halves == {ALL: 0.5, READ: 1.0, UNREAD: 0.0}
    assert (figure.met, figure.least) == (False, 0.98)
    assert quality.errors == ["different\tplace\tjoined\tp1\tOne | Other\tsame words"]
    assert "different, unread folds: 1 joined" in quality.rows


def test_an_item_is_suppressed_by_another_event_if_no_alert_of_its_subject_was_for_its_own(data: Data) -> None:
    """Four items of two events in one subject: one of the two that are suppressed belongs to an event that was told
    there; the other to one that was not, and that is hidden."""
    keep(
        data,
        "stories",
        [
            item("a", 0, event="x"),
            item("b", 0, event="x"),
            item("c", 0, event="y"),
            item("d", 3, event="z"),
            item("e", 3, event="z"),
        ],
    )
    rows = [
        article("a", "k"),
        alert("k", "a"),
        article("b", "k"),
        article("c", "k"),
        article("d", "l"),
        alert("l", "d"),
        article("e", "m"),
        alert("m", "e", kind="possibly"),
    ]
    messages, foreign, hidden = events_quality(data, write_rows(data.work / "events.jsonl", rows)).figures
    assert messages.halves == {READ: 0.5, UNREAD: 2.0, ALL: 1.0}
    assert foreign.halves == {READ: 0.5, UNREAD: 0.0, ALL: 0.5}
    assert hidden.halves == {READ: 0.5, UNREAD: 0.0, ALL: 1 / 3}


def test_messages_of_a_labelled_day_are_counted_for_each_event_and_label(data: Data) -> None:
    """An article without a label that is sent as an update belongs to its thread, and is listed; an event that nothing
    was sent of counts against those sent; a digest is no message."""
    drill, launch = {"labels": ["drill"], "event": "d1"}, {"labels": ["launch"], "event": "l1"}
    items = [item("a", None) | drill, item("b", None), item("c", None) | launch, item("d", None)]
    keep(data, "day", items)
    (data.folder / "news").mkdir()
    (data.folder / "stories" / "day.jsonl.gz").rename(data.folder / f"{DAY}.jsonl.gz")
    rows = [
        article("a", "k", rule="drills"),
        alert("k", "a", rule="drills"),
        article("b", "k", rule="drills"),
        alert("k", "b", kind="update", rule="drills"),
        alert("m", "c", kind="digest", rule="launches"),
        alert("o", "d", rule="launches"),
    ]
    quality = day_quality(data, write_rows(data.work / "day.jsonl", rows))
    assert [each.halves[ALL] for each in quality.figures] == [0.5, 1, 1, 2]
    assert quality.rows[:2] == ["d1 / drill: 1 new, 1 update, 0 possibly", "l1 / launch: 0 new, 0 update, 0 possibly"]
    assert [line.split("\t")[3:5] for line in quality.errors] == [["thread of d1", "b"], ["thread of its own", "d"]]


def test_a_replay_of_made_up_pairs_is_judged(
    data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way once: each pair by itself with its rule, in a process of its own; --strict tells by the exit code
    that a bound is missed."""
    (data.folder / "minimal.py").write_text(
        "def state(rows): return 'joined' if sum(row['type'] == 'alert' for row in rows) == 1 else 'apart'\n"
    )
    rule = {"rule": "words", "title": "Words", "level": "high", "match": {"words": {"en": ["quake"]}}}
    sides = {
        side: {"title": "A quake in Chile", "text": "", "lang": "en", "date": "2026-01-05T10:00:00Z"} for side in "ab"
    }
    keep(data, "minimal", [{"id": "p", "fold": 0, "kind": "same", "why": "reprint", "rule": rule, **sides}])
    monkeypatch.setattr(sys, "argv", ["identity", "--data", str(data.folder), "--part", "minimal", "--strict"])
    assert identity.main() == 1
    printed = capsys.readouterr().out
    assert "same, read folds: 1 joined" in printed
    assert "1 of 1 bounds missed" in printed
