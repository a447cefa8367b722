"""What a command exports, others read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.whole import news_monitor

RULES = """\
rule: launch
title: Launches
level: high
match: {any: [{words: {ko: [발사]}}, {words: {en: [missiles]}}]}
---
rule: korea
title: Korea
level: low
match: {words: {ko: [북한]}}
"""
FEED = """\
<rss version="2.0"><channel><title>Wire</title>
<item><guid isPermaLink="false">one</guid><title>북한 미사일 발사</title><link>https://x.test/1</link>
<pubDate>Mon, 05 Jan 2026 12:00:00 GMT</pubDate></item>
<item><title>Ferries run late</title><link>https://x.test/2</link><description>No missiles.</description>
<pubDate>Mon, 05 Jan 2026 13:00:00 GMT</pubDate></item>
</channel></rss>
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """Rules, and a feed."""
    (tmp_path / "mine.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")


@pytest.mark.parametrize("command", ["match", "replay"])
async def test_entries_of_parse_are_matched_and_replayed(command: str, tmp_path: Path) -> None:
    """By what `parse --json` prints, unchanged."""
    parsed = await news_monitor("parse", "--json", "feed.xml", folder=tmp_path)
    uids = [row["uid"] for row in parsed.rows]
    ended = await news_monitor(
        command, "--json", "--rules", "mine.yaml", "-", folder=tmp_path, stdin=parsed.out.encode()
    )
    assert (ended.code, ended.err) == (0, "")
    articles = [row for row in ended.rows if row.get("type") != "alert"]
    assert [row["id"] for row in articles] == uids
    assert [sorted(row["rules"]) for row in articles] == [["korea", "launch"], ["launch"]]
    alerts = [(row["at"], row["rule"]) for row in ended.rows if row.get("type") == "alert"]
    assert alerts == (
        []
        if command == "match"
        else [
            ("2026-01-05T12:00:00+00:00", "launch"),
            ("2026-01-05T12:00:00+00:00", "korea"),
            ("2026-01-05T13:00:00+00:00", "launch"),
        ]
    )


@pytest.mark.usefixtures("lived_in")
async def test_exported_matches_are_matched_and_replayed(tmp_path: Path) -> None:
    """With their texts. The article that two rules have matched is on two lines, and makes no second alert."""
    exported = (await news_monitor("matches", "export", folder=tmp_path)).out.encode()
    matched = await news_monitor("match", "--json", "--rules", "mine.yaml", "-", folder=tmp_path, stdin=exported)
    assert (matched.code, matched.err) == (0, "")
    assert [row["id"] for row in matched.rows] == ["a", "a", "b", "b"]
    in_text = [span["text"] for span in matched.rows[0]["why"]["launch"] if span["field"] == "text"]
    assert in_text == ["Missiles"]
    played = await news_monitor("replay", "--json", "--rules", "mine.yaml", "-", folder=tmp_path, stdin=exported)
    assert (played.code, played.err) == (0, "")
    alerts = sorted((row["rule"], row["kind"]) for row in played.rows if row["type"] == "alert")
    assert alerts == [("korea", "new"), ("launch", "new")]


@pytest.mark.usefixtures("lived_in")
async def test_an_export_into_a_file_says_how_much_and_where(tmp_path: Path) -> None:
    """On stderr, since the file may be /dev/stdout."""
    matches = await news_monitor("matches", "export", "out.jsonl", folder=tmp_path)
    articles = await news_monitor("articles", "export", "-o", "/dev/stdout", folder=tmp_path)
    count = len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (matches.code, matches.out, matches.err) == (0, "", f"{count} matches written to out.jsonl\n")
    assert (articles.code, articles.err) == (0, f"{len(articles.rows)} articles written to /dev/stdout\n")
