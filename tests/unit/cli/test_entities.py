"""`entities list`: what rules can name, by group and kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.errors import InvalidRequest

CONFIG = """\
rules: [rules]
entities: [names.yaml]
sources: []
channels: {screen: {url: 'console://'}}
routes: {default: [screen]}
"""
NAMES = """\
entity: mali
kind: country
name: Mali
in: [africa, west-africa]
sure: {en: [Bamako], ru: [Мали]}
maybe: {words: {en: [Mali]}, counts_if: {sure_name_seen: in the article}}
---
entity: chad
kind: country
name: Chad
in: [africa]
sure: {en: [Chadian]}
---
entity: ecb
kind: organisation
name: European Central Bank
in: [central-banks]
sure: {en: [ECB]}
"""


def listed(folder: Path, *options: str) -> tuple[int, str]:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "names.yaml").write_text(NAMES, encoding="utf-8")
    (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    ended = CliRunner().invoke(cli, ["entities", "list", "-c", str(folder / "monitor.yaml"), *options])
    return ended.exit_code, ended.output


def ids(folder: Path, *options: str) -> list[str]:
    code, out = listed(folder, "--json", *options)
    assert code == 0, out
    return [json.loads(line)["id"] for line in out.splitlines()]


def test_it_lists_what_rules_can_name_by_kind(tmp_path: Path) -> None:
    assert ids(tmp_path) == ["chad", "mali", "ecb"]
    assert ids(tmp_path, "--group", "africa") == ["chad", "mali"]
    assert ids(tmp_path, "--group", "west-africa", "--kind", "country") == ["mali"]
    assert ids(tmp_path, "--kind", "organisation") == ["ecb"]
    assert ids(tmp_path, "--kind", "organisation", "--group", "africa") == []


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("mal", ["mali"]), ("bamako", ["mali"]), ("МАЛИ", ["mali"]), ("central bank", ["ecb"]), ("ch", ["chad"])],
)
def test_a_word_finds_ids_names_and_spellings(tmp_path: Path, word: str, wanted: list[str]) -> None:
    """In any language, whatever the case."""
    assert ids(tmp_path, word) == wanted


@pytest.mark.parametrize(
    ("command", "word", "wanted"),
    [
        ("list", "rotterdam", "no entity has 'rotterdam' in its id, its name or a spelling; write one into a file"),
        ("list", "mallli", "no entity has 'mallli' in its id, its name or a spelling; did you mean 'mali'?"),
        ("show", "mallli", "there is no entity 'mallli'; did you mean 'mali'?"),
        ("show", "european", "there is no entity 'european'; it is in a name of: ecb"),
        ("show", "rotterdam", "there is no entity 'rotterdam'; `news-monitor entities list WORD` finds entities"),
    ],
)
def test_an_entity_that_is_not_there_brings_those_that_may_be_meant(
    tmp_path: Path, command: str, word: str, wanted: str
) -> None:
    """Never twenty others."""
    listed(tmp_path)
    ended = CliRunner().invoke(cli, ["entities", command, "-c", str(tmp_path / "monitor.yaml"), word])
    assert isinstance(ended.exception, InvalidRequest | SystemExit)
    assert wanted in (ended.output or str(ended.exception))
