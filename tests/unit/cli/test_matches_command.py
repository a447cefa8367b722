"""What was stored can be listed, shown and taken away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor.store.engine.database import Database
from monitor.store.engine.tables import match
from tests.support.commands import run_in
from tests.support.whole import news_monitor

pytestmark = pytest.mark.usefixtures("lived_in")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["other korea suppressed", "other launch suppressed", "wire korea sent", "wire launch sent"]),
        (("--rule", "launch"), ["other launch suppressed", "wire launch sent"]),
        (("--source", "wire", "--decision", "sent"), ["wire korea sent", "wire launch sent"]),
        (("--kind", "mention"), []),
        (("--decision", "shadow"), []),
        (("--most", "1"), ["other korea suppressed"]),
        (("--limit", "1"), ["other korea suppressed"]),
        # in the configured zone: Seoul is nine hours ahead of the fixture's noon
        (("--since", "2026-01-05 21:05"), ["other korea suppressed", "other launch suppressed"]),
        (("--since", "2026-01-05T12:05Z"), ["other korea suppressed", "other launch suppressed"]),
        (("--rule", "launch", "rule:launch"), ["wire launch sent", "other launch suppressed"]),
        (("--rule", "launch", "--rule", "korea", "rule:launch"), ["wire launch sent", "other launch suppressed"]),
        (("rule:launch", "rule:korea", "--source", "wire", "source:wire"), ["wire korea sent", "wire launch sent"]),
        (("--since", "2026-01-06"), []),
        (("--since", "1 minute"), []),  # ago
    ],
)
def test_matches_are_listed_as_they_are_asked_for(options: tuple[str, ...], found: list[str], tmp_path: Path) -> None:
    """The newest first; each with the decision and its reason."""
    ended = run_in(tmp_path, "matches", "list", "--json", *options)
    assert (ended.code, ended.err) == (0, "")
    told = [f"{row['article']['source']} {row['rule']} {row['outcome']}" for row in ended.rows]
    assert sorted(told) == sorted(found)
    assert all(row["reason"] for row in ended.rows)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("list", "--rule", "lanch"), "there is no rule 'lanch'; did you mean 'launch'?"),  # the database knows it
        (("list", "--rule", "x", "--json"), "there is no rule 'x'; known are: "),
        (("list", "--rule", "launch", "--source", "nope"), "there is no source 'nope'; known are: other, wire"),
        (("export", "--rule", "x"), "there is no rule 'x'; known are: "),
    ],
)
def test_a_name_that_nobody_knows_is_wrong_use(args: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """An empty list would be taken for an answer. What only the database knows still is known."""
    ended = run_in(tmp_path, "matches", *args)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(said)


def test_conditions_that_have_a_name_are_called_by_it(lived_in: Database, tmp_path: Path) -> None:
    """Where a rule gives none, nothing is said of it; so is the level of a match that was stored without one."""
    evidence = [["title", 7, 9, "발사", "발사", "did what"], ["tags", 0, 4, "DPRK", "DPRK"]]
    with lived_in.writing() as connection:
        connection.execute(update(match).where(match.c.id == 1).values(evidence=evidence, level=None))
    shown = (run_in(tmp_path, "matches", "show", "1")).out
    assert "match     1, news, 2026-01-05 21:00:00 KST" in shown
    assert "words     “발사” (title, did what), “DPRK” (tags)" in shown
    rows = (run_in(tmp_path, "matches", "export")).rows
    named = {"field": "title", "start": 7, "end": 9, "text": "발사", "term": "발사", "node": "did what"}
    assert rows[0]["evidence"] == [named, {"field": "tags", "start": 0, "end": 4, "text": "DPRK", "term": "DPRK"}]
    assert [row["level"] for row in rows] == [None, "high", "high", "high"]


@pytest.mark.parametrize("where", [["-"], ["all.jsonl"], ["-o", "all.jsonl"]])
def test_everything_can_be_taken_away(where: list[str], tmp_path: Path) -> None:
    """All matches as JSON lines, in the order in which they were stored, as the list has them, with the texts."""
    ended = run_in(tmp_path, "matches", "export", *where)
    lines = ended.out if where == ["-"] else (tmp_path / where[-1]).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    listed = (run_in(tmp_path, "matches", "list", "--json")).rows
    texts = [(row["article"].pop("text"), row["article"].pop("authors"), row["article"].pop("tags")) for row in rows]
    assert rows == listed[::-1]
    assert {text for text, *_ in texts} == {"Seoul says so.\nMissiles flew.", ""}
    assert len(rows) == 4


def test_a_span_of_time_can_be_taken_away(tmp_path: Path) -> None:
    """From --since on and before --until, so that months meet and do not overlap. --before means the same, also for
    articles."""
    days = [("2026-01-05 21:00", "2026-01-05 21:10"), ("2026-01-05 21:10", "2026-01-06"), ("2026-01-06", "2026-01-07")]
    counts = []
    for since, until in days:
        ended = run_in(tmp_path, "matches", "export", "--since", since, "--until", until)
        counts.append(len(ended.rows))
    assert counts == [2, 2, 0]
    day = ("--since", "2026-01-05 21:00", "--until", "2026-01-05 21:10")
    before = tuple(word.replace("--until", "--before") for word in day)
    assert len((run_in(tmp_path, "matches", "export", *before)).rows) == 2
    articles = [(run_in(tmp_path, "articles", "export", *each)).rows for each in (day, before)]
    assert articles[0] == articles[1] != []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("show", "99"), "there is no match 99: `news-monitor matches list` shows"),
        (("list", "--since", "someday"), "'someday' is not a time: write '3 days' (ago), today, 2026-01-05 or"),
        (
            ("list", "--rule", "launch", "rule:korea"),
            "--rule launch and rule:korea: no match has both; to",
        ),
        (("list", "--source", "wire", "source:other"), "--source wire and source:other: no match has both; to list"),
        (("export", "-o", "a.jsonl", "b.jsonl"), "-o and FILE both name a file: give one of them"),
        (("export", "nosuch/all.jsonl"), "nosuch/all.jsonl: there is no folder nosuch; make it first"),
    ],
)
def test_wrong_usage_is_told(command: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """Exit code 2, and one line that says what to do."""
    ended = run_in(tmp_path, "matches", *command)
    assert ended.code == 2
    assert ended.err.startswith(said)


async def test_what_is_not_utf8_gets_ascii(lived_in: Database, tmp_path: Path) -> None:
    """A stdout that cannot show Korean gets JSON that says it in ASCII; a file is always UTF-8."""
    del lived_in
    plain = {"PYTHONIOENCODING": "ascii"}
    ended = await news_monitor("matches", "export", folder=tmp_path, env=plain)
    assert ended.out.isascii()
    assert {row["article"]["title"] for row in ended.rows} == {"북한 미사일 발사"}
    await news_monitor("matches", "export", "all.jsonl", folder=tmp_path, env=plain)
    assert "발사" in (tmp_path / "all.jsonl").read_text(encoding="utf-8")
