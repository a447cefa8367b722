"""`rules coverage`: by a file of labelled articles, and by the archive with its marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.errors import InvalidRequest
from tests.support.commands import read_output, rows, run
from tests.support.marked_desk import CAME, fill

RULES = """\
# Our ports.
rule: port-strike
title: Strike in a port
level: low
match:
  near:
    within: sentence
    these:
      - name: port  # where
        words: {en: [port, dockers]}
      - name: strike
        words: {en: [strike]}
tests:
  fires: [Strike in the port]
"""
TITLES = {
    "Dockers in Oslo on strike": True,
    "Dockers stage walkout": True,
    "Walkout in the port of Bari": True,
    "Walkout shuts port of Riga": True,
    "Football: strike by Port Vale wins it": False,
    "Football results: port side wins with late strike": False,
    "Ships wait in the port of Cork": False,
}


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(folder: Path) -> None:
    """The rule, and a file of labelled articles, each of another paper."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    rows = [
        {
            "id": f"a{number}",
            "title": title,
            "lang": "en",
            "date": "2026-01-05T12:00:00Z",
            "url": f"https://paper{number}.example/1",
            "labels": ["port-strike"] if wanted else [],
        }
        for number, (title, wanted) in enumerate(TITLES.items())
    ]
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


ASKED = ("--rules", "rules.yaml", "--data", "data.jsonl", "port-strike")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    """A rule, and articles."""
    write(tmp_path)
    for arguments, hint in (
        (("coverage", *ASKED[:-1], "port-strikes"), "did you mean 'port-strike'?"),
        (("coverage", "--rules", "rules.yaml", "port-strike"), "give --data FILE"),
    ):
        ended = run("rules", *arguments)
        assert isinstance(ended.exception, InvalidRequest)
        assert hint in str(ended.exception)


def test_the_archive_and_its_marks(tmp_path: Path) -> None:
    """What is marked as missed is missed, and noise is a false alarm; nothing else is judged."""
    database = fill(tmp_path)
    read_output("mark", CAME[2][2], "missed", "--rule", "floods")
    read_output("mark", "2", "noise")
    printed = read_output("rules", "coverage", "floods")
    assert "floods: 3 articles, 0 hit; 1 wanted, of which 1 are missed; 0 false alarms\n" in printed
    assert f"    missed (en) {CAME[2][1]}\n" in printed
    listed = read_output("rules", "coverage", "launch")
    assert "1 hit that nobody has judged\n  (en) North Korea fires two missiles\n      https://wire.test/1\n" in listed
    *_, total = rows("rules", "coverage", "launch")
    assert (total["hit"], len(total["false_alarms"]), total["missed"]) == (2, 1, [])
    ended = run("rules", "coverage", "launch", "--articles", "1")
    assert "the newest 1 of 3 articles; --articles N reads more" in ended.output
    database.close()
