"""`match`: which rules hit, and why, in the words of the contract."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.support.commands import run_in
from tests.support.whole import DESK, LAUNCH, ROOT, write_config

RULES = ("--rules", DESK["rules"], "--rules", DESK["entities"])
LATER = "The harbour rowers won by half a length on Sunday and the ferries ran on time. " * 12
ARTICLES: list[dict[str, object]] = [
    {"id": "news", "title": LAUNCH, "date": "2026-01-04T09:00:00+09:00"},
    {"id": "ko", "title": "합참 “북한, 동해상으로 탄도미사일 발사”", "lang": "ko"},
    {"id": "passing", "title": "Harbour news", "text": f"{LATER}North Korea fired two ballistic missiles on Sunday."},
    {"id": "none", "title": "Ferry timetable changes"},
]
LINES = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES)


@pytest.mark.parametrize("way", ["file", "gzip", "stdin", "stdin gzip", "config"])
def test_the_same_answer_by_every_way_in(way: str, tmp_path: Path) -> None:
    """One line for each article, in their order; keys, kinds and offsets as the contract has them."""
    write_config(tmp_path, {})
    content = gzip.compress(LINES.encode()) if "gzip" in way else LINES.encode()
    (tmp_path / "articles").write_bytes(content)
    file, rules = "-" if "stdin" in way else "articles", ("-c", "monitor.yaml") if way == "config" else RULES
    ended = run_in(tmp_path, "match", *rules, "--json", file, stdin=content)
    assert (ended.code, ended.err) == (0, "")
    assert [list(row) for row in ended.rows] == [["id", "rules", "mentions", "why", "levels"]] * 4
    launch = "north-korea-missile-launch"
    found = {row["id"]: (row["rules"], row["mentions"]) for row in ended.rows}
    assert found == {"news": ([launch], []), "ko": ([launch], []), "passing": ([], [launch]), "none": ([], [])}
    for row, article in zip(ended.rows, ARTICLES, strict=True):
        assert list(row["why"]) == list(row["levels"]) == [*row["rules"], *row["mentions"]]
        for span in (span for spans in row["why"].values() for span in spans):
            assert [key for key in span if key != "node"] == ["field", "start", "end", "text", "term"]
            assert str(article[span["field"]])[span["start"] : span["end"]] == span["text"] != ""


def test_unusable_lines_are_told_and_the_others_answered(tmp_path: Path) -> None:
    """By the line's number; a word that is half a character cannot stop the rest."""
    lines = f'{{\n{LINES}{{"id": 1}}\n\n{{"id": "\\ud800", "title": "{LAUNCH}"}}\n'
    ended = run_in(tmp_path, "match", *RULES, "--json", "-", stdin=lines.encode())
    assert ended.code == 1
    assert [row["id"] for row in ended.rows] == ["news", "ko", "passing", "none", "\ud800"]
    assert [line.split(":")[1].strip() for line in ended.told] == ["line 1", "line 6"]


@pytest.mark.parametrize("end", [-9, 40])
def test_a_damaged_gzip_is_one_line(end: int, tmp_path: Path) -> None:
    """Cut off: what came before is answered."""
    (tmp_path / "cut.gz").write_bytes(gzip.compress(LINES.encode())[:end])
    ended = run_in(tmp_path, "match", *RULES, "--json", "cut.gz")
    assert ended.code == 1
    assert len(ended.rows) == (4 if end < 0 else 0)
    assert [line.startswith("cut.gz: the gzip is damaged") for line in ended.told] == [True]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14\0", "a zip file"),
        (gzip.compress(b"\x1f\x8b\0", mtime=0), "a binary file"),  # packed, and none either
        (b"SQLite format 3\0\x10", "a SQLite database"),
        ("North Korea\n".encode("utf-16"), "UTF-16"),
        (b"\x7fELF\x02\x01\0", "a binary file"),
    ],
)
@pytest.mark.parametrize("command", ["match", "replay", "why"])
def test_what_is_no_text_is_one_line(command: str, content: bytes, what: str, tmp_path: Path) -> None:
    """It would be taken for headlines: what it is, and what is expected."""
    ended = run_in(tmp_path, command, *RULES, "-", stdin=content)
    assert ended.code == 1
    assert ended.told == [f"-: this is {what}: give lines of text in UTF-8, packed with gzip or not"]


def test_what_is_not_utf_8_is_told_once(tmp_path: Path) -> None:
    """It would be taken for headlines that no rule hits; with what it is, and what to do."""
    content = "북한, 동해상으로 탄도미사일 발사\n한미 정상회담 개최\n".encode("cp949")
    ended = run_in(tmp_path, "match", *RULES, "--json", "-", stdin=b"ok\n" + content)
    assert (ended.code, [row["rules"] for row in ended.rows]) == (1, [[], [], []])
    (line,) = ended.told
    assert line == "-: 2 lines are not UTF-8, the first is line 2; cp949 fits: iconv -f cp949 -t UTF-8"


def test_one_file_of_rules_may_name_the_lists_and_entities_of_the_program(tmp_path: Path) -> None:
    """An entity that is given takes the place of the program's."""
    one = ROOT / "rules" / "east-asia" / "north-korea-missile-launch.yaml"
    own = tmp_path / "own.yaml"
    own.write_text("entity: north-korea\nkind: place\nname: Utopia\nsure: [Utopia]\n", encoding="utf-8")
    hit = [["north-korea-missile-launch"], ["north-korea-missile-launch"], [], []]
    for paths, rules in (([one], hit), ([one, own], [[], [], [], []])):
        given = [part for path in paths for part in ("--rules", path)]
        ended = run_in(tmp_path, "match", *given, "--json", "-", stdin=LINES.encode())
        assert (ended.code, ended.err) == (0, "")
        assert [row["rules"] for row in ended.rows] == rules


def test_of_a_file_with_a_fault_the_other_rules_match(tmp_path: Path) -> None:
    """The command says that it left something out, and what."""
    rules = [f"rule: {name}\ntitle: T\nlevel: high\nmatch: {{words: [missiles]}}\n" for name in ("one", "two", "three")]
    (tmp_path / "rules.yaml").write_text("---\n".join(rules).replace("rule: two", "rule: two\nmatsh: {}"))
    given = ("--rules", "rules.yaml", "--json", "-")
    ended = run_in(tmp_path, "match", *given, stdin=LINES.encode())
    assert ended.code == 1
    assert ended.rows[0]["rules"] == ["one", "three"]
    left_out, fault = ended.told
    assert left_out == "1 fault: what is faulty is left out here, and the rest of its file is used"
    assert fault.startswith("rules.yaml:7:1: I do not know 'matsh'")
