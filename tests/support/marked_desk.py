"""A folder with matches that people mark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.support.building import MINUTE, NOON, article, claimed, commit, rule, rules, sources
from tests.support.commands import read_output
from tests.support.newest import make_newest
from tests.support.whole import write_config

RULES = rules(rule("launch", ["missile", "missiles"]), rule("floods", ["flood", "floods"]))
YAML = """\
rule: launch
title: Launches
level: high
match: {words: [missile, missiles]}
---
rule: floods
title: Floods
level: low
match: {words: [flood, floods]}
"""
CAME = [
    ("wire", "North Korea fires two missiles", "https://wire.test/1"),
    ("post", "A missile of a joke by our comedian", "https://post.test/2"),
    ("post", "Rivers burst their banks in two towns", "https://post.test/3"),
]


def fill(folder: Path) -> Database:
    """A folder after some minutes, with two matches of launch, and a flood that no rule has found."""
    folder.mkdir(exist_ok=True)
    (folder / "own.yaml").write_text(YAML, encoding="utf-8")
    write_config(folder, {}, rules="own.yaml")
    database = make_newest(folder / "monitor.db")
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post"), NOON)
    for number, (of, title, url) in enumerate(CAME):
        now = NOON + number * 10 * MINUTE
        each = article(f"a{number}", title, of=of, seen=now, url=url, canonical=url)
        each = replace(each, language="en")
        commit(section, claimed(claims, of, now), each, at=now, ruleset=RULES)
    return database


def mark_all() -> None:
    read_output("mark", "1", "good")
    read_output("mark", "2", "noise")
    read_output("mark", CAME[2][2], "missed", "--rule", "floods")
