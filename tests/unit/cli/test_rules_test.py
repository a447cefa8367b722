"""`news-monitor rules test`: a file of headlines over all rules, with counts for people and for programs."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import run_in

RULES = "rule: strikes\ntitle: Strikes\nlevel: low\nmatch: {words: [strike]}\n"


def test_nothing_expected_is_no_success(tmp_path: Path) -> None:
    """A broken export must not look like headlines that all hold."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    for name in ("empty.YAML", "empty.jsonl"):
        (tmp_path / name).write_text("", encoding="utf-8")
        ended = run_in(tmp_path, "rules", "test", "--rules", "rules.yaml", name)
        assert (ended.code, ended.out) == (1, "")
        assert f"{name}: it has no headline for a rule that can be used" in ended.err


def test_a_damaged_end_takes_nothing_from_what_was_read(tmp_path: Path) -> None:
    """It is said, and the rest is reported."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "h.jsonl").write_bytes(
        b'{"title": "A strike", "fires": ["strikes"]}\n{"title": "\xff", "silent": ["any"]}\n'
    )
    ended = run_in(tmp_path, "rules", "test", "--rules", "rules.yaml", "h.jsonl")
    assert ended.code == 1
    assert "1 line is not UTF-8" in ended.err
    assert ended.out.endswith("2 of 2 hold\n")
