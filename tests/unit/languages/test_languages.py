"""Every language is registered, and its words have the form and the keys that the modules read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import monitor.languages
from monitor.identity.credits import WireStatus
from monitor.languages import LANGUAGES
from monitor.languages.language import Forms, Language
from monitor.text import counts, number_units
from monitor.text.folding import fold
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.number_words import number_words
from monitor.text.scripts import SCRIPTS

FILES = {path.stem for path in Path(monitor.languages.__file__).parent.glob("*.py")} - {"__init__", "language"}
LANGUAGES_OF_COUNTED = Counter(kind for language in LANGUAGES.values() for kind in language.numbers.counted)


def find_patterns(part: object) -> Iterator[str]:
    """The regular expressions of a language: all text but its names, and the characters of Chinese."""
    for name, value in vars(part).items():
        if is_dataclass(value):
            yield from find_patterns(value)
        elif isinstance(value, str) and name not in {"code", "name", "dozens"}:
            yield value
        elif isinstance(value, dict):
            yield from (pattern for pattern in value.values() if isinstance(pattern, str))


def map_forms(forms: Forms) -> dict[str, int]:
    return {name: number for number, names in enumerate(forms) for name in names}


def test_every_file_is_registered() -> None:
    """By the code that is its name."""
    assert set(LANGUAGES) == FILES
    assert all(code == language.code == parse_primary_subtag(code) for code, language in LANGUAGES.items())


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_tables_are_whole(language: Language) -> None:
    assert len(language.calendar.months) in {0, 12}
    assert len(language.calendar.weekdays) in {0, 7}
    assert bool(language.calendar.weekdays) == bool(language.calendar.relative_days)
    assert set(language.scripts) <= {script.name for script in SCRIPTS}
    assert all(pattern == pattern.strip("|") for pattern in find_patterns(language))


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_patterns_are_valid(language: Language) -> None:
    for pattern in find_patterns(language):
        re.compile(pattern)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_keys_are_those_that_are_read(language: Language) -> None:
    """Words under another key would never be found."""
    numbers = language.numbers
    assert set(numbers.kinds_before) <= set(number_units._KINDS_BEFORE)
    assert set(numbers.kinds_after) <= set(number_units._KINDS_AFTER)
    assert set(numbers.currencies) <= set(number_units._CURRENCIES)
    assert set(numbers.multipliers) <= {"e3", "e6", "e9", "e12"}
    assert all(LANGUAGES_OF_COUNTED[kind] > 1 for kind in numbers.counted)  # in one language alone it is a slip
    if language.has_word_edges:
        words = [word.removesuffix(".") for kind in numbers.counted.values() for word in kind]
        assert all(number_words(language.code).kind(fold(word)) for word in words)
    assert set(language.counts.patterns) <= set(counts._KINDS)
    assert set(language.credits.marks) <= set(WireStatus)


def test_names_that_languages_share_mean_the_same() -> None:
    """Months and weekdays are found in a text of any language."""
    for table in ("months", "weekdays"):
        numbers = defaultdict(set)
        for language in LANGUAGES.values():
            for name, number in map_forms(getattr(language.calendar, table)).items():
                numbers[name].add(number)
        assert {name for name, meanings in numbers.items() if len(meanings) > 1} == set()
