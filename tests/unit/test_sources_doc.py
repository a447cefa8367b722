"""docs/sources.md: its examples are sources that are read, and its words are those of the program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

import monitor
from monitor.config.editing.feed_lists import ImportOutcome
from monitor.config.language.sources import SourceDefaults, sources_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.model import Selectors, TroubleKind
from monitor.notices.troubles import OF_SOURCES
from monitor.sources.formats.opml import SETTINGS_NAMESPACE
from monitor.sources.kinds import recognize_address
from monitor.sources.polling.discovery import USUAL_PATHS

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def read(example: str) -> str:
    return example if example.startswith("sources:") else f"sources:\n{example}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_are_read(example: str) -> None:
    """As they stand; a part of a list stands under `sources:`."""
    assert all(
        sources_from_document(document, SourceDefaults(timedelta(minutes=5)))
        for document in parse_yaml_text(read(example), "sources.md")
    )


def test_its_telegram_channel_is_the_one_that_is_written() -> None:
    """With the same selectors."""
    example = next(each for each in EXAMPLES if "t.me" in each)
    ((_, source),) = sources_from_document(
        parse_yaml_text(read(example), "sources.md")[0], SourceDefaults(timedelta(minutes=5))
    )
    known = recognize_address(source.url)
    assert known is not None
    assert isinstance(source.settings, Selectors)
    assert (source.url, asdict(source.settings)) == (known.url, known.keys["select"])


def test_its_words_are_those_of_the_program() -> None:
    """Outcomes, usual addresses and the namespace."""
    words = [
        *(f"`{outcome.value}`" for outcome in ImportOutcome),
        *(f"`{path}`" for path in USUAL_PATHS),
        f"`{SETTINGS_NAMESPACE}`",
    ]
    assert [word for word in words if word not in PAGE] == []


def literals() -> Iterator[str]:
    """All texts in the program, with N for what is filled in and for numbers."""
    for path in Path(monitor.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "N" for part in node.values)
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_its_problem_lines_are_those_of_the_program() -> None:
    """Word for word, but for what is filled in."""
    _, _, section = PAGE.partition("## What problem lines mean")
    _, *lines = re.findall(r"^\| (.+?) \|", section.partition("\n## ")[0], re.MULTILINE)
    known = "\n".join(re.sub(r"[0-9][0-9,]*", "N", text) for text in literals())
    fixed = (
        part.strip()
        for line in lines
        for part in re.split(r"\bN\b|\.\.\.|\(.*?\)|'|:", re.sub(r"[0-9][0-9,]*", "N", line))
    )
    assert [part for part in fixed if len(part.split()) > 2 and part not in known] == []


@pytest.mark.parametrize("kind", TroubleKind)
def test_each_trouble_is_explained(kind: TroubleKind) -> None:
    """By the words that people are shown; whether it is told again, and how often, is as the notices have it."""
    (row,) = [row for row in ROWS if row[0] == kind.label]
    told, sort = row[3], OF_SOURCES[kind]
    assert ("when it is over" in told) is sort.has_reminders
    assert ("each week" in told) is (sort.has_reminders and sort.remind_every.days == 7)
    assert ("each day" in told) is (sort.has_reminders and sort.remind_every.days == 1)
    assert ("at once" in told or told == "once") is (not sort.min_duration)
    assert ("after 3 hours" in told) is (sort.min_duration.total_seconds() == 3 * 3600)
