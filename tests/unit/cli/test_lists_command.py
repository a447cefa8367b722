"""`lists list` and `lists show`: the words that rules share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli

FILES = {
    "monitor.yaml": (
        "rules: [rules]\nentities: []\nsources: []\n"
        "channels: {screen: {url: 'console://'}}\nroutes: {default: [screen]}\n"
    ),
    "rules/lists.yaml": (
        "list: strikes\n"
        "title: Work stops\n"
        "words: {en: [strike, walkout*], ko: [파업]}\n"
        "before: {words: [lightning], within: 2 words}\n"
        "after: {list: denials, within: 1 words}\n"
        "---\n"
        "list: unrest\n"
        "lists: [strikes]\n"
        "words: [riot]\n"
        "---\n"
        "list: denials\n"
        "words: [denied]\n"
    ),
    "rules/port.yaml": (
        "rule: port\ntitle: Port\nlevel: high\nmatch: {list: unrest}\n"
        "---\n"
        "rule: mine\ntitle: Mine\nlevel: high\nmatch: {list: strikes}\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    ended = CliRunner().invoke(cli, ["lists", *arguments, "-c", str(folder / "monitor.yaml")])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_a_row_says_which_rules_use_a_list_also_through_another(folder: Path) -> None:
    rows = [json.loads(line) for line in run(folder, "list", "--json").splitlines()]
    assert [(row["id"], row["rules"]) for row in rows] == [
        ("denials", ["port", "mine"]),
        ("strikes", ["port", "mine"]),
        ("unrest", ["port"]),
    ]
    strikes = rows[1]
    assert (strikes["title"], strikes["words"]) == ("Work stops", {"en": ["strike", "walkout*"], "ko": ["파업"]})
    assert (strikes["before"], strikes["after"]) == (
        [{"within": 2, "words": {"any": ["lightning"]}}],
        [{"within": 1, "list": "denials"}],
    )
    assert (Path(strikes["file"]).name, strikes["line"]) == ("lists.yaml", 1)
    assert json.loads(run(folder, "show", "strikes", "--json")) == strikes


def test_a_list_is_shown_with_all_its_words(folder: Path) -> None:
    lines = run(folder, "show", "strikes").splitlines()
    assert lines[0] == "list       strikes: Work stops"
    assert lines[1].endswith("lists.yaml:1:1")
    assert lines[2:] == [
        "words      en: strike, walkout*",
        "           ko: 파업",
        "before     within 2 words:",
        "           any: lightning",
        "after      within 1 word: the list denials",
        "rules      port, mine",
    ]
    assert run(folder, "show", "unrest").splitlines()[2:] == [
        "words      any: riot",
        "lists      strikes",
        "rules      port",
    ]


def test_a_typo_is_answered_with_the_list_that_was_meant(folder: Path) -> None:
    ended = CliRunner().invoke(cli, ["lists", "show", "strike", "-c", str(folder / "monitor.yaml")])
    assert str(ended.exception) == "there is no list 'strike'; did you mean 'strikes'?"
