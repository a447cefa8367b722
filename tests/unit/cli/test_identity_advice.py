"""`stories merge` and `stories split` say how to prevent the next one, and what they say works."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.active_config import compile_config
from monitor.cli.config_files import load_config
from monitor.store.commit.serial_section import SerialSection
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, NOON, article, claimed, commit, sources
from tests.support.commands import read_output
from tests.support.newest import make_newest
from tests.support.whole import write_config

STRIKES = """\
rule: strikes
title: Strikes
level: high
match:
  all:
    - words: {en: [strike, quake, fire], ko: [검찰], zh: [罢工]}
    - words: {en: [dockers, pilots, port, coast, warehouse], ko: [그룹], zh: [港口]}
alert: {once_per: event}
"""
BY_WHO = STRIKES.replace("- words: {en: [dockers", "- name: who\n      words: {en: [dockers").replace(
    "once_per: event", "once_per: event, by: who"
)
BUSAN = [("Dockers strike in Busan over night shifts", "en", 0), ("Pilots walk off as strike begins in Busan", "en", 1)]
SWALLOWS = "then all that it finds in this time is one event, unless a fact or `by` keeps it apart"
IN_INCHEON = "and `lies_in: KR-28`"
Fill = Callable[..., list[str]]


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Reports by the rules of rules.yaml: (title, language, hours later); returns the ids of the events or stories."""
    monkeypatch.chdir(tmp_path)

    def fill_folder(rules: str, *reports: tuple[str, str, int]) -> list[str]:
        write_files(tmp_path, rules)
        config = load_config(tmp_path / "monitor.yaml").config
        database, compiled = make_newest(tmp_path / "monitor.db"), compile_config(config)
        section, claims = SerialSection(database), Claims(database, "here:1")
        names = [f"paper{number}" for number in range(len(reports))]
        claims.register_sources(sources(*names), NOON)
        for name, (title, language, hours) in zip(names, reports, strict=True):
            now = NOON + hours * HOUR
            each = replace(article(name, title, of=name, seen=now, url=f"https://{name}.test/"), language=language)
            commit(section, claimed(claims, name, now), each, at=now, ruleset=compiled)
        database.close()
        listed = [json.loads(line) for line in read_output("stories", "list", "--json").splitlines()]
        return list(dict.fromkeys(id_ for story in reversed(listed) for id_ in story["events"] or [story["id"]]))

    return fill_folder


def write_files(folder: Path, rules: str, entities: str = "") -> None:
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "entities").mkdir(exist_ok=True)
    (folder / "entities" / "own.yaml").write_text(entities, encoding="utf-8")
    write_config(folder, {}, rules="rules.yaml", entities="entities")


def row(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read_output(*args, "--json"))
    return found


@pytest.mark.parametrize(
    ("rules", "reports", "said", "written"),
    [
        (
            STRIKES,
            [("Port fire: police question Dohyun Jang", "en", 0), ("Port fire: police question Minsu Park", "en", 1)],
            (
                "the same title but for Minsu Park, not Dohyun Jang",
                "write one entity that has both “Minsu Park” and “Dohyun Jang” under `sure`",
            ),
            (STRIKES, "entity: jang\nkind: person\nname: Jang\nsure: {en: [Minsu Park, Dohyun Jang]}\n"),
        ),
        (
            STRIKES,
            [("Fire in Incheon warehouse kills 3", "en", 0), ("Fire in Yesan warehouse kills 3", "en", 1)],
            (
                "the words are alike (0.83); the same title but for Yesan, not Incheon",
                f"if “Yesan” lies there, write an entity of kind `place` that has “Yesan” under `sure`, {IN_INCHEON}",
            ),
            (STRIKES, "entity: yesan\nkind: place\nname: Yesan\nsure: {en: [Yesan]}\nlies_in: KR-28\n"),
        ),
        (
            STRIKES,
            [("Dockers strike over night shifts", "en", 0), ("Pay talks without result as port fire burns", "en", 1)],
            (
                "the words differ",
                f"write `event_lasts: 1 day` in rule strikes ({SWALLOWS})",
            ),
            (STRIKES.replace("once_per: event", "once_per: event, event_lasts: 1 day"), ""),
        ),
        (
            STRIKES.replace("alert: {once_per: event}\n", ""),
            [("Port strike in Busan", "en", 0), ("釜山港口工人罢工", "zh", 1)],
            ("the words differ", "write `once_per: event` in rule strikes"),
            None,  # events join, the two stories stay two
        ),
        (
            BY_WHO,
            BUSAN,
            ("who: pilots, not dockers", "take `who` out of the `by` of rule strikes"),
            (BY_WHO.replace(", by: who", ""), ""),
        ),
    ],
)  # fmt: skip
def test_a_merge_says_how_to_join_the_next_ones(
    fill: Fill,
    rules: str,
    reports: Sequence[tuple[str, str, int]],
    said: tuple[str, str],
    written: tuple[str, str] | None,
) -> None:
    """Whoever writes that gets them joined: the same articles come again, by the changed files."""
    first, second = fill(rules, *reports)
    merged = row("stories", "merge", first, second)
    assert (merged["id"], merged["cause"], merged["advice"]) == (first, said[0], [said[1]])
    assert read_output("score", "--marks").endswith("1 pair merged: agrees with 0 of 1\n")
    if written is not None:
        write_files(Path(), *written)
        assert read_output("score", "--marks").endswith("1 pair merged: agrees with 1 of 1\n")


def test_a_split_names_a_condition_that_differs(tmp_path: Path, fill: Fill) -> None:
    """With `by` they stay apart."""
    (event,) = fill(STRIKES, *BUSAN)
    said = read_output("stories", "split", event)
    assert "\nThey were joined: the words are alike (" in said
    written = "`by: which` in rule strikes, and give its condition with the words “dockers”, ... `name: which`"
    assert said.endswith(f"\nTo keep the next ones apart, write {written}.\n")
    assert read_output("score", "--marks").endswith("1 pair split: agrees with 0 of 1\n")
    write_files(tmp_path, BY_WHO.replace("who", "which"))
    assert read_output("score", "--marks").endswith("1 pair split: agrees with 1 of 1\n")


def test_what_nobody_can_write_is_not_advised(fill: Fill) -> None:
    first, second = fill(
        STRIKES,
        ("Magnitude 6.7 quake shakes coast", "en", 0),
        ("Magnitude 5.1 quake shakes coast", "en", 1),
    )
    said = read_output("stories", "merge", first, second)
    assert "\nThey were kept apart: another number (magnitude 5.1, not magnitude 6.7).\n" in said
    assert said.endswith("\nNo condition of a rule and no entity would join the next ones.\n")
    assert row("stories", "merge", first, second)["advice"] == []


def test_status_says_when_people_often_correct_a_rule(fill: Fill) -> None:
    """From three events on; whatever is merged again counts once."""
    reports = [(f"Port strike in {city}", "en", 0) for city in ("Busan", "Lima", "Oslo", "Perth", "Dakar")]
    first, *others = fill(STRIKES, *reports)
    for other in others[:2]:
        read_output("stories", "merge", first, other)
    read_output("stories", "merge", first, others[1])
    assert ("identity:" in read_output("status"), row("status")["corrected"]) == (False, [])
    read_output("stories", "merge", first, others[2])
    counted = "3 of 3 events of rule strikes were merged or split by people in 30 days"
    assert f"identity: {counted}; see `news-monitor score --marks`\n" in read_output("status")
    assert row("status")["corrected"] == [{"rule": "strikes", "corrected": 3, "of": 3}]
