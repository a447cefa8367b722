"""What there is of rules is counted as their writers would."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.services.queries.rules import RuleSummary, summarize_rules

MORE = """
---
list: drills
words: {en: [drill, exercise], ko: [훈련], ja: [演習]}
---
entity: taiwan
kind: place
name: Taiwan
sure: {en: [Taiwan, Formosa], ko: [대만], zh: [台湾]}
"""


def summary(folder: Path, match: str, more: str = "") -> RuleSummary:
    file = folder / "a.yaml"
    file.write_text(f"rule: r\ntitle: R\nlevel: low\nmatch: {match}\n{more}{MORE}", encoding="utf-8")
    loaded = load_rules([file])
    assert loaded.faults == ()
    (found,) = summarize_rules(loaded)
    return found


@pytest.mark.parametrize(
    ("match", "languages", "words"),
    [
        ("{words: {en: [drill, drills], ko: [훈련]}}", ("en", "ko"), 3),
        ("{words: [drill]}", ("any",), 1),
        # in which all parts have words or names; those of entities are not the rule's
        ("{all: [{list: drills}, {entity: taiwan}]}", ("en", "ko"), 4),
        ("{all: [{list: drills}, {words: {en: [drill]}}]}", ("en",), 4),  # a word of the list is the same word
        ("{any: [{list: drills}, {words: {ru: [учения]}}]}", ("en", "ja", "ko", "ru"), 5),
    ],
)
def test_languages_and_words(match: str, languages: tuple[str, ...], words: int, tmp_path: Path) -> None:
    """Languages in which it can hold; words that it looks for."""
    found = summary(tmp_path, match)
    assert (found.languages, found.word_count) == (languages, words)


def test_tests_are_counted(tmp_path: Path) -> None:
    """Those that must fire, and those that must not."""
    found = summary(tmp_path, "{words: [drill]}", "tests: {fires: [a drill, drill], silent: [Rain]}\n")
    assert found.test_count == 3
