"""`rules coverage` and `rules tune`: by a file of labelled articles, and by the archive with its marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.errors import InvalidRequest, MonitorError
from tests.marked_desk import CAME, fill, read_output, rows, run

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


def test_coverage_says_what_decides_and_which_word_is_missing(tmp_path: Path) -> None:
    """With the sentences that the word would gain."""
    write(tmp_path)
    ended = run("rules", "coverage", *ASKED)
    assert ended.exit_code == 0
    assert "port-strike: 7 articles, 3 hit; 4 wanted, of which 3 are missed; 2 false alarms\n" in ended.output
    assert "  3 of 3  nothing for “strike” (rules.yaml:11:9)" in ended.output
    assert "for “strike”: gains 3, 3 independent; brings 0 unwanted, 0 that nobody has judged\n" in ended.output
    assert "    + Dockers stage walkout\n" in ended.output


def test_coverage_as_json(tmp_path: Path) -> None:
    """The articles by their ids."""
    write(tmp_path)
    ended = run("rules", "coverage", "--json", *ASKED)
    rows = [json.loads(line) for line in ended.output.splitlines()]
    (word,) = [row for row in rows if row["type"] == "word" and row["word"] == "walkout"]
    assert (word["path"], word["gains"]) == (["match", "near", "these", 1], ["a1", "a2", "a3"])
    (language,) = [row for row in rows if row["type"] == "language"]
    assert language == {
        "type": "language",
        "language": "en",
        "can_match": True,
        "articles": 7,
        "wanted": 4,
        "hit": 3,
        "missed": 3,
    }
    assert rows[-1]["missed"] == ["a1", "a2", "a3"]


def test_tune_proposes_and_changes_nothing(tmp_path: Path) -> None:
    """Each with its support; the diff shows what `--write` would do."""
    write(tmp_path)
    ended = run("rules", "tune", *ASKED)
    assert ended.exit_code == 0
    assert "1. add “walkout” (en) to “strike”\n" in ended.output
    assert "    gains 3; support: 3 independent (3 publishers, 1 week)\n" in ended.output
    assert "+        words: {en: [strike, walkout]}\n" in ended.output
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == RULES


def test_tune_writes_what_is_not_left_out(tmp_path: Path) -> None:
    """Comments and layout stay; the second run finds nothing more."""
    write(tmp_path)
    ended = run("rules", "tune", "--leave", "2", "--write", *ASKED)
    assert ended.exit_code == 0
    assert "(left out)\n" in ended.output
    written = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    assert written == RULES.replace("[strike]", "[strike, walkout]")
    ended = run("rules", "tune", "--write", *ASKED)
    written = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    assert "unless:" in written
    assert "football" in written
    again = run("rules", "tune", *ASKED)
    assert again.output.startswith("nothing to propose")


def test_a_proposal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Beside a part with `case`, the file would ask for capitals, and the proposal does not."""
    write(tmp_path)
    part = "      - name: strike\n        case: exact\n        any: [{pattern: strike}, {pattern: Strike}]\n"
    text = RULES.replace("      - name: strike\n        words: {en: [strike]}\n", part)
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    ended = run("rules", "tune", "--write", *ASKED)
    assert "1. add “walkout” (en) to “strike”\n" in ended.output
    assert isinstance(ended.exception, MonitorError)
    assert "proposal 1 cannot be written: make the change by hand, and use --leave 1: rules.yaml:2:1: " in str(
        ended.exception
    )
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == text
    assert "(left out)" in read_output("rules", "tune", "--leave", "1", *ASKED)


def test_proposals_that_need_one_that_is_left_out_are_not_written(tmp_path: Path) -> None:
    """Either “stop” or “halt” can go; both can only if “tools” comes: one article has all three."""
    (tmp_path / "rules.yaml").write_text(RULES.replace("[strike]", "[strike, stop, halt]"), encoding="utf-8")
    wanted = [
        "Dockers stop, halt and down tools",
        *(f"Dockers in {place} down tools" for place in ("Oslo", "Bari", "Kiel")),
    ]
    noise = [
        *("Tram will stop near port", "Port sign says stop", "A stop by port is moved"),
        *("Halt of buses near port", "Trains halt at port", "Port road: cars halt"),
    ]
    rows = [
        {
            "id": number,
            "title": title,
            "lang": "en",
            "url": f"https://paper{number}.example/",
            "date": "2026-01-05T12:00:00Z",
            "labels": ["port-strike"] if title in wanted else [],
        }
        for number, title in enumerate([*wanted, *noise])
    ]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = read_output("rules", "tune", *ASKED).splitlines()
    proposed = [line for line in lines if line[:1].isdigit()]
    (added,) = [line for line in proposed if "tools" in line]
    assert len(proposed) > 2  # both removals, in some order
    ended = run("rules", "tune", "--leave", added.split(".")[0], "--write", *ASKED)
    assert isinstance(ended.exception, InvalidRequest)
    assert "leave out more" in str(ended.exception)
    assert "tools" not in (tmp_path / "rules.yaml").read_text(encoding="utf-8")


LIST = """\
---
list: walkouts
words:
  en: [strike, strikes, picket, sit-in]
  de: [Streik]
"""


def test_a_hint_changes_the_file_only_if_it_is_taken(tmp_path: Path) -> None:
    """The words, their comment and the keys beside them stay."""
    write(tmp_path)
    own = RULES.replace(
        "{en: [strike]}",
        "  # what\n          en: [strike, strikes, lockout]  # labour\n        ignore: {en: [air strike]}",
    )
    (tmp_path / "rules.yaml").write_text(own + LIST, encoding="utf-8")
    options = ("--leave", "1", "--leave", "2")
    lines = read_output("rules", "tune", *options, "--write", *ASKED).splitlines()
    (hint,) = [line for line in lines if "list “walkouts” beside the words of “strike”" in line]
    assert "    has 2 of the 3 words: strike, strikes" in lines
    assert "    more words: 1 in de, 2 in en" in lines  # no article here is in German
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == own + LIST
    number = hint.split(".")[0]
    ended = run("rules", "tune", *options, "--take", number, "--write", *ASKED)
    assert f"{hint} (taken)\n" in ended.output
    assert "all of this: changes nothing here; support: 0 independent (0 publishers, 0 weeks)\n" in ended.output
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == (
        own.replace(
            "        words:   # what\n          en: [strike, strikes, lockout]  # labour\n",
            "        any:\n          - words:   # what\n              en: [strike, strikes, lockout]  # labour\n"
            "          - list: walkouts\n",
        )
        + LIST
    )
    assert "list “walkouts”" not in read_output("rules", "tune", *ASKED)


def test_a_hint_names_the_languages_of_articles_that_the_condition_lacks(tmp_path: Path) -> None:
    """With the number of articles in each language."""
    write(tmp_path)
    own = RULES.replace("[strike]", "[strike, strikes]")
    (tmp_path / "rules.yaml").write_text(own + LIST.replace("picket, sit-in", "picket"), encoding="utf-8")
    german = {"id": "de", "title": "Der Hafen bleibt heute ruhig", "lang": "de", "labels": []}
    with (tmp_path / "data.jsonl").open("a", encoding="utf-8") as data:
        data.write(json.dumps(german) + "\n")
    lines = read_output("rules", "coverage", *ASKED).splitlines()
    assert "    and words in languages that the condition lacks: de (1 article)" in lines


def test_coverage_shows_the_lists_that_have_the_words(tmp_path: Path) -> None:
    """With what each would gain, and what it has; `--json` too."""
    write(tmp_path)
    own = RULES.replace("[strike]", "[strike, strikes]") + LIST.replace("picket", "picket, walkout")
    (tmp_path / "rules.yaml").write_text(own, encoding="utf-8")
    lines = read_output("rules", "coverage", *ASKED).splitlines()
    at = lines.index("  list “walkouts” in place of the words of “strike” (rules.yaml:16:1)")
    assert lines[at + 3] == "    gains 3, 3 independent; brings 0 unwanted, 0 that nobody has judged"
    assert lines[at + 4] == "    + (en) Dockers stage walkout"
    (row,) = [row for row in rows("rules", "coverage", *ASKED) if row["type"] == "reference"]
    assert (row["list"], row["in_place"], row["gains"]) == ("walkouts", True, ["a1", "a2", "a3"])
    read_output("rules", "tune", "--write", *ASKED)
    written = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    assert "      - name: strike\n        list: walkouts\n" in written


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    """A rule, a proposal, and articles."""
    write(tmp_path)
    for arguments, hint in (
        (("tune", *ASKED[:-1], "port-strikes"), "did you mean 'port-strike'?"),
        (("tune", "--leave", "9", *ASKED), "there is no proposal 9 to leave out"),
        (("tune", "--take", "9", *ASKED), "there is no hint 9 to take: there are none"),
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
    ended = run("rules", "tune", "launch", "--articles", "1")
    assert "the newest 1 of 3 articles; --articles N reads more" in ended.output
    assert "nothing to propose" in ended.output
    database.close()
