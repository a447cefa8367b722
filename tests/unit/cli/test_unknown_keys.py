"""Commands that read recorded articles ignore keys that they do not know, and say so: they may be typing errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.inputs import ArticleReader
from tests.support.commands import run_in
from tests.support.whole import DESK

RULES = ("--rules", DESK["rules"], "--rules", DESK["entities"])
RULE = "north-korea-missile-launch"
LABELS = {"labels": [RULE], "judged": [RULE], "also_mentions": [], "fires": [RULE]}
COMMANDS = [f"{command} news.jsonl" for command in ("match", "replay", "score", "rules test")]
COMMANDS.append(f"rules coverage {RULE} --data news.jsonl")
KNOWN: dict[str, object] = {"id": 1, "title": "North Korea fires two ballistic missiles", **LABELS}


def errors(command: str, folder: Path, *rows: dict[str, object]) -> list[str]:
    (folder / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ended = run_in(folder, *command.split(), *RULES, "--json")
    assert ended.code == 0
    return ended.told


@pytest.mark.parametrize("command", COMMANDS)
def test_each_unknown_key_is_named_once(command: str, tmp_path: Path) -> None:
    """With the line where it came first, and what was meant where that is clear and missing; the exit code is 0."""
    told = errors(
        command,
        tmp_path,
        KNOWN | {"date": "2026-01-05"},
        KNOWN | {"published": "2026-01-05", "fold": 3, "titel": "x"},
        KNOWN | {"published": "2026-01-06", "urll": "https://x.test", "s\x1b[2J": 1},
    )
    assert told == [
        "news.jsonl: line 2: the key 'published' is unknown and ignored; did you mean 'date'?",
        "news.jsonl: line 2: the key 'fold' is unknown and ignored",
        "news.jsonl: line 2: the key 'titel' is unknown and ignored",  # there is a title
        "news.jsonl: line 3: the key 'urll' is unknown and ignored; did you mean 'url'?",
        "news.jsonl: line 3: the key 's[2J' is unknown and ignored",
    ]


@pytest.mark.parametrize("command", ["match", "replay", "score"])
def test_nothing_is_said_of_keys_that_commands_write(command: str, tmp_path: Path) -> None:
    """As `parse --json` and the exports do."""
    entry: dict[str, object] = {
        "uid": "u",
        "title": "T",
        "link": "https://x.test",
        "summary": "S",
        "content": None,
        "published": None,
    }
    entry |= {"updated": None, "authors": [], "language": "en", "tags": []}
    marked = KNOWN | {"publisher": "P", "dated": True, "seen": "2026-01-05T09:00:00+00:00", "marks": [], "silent": []}
    assert errors(f"{command} news.jsonl", tmp_path, KNOWN, entry, marked) == []


def test_a_file_whose_keys_are_data_does_not_flood(tmp_path: Path) -> None:
    """The first ones are enough."""
    told = errors("match news.jsonl", tmp_path, KNOWN | {f"k{number}": 1 for number in range(1000)})
    assert len(told) == ArticleReader.MOST_KEYS
