"""`news-monitor rules list` and `rules packs`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.whole import news_monitor

RULES = """\
rule: strikes
title: Strikes
level: low
status: shadow
owner: labour-desk
match: {words: {en: [strike, walk out], ko: [파업]}}
tests: {fires: [A strike, 파업], silent: [Rain]}
"""


async def test_a_line_for_each_rule(tmp_path: Path) -> None:
    """With what somebody asks who takes over a desk's rules."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    ended = await news_monitor("rules", "list", "--rules", "rules.yaml", folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    heads, line = ended.out.splitlines()
    assert heads.split() == ["rule", "level", "status", "languages", "words", "tests", "owner", "title", "file"]
    assert line.split() == ["strikes", "low", "shadow", "en,", "ko", "3", "3", "labour-desk", "Strikes", "rules.yaml"]


async def test_a_rule_as_json(tmp_path: Path) -> None:
    """The same, for programs; of a faulty file it is told, and the others are listed."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("rule: a\n", encoding="utf-8")
    command = ("rules", "list", "--rules", "rules.yaml", "--rules", "bad.yaml", "--json")
    ended = await news_monitor(*command, folder=tmp_path)
    assert ended.code == 1
    assert ended.told[0] == "2 faults: what is faulty is left out here, and the rest of its file is used"
    assert ended.told[1].startswith("bad.yaml:1:1: ")
    assert ended.rows == [
        {
            "rule": "strikes",
            "title": "Strikes",
            "level": "low",
            "status": "shadow",
            "owner": "labour-desk",
            "languages": ["en", "ko"],
            "words": 3,
            "tests": 3,
            "file": "rules.yaml",
            "line": 1,
        }
    ]


async def test_a_rule_of_a_file_is_shown_without_a_config(tmp_path: Path) -> None:
    """With where it sends and how often; there are no figures of it."""
    keys = "to: [night], once_per: event, by: where, event_lasts: 2 days, again_if: new fact, at_most: 6 an hour"
    rule = RULES.replace("match: {words: {en: [strike, walk out], ko: [파업]}}", "match: {name: where, words: [Busan]}")
    text = f"{rule.replace('[A strike, 파업]', '[Busan]')}alert: {{{keys}}}\n"
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    ended = await news_monitor("rules", "show", "strikes", "--rules", "rules.yaml", folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    age = "of any age (12 hours at the first poll of a source)"
    how_often = "events differ by where; an event lasts 2 days; sent again if: new fact; cooldown: 1 hour, "
    how_often += "four times as long after each update"
    assert ended.out.splitlines() == [
        "rule       strikes, low, shadow",
        "title      Strikes",
        "file       rules.yaml:1:1",
        "owner      labour-desk",
        f"alerts     to night, once per event, {age}; {how_often}; at most 6 an hour",
        "languages  any; 1 word, 2 tests",
    ]


async def test_packs_are_listed_with_what_is_in_them(tmp_path: Path) -> None:
    """East Asia among them, with its eleven rules, in five languages; for people and for programs."""
    ended = await news_monitor("rules", "packs", "--json", folder=tmp_path)
    packs = {row["pack"]: row for row in ended.rows}
    asia = packs["east-asia"]
    assert asia["title"] == "East Asia"
    assert {"taiwan-drills", "korea-china-diplomacy"} <= set(asia["rules"])
    assert {"en", "ja", "ko", "ru", "zh"} <= set(asia["languages"])
    assert "yonhap-ko" in asia["sources"]
    assert "korea.yaml" in asia["source_files"]
    told = await news_monitor("rules", "packs", folder=tmp_path)
    assert [line.partition(":")[0] for line in told.out.splitlines() if line and line[0] != " "] == list(packs)
    assert f"{len(asia['sources'])} sources: " in told.out
    assert "taiwan-drills" in told.out


async def test_init_writes_the_packs_that_are_named(tmp_path: Path) -> None:
    """One, several, or none; and one can be added later, which keeps what is there."""
    asia = "rules/east-asia/taiwan-drills.yaml"
    for options, there in ([], True), (["--pack", "east-asia, east-asia"], True), (["--empty"], False):
        folder = tmp_path / f"set{len(options)}{there}"
        ended = await news_monitor("init", *options, folder, folder=tmp_path)
        assert ended.code == 0, ended.err
        assert (folder / asia).is_file() is there
        assert ("`run` polls all these sources" in ended.err) is there
        empty = "Wrote no rules and no sources: add yours. The lists and entities are words and names that rules can"
        assert (empty in ended.err) is not there
        assert (folder / "rules" / "lists").is_dir()
    added = await news_monitor("init", "--pack", "east-asia", folder, folder=tmp_path)
    assert re.search(rf"^wrote \d+ files in {folder}/rules: 11 rules$", added.out, re.MULTILINE)
    assert re.search(rf"^wrote \d+ files in {folder}/seeds: \d+ sources$", added.out, re.MULTILINE)
    assert f"kept {folder / 'monitor.yaml'}, which was there" in added.err
    assert re.search(rf"^kept \d+ files in {folder}/schema, which were there$", added.err, re.MULTILINE)
    assert re.search(rf"Added 11 rules and \d\d+ sources to {folder}/monitor.yaml: a daemon that runs on it", added.err)


async def test_init_names_folders_and_with_verbose_each_file(tmp_path: Path) -> None:
    """With what is in them; the files are the same."""
    brief = await news_monitor("init", "brief", folder=tmp_path)
    assert (brief.code, len(brief.out.splitlines())) == (0, 5)
    assert re.search(
        r"^Wrote 11 rules and \d+ sources\. `run` polls all these sources; `init --empty` w", brief.err, re.MULTILINE
    )
    assert brief.out.startswith("wrote brief/monitor.yaml\nwrote brief/sources.yaml\nwrote ")
    rules, seeds, schema = brief.out.splitlines()[2:]
    assert re.fullmatch(r"wrote \d+ files in brief/rules: 11 rules, \d+ lists", rules)
    assert re.fullmatch(r"wrote \d+ files in brief/seeds: (\d+ lists?, )?\d+ sources, \d+ entities", seeds)
    assert re.fullmatch(r"wrote \d+ files in brief/schema", schema)
    full = await news_monitor("init", "--verbose", "full", folder=tmp_path)
    named = [line.removeprefix("wrote full/") for line in full.out.splitlines()]
    files = (path.relative_to(tmp_path / "brief") for path in (tmp_path / "brief").rglob("*") if path.is_file())
    assert sorted(named) == sorted(str(file) for file in files if file.parts[0] != ".shipped")
    again = await news_monitor("init", "--verbose", "--empty", "full", folder=tmp_path)
    assert "kept full/schema/rule.schema.json, which was there" in again.err.splitlines()
    assert (await news_monitor("init", "--verbose", "--update", "full", folder=tmp_path)).code == 2


async def test_init_adds_to_a_configured_folder_only_what_it_is_asked_for(tmp_path: Path) -> None:
    """Without an option it would give a running daemon rules and sources that nobody asked for."""
    mine = tmp_path / "monitor.yaml"
    mine.write_text("sources: []\n")
    refused = await news_monitor("init", ".", folder=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("monitor.yaml is there already; `init --pack NAME` adds a pack")
    assert not (tmp_path / "rules").exists()
    added = await news_monitor("init", "--empty", ".", folder=tmp_path)
    assert (added.code, mine.read_text()) == (0, "sources: []\n")
    assert not (tmp_path / "sources.yaml").exists()
    assert "No rules and no sources were added." in added.err
