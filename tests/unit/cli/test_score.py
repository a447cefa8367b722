"""`news-monitor score`: a table of how right rules are, and each mistake where it is asked for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.support.commands import run_in

RULES = """\
rule: strikes
title: Strikes
level: low
match: {words: {en: [strike], ko: [파업]}}
---
rule: floods
title: Floods
level: low
status: off
match: {words: {en: [flood]}}
"""
DATA: list[dict[str, object]] = [
    {"id": "a", "title": "A strike in the port", "lang": "en", "labels": ["strikes"]},
    {"id": "b", "title": "항만 파업", "lang": "ko", "labels": ["strikes"]},
    {"id": "c", "title": "Dockers \x1b[2Jwalk out", "lang": "en", "labels": ["strikes"]},
    {"id": "d", "title": "A lightning strike", "lang": "en", "labels": []},
    {"id": "e", "title": "A strike, briefly", "lang": "en", "also_mentions": ["strikes"]},
]


def write(folder: Path, *rows: dict[str, object]) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "data.jsonl.gz").write_bytes(gzip.compress(lines.encode()))


def test_each_mistake_with_its_reason(tmp_path: Path) -> None:
    """A title cannot move the cursor."""
    write(tmp_path, *DATA)
    ended = run_in(tmp_path, "score", "--rules", "rules.yaml", "--list", "data.jsonl.gz")
    assert "\x1b" not in ended.out
    assert "miss of strikes (en, c)\n" in ended.out
    assert "    no match: words strike, 파업: not there\n" in ended.out
    assert "false alarm of strikes (en, d)\n    A lightning strike\n    news at level low: " in ended.out


def test_labels_of_a_rule_that_does_not_run_name_the_cause(tmp_path: Path) -> None:
    """It is there, so no other rule is proposed in its place."""
    write(tmp_path, {"id": 1, "title": "A strike", "labels": ["strikes", "dockers"]})
    with (tmp_path / "rules.yaml").open("a", encoding="utf-8") as rules:
        rules.write("---\nrule: dockers\ntitle: Dockers\nmatch: {list: not-there}\n")
    ended = run_in(tmp_path, "score", "--rules", "rules.yaml", "data.jsonl.gz")
    assert ended.code == 1
    assert "the rule 'dockers' is off or has faults: it is not scored, and macro F1 lacks it" in ended.told
    assert not any("did you mean" in line and "'dockers'" in line for line in ended.told)


def test_labels_without_a_rule_are_told(tmp_path: Path) -> None:
    """With what was meant; where none has a rule that runs, nothing was scored."""
    write(tmp_path, {"id": 1, "title": "A strike", "labels": ["strikes", "strike"]})
    ended = run_in(tmp_path, "score", "--rules", "rules.yaml", "data.jsonl.gz")
    assert ended.code == 0
    assert ended.told == ["the label 'strike' is not the id of a rule that runs; did you mean 'strikes'?"]
    write(tmp_path, {"id": 1, "title": "A flood", "labels": ["floods"]})
    ended = run_in(tmp_path, "score", "--rules", "rules.yaml", "data.jsonl.gz")
    assert (ended.code, ended.out) == (1, "")
    assert ended.told == ["data.jsonl.gz: nothing to score: none of its labels is the id of a rule that runs: floods"]
