"""`news-monitor rules test`: a file of headlines over all rules, with counts for people and for programs."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.support.whole import news_monitor

RULES = "rule: strikes\ntitle: Strikes\nlevel: low\nmatch: {words: [strike]}\n"
HEADLINES = "strikes:\n  fires: [A strike, Dockers walk out]\n  silent: [Rain]\nany:\n  silent: [Ferries run]\n"


async def test_counts_by_rule_and_each_failure(tmp_path: Path) -> None:
    """What fails comes first, with its headline below."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "headlines.yaml").write_text(HEADLINES, encoding="utf-8")
    ended = await news_monitor("rules", "test", "--rules", "rules.yaml", "headlines.yaml", folder=tmp_path)
    assert (ended.code, ended.err) == (1, "")
    assert [line.split() for line in ended.out.splitlines()] == [
        ["headlines.yaml:2:21:", "strikes", "must", "fire,", "and", "does", "not:", "words", "strike:", "not", "there"],
        ["Dockers", "walk", "out"],
        [],
        ["rule", "fires", "mentions", "silent"],
        ["strikes", "1", "of", "2", "1", "of", "1"],
        ["any", "1", "of", "1"],
        [],
        ["3", "of", "4", "hold"],
    ]


async def test_as_json_lines(tmp_path: Path) -> None:
    """Read and written."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    lines = b'{"title": "A strike", "fires": ["strikes"]}\n{"title": "Strike!", "silent": ["any"]}\n'
    (tmp_path / "h.gz").write_bytes(gzip.compress(lines))
    ended = await news_monitor("rules", "test", "--rules", "rules.yaml", "--json", "h.gz", folder=tmp_path)
    assert (ended.code, ended.err) == (1, "")
    failure, strikes, every, total = ended.rows
    assert failure == {
        "type": "failure",
        "file": "h.gz",
        "line": 2,
        "col": 1,
        "rule": "any",
        "wanted": "silent",
        "title": "Strike!",
        "why": "strikes fires on “Strike”",
    }
    counts = {"fires": 1, "mentions": 0, "silent": 0, "fires_held": 1, "mentions_held": 0, "silent_held": 0}
    assert strikes == {"type": "rule", "rule": "strikes", **counts}
    assert (every["rule"], every["silent"], every["silent_held"]) == ("any", 1, 0)
    assert total == {"type": "total", "asked": 2, "failed": 1}


async def test_nothing_expected_is_no_success(tmp_path: Path) -> None:
    """A broken export must not look like headlines that all hold."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    for name in ("empty.YAML", "empty.jsonl"):
        (tmp_path / name).write_text("", encoding="utf-8")
        ended = await news_monitor("rules", "test", "--rules", "rules.yaml", name, folder=tmp_path)
        assert (ended.code, ended.out) == (1, "")
        assert f"{name}: it has no headline for a rule that can be used" in ended.err


async def test_a_damaged_end_takes_nothing_from_what_was_read(tmp_path: Path) -> None:
    """It is said, and the rest is reported."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "h.jsonl").write_bytes(
        b'{"title": "A strike", "fires": ["strikes"]}\n{"title": "\xff", "silent": ["any"]}\n'
    )
    ended = await news_monitor("rules", "test", "--rules", "rules.yaml", "h.jsonl", folder=tmp_path)
    assert ended.code == 1
    assert "1 line is not UTF-8" in ended.err
    assert ended.out.endswith("2 of 2 hold\n")


async def test_a_rule_in_a_faulty_file_is_no_unknown_one(tmp_path: Path) -> None:
    """Its file has the fault; the headlines of the others are run."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("rule: floods\nmatch: {}\n", encoding="utf-8")
    (tmp_path / "h.yaml").write_text("strikes: {fires: [A strike]}\nfloods: {fires: [A flood]}\n", encoding="utf-8")
    ended = await news_monitor("rules", "test", "--rules", ".", "h.yaml", folder=tmp_path)
    assert ended.code == 1
    assert "the rule 'floods' cannot be used: its headlines are left out" in ended.err
    assert ended.out.endswith("1 of 1 hold\n")


async def test_an_unknown_name_is_reported_where_it_is_written(tmp_path: Path) -> None:
    """A rule that does not exist once, at its key and not at each of its headlines; so is a rule of a faulty file."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("rule: floods\nmatch: {}\n", encoding="utf-8")
    (tmp_path / "h.yaml").write_text("# mine\nstrike:\n  fires:\n    - A strike\n    - Two\n", encoding="utf-8")
    ended = await news_monitor("rules", "test", "--rules", "rules.yaml", "h.yaml", folder=tmp_path)
    assert (ended.code, ended.told) == (1, ["h.yaml:2:1: there is no rule 'strike'; did you mean 'strikes'?"])
    (tmp_path / "h.yaml").write_text("floods:\n  silent:\n    - Rain\nany: {silent: [Rain]}\n", encoding="utf-8")
    ended = await news_monitor("rules", "test", "--rules", ".", "h.yaml", folder=tmp_path)
    assert any(line.startswith("h.yaml:1:1: the rule 'floods' cannot be used") for line in ended.told)
