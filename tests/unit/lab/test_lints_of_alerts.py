"""Keys under `alert` that do not do what they seem to are told, at their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.lab.lints.all_lints import LintContext, find_lints
from monitor.model import Source
from tests.support.building import source

RULE = "rule: r\ntitle: A rule\nlevel: %s\nmatch: {words: [drill]}\ntests: {fires: [drill]}\n"
EVENTS = """\
rule: r
title: A rule
level: low
match: {all: [{words: [a]}, {any: [{words: [b]}, {name: where, %s}]}]}
unless: {entity: {kind: place}}
tests: {fires: [a b]}
alert: {once_per: event%s}
---
entity: busan
kind: place
name: Busan
in: [ports]
sure: [Busan]
tests: {fires: [Busan]}
---
entity: kn-23
kind: weapon
name: KN-23
in: [missiles]
sure: [KN-23]
tests: {fires: [KN-23]}
---
list: harbours
lists: [ports]
---
list: ports
words: [port]
entities: [busan]
---
list: arms
entities: [kn-23]
"""


def told(folder: Path, alert: str, level: str = "low", *, sources: tuple[Source, ...] = ()) -> list[str]:
    """The kind of each lint of how often a rule tells, and what stands at its place."""
    found = told_of(folder, RULE % level + f"alert: {{{alert}}}\n", sources)
    return [each for each in found if not each.startswith(("no-identity ", "one-event "))]


def told_of(folder: Path, text: str, sources: tuple[Source, ...] = ()) -> list[str]:
    """The kind of each lint, and what stands at its place."""
    file = folder / "a.yaml"
    file.write_text(text, encoding="utf-8")
    loaded = load_rules([file])
    assert [str(fault) for fault in loaded.faults] == []
    known = {each.id: each for each in sources}
    everything = LintContext(loaded.rules, loaded.entities, loaded.lists, loaded.documents, known)
    lines = file.read_text(encoding="utf-8").splitlines()
    found = find_lints(everything, list(loaded.rules.values()))
    return [f"{lint.kind} {lines[lint.place.line - 1][lint.place.col - 1 :].rstrip('}')}" for lint in found]


@pytest.mark.parametrize(
    ("alert", "wanted"),
    [
        # nothing waits for a cooldown
        ("cooldown: 3 hours", ["how-often 3 hours"]),
        ("again_if: [level rises, retracted or corrected], cooldown: 3 hours", ["how-often 3 hours"]),
        ("again_if: [level rises, retracted or corrected]", []),
        ("again_if: [level rises, new fact], cooldown: 3 hours", []),
        ("again_if: 3 more publishers, cooldown: 3 hours", []),
        # an event that is over before its first update; the default cooldown counts too
        ("once_per: event, again_if: new fact, cooldown: 1 day, event_lasts: 1 day", ["how-often 1 day"]),
        ("once_per: event, again_if: new fact, event_lasts: 30 minutes", ["how-often 30 minutes"]),
        ("once_per: event, again_if: new fact, cooldown: 3 hours, event_lasts: 4 hours", []),
        ("once_per: event, again_if: level rises, event_lasts: 30 minutes", []),
        ("once_per: event, event_lasts: 30 minutes", []),
        # a wait of which nothing comes
        ("once_per: article, wait_at_least: 2 minutes", ["how-often 2 minutes"]),
        ("wait_at_least: 2 minutes", []),
        ("wait_at_least: 1 hour", []),
    ],
)
def test_keys_that_can_do_nothing(tmp_path: Path, alert: str, wanted: list[str]) -> None:
    """What is told at most once, when at the earliest, and how long, must leave room for each other."""
    assert told(tmp_path, alert) == wanted


@pytest.mark.parametrize(
    ("level", "wait", "wanted"),
    [
        ("critical", "10 minutes", []),
        ("critical", "11 minutes", ["how-often 11 minutes"]),
        ("high", "11 minutes", []),
        ("high\nraise: {to: critical, if: {words: [b]}}", "30 minutes", ["how-often 30 minutes"]),
        ("high\nmax_age: 1 hour", "1 hour", ["how-often 1 hour"]),
        ("high\nmax_age: 1 hour", "59 minutes", []),
        ("critical\nmax_age: 1 hour", "1 hour", ["how-often 1 hour"]),  # once is enough
    ],
)
def test_a_wait_that_is_too_long(tmp_path: Path, level: str, wait: str, wanted: list[str]) -> None:
    """For what is critical, or for what is soon too old to be told."""
    assert told(tmp_path, f"wait_at_least: {wait}", level) == wanted


def test_an_official_source_that_there_is_not(tmp_path: Path) -> None:
    """Where the sources are known, and none has the tag."""
    ask = "again_if: [new fact, official source]"
    wire, ministry = source("wire"), replace(source("ministry"), tags=("korea", "official"))
    assert told(tmp_path, ask) == []
    assert told(tmp_path, ask, sources=(wire,)) == ["unknown-source [new fact, official source]"]
    assert told(tmp_path, ask, sources=(wire, ministry)) == []
    assert told(tmp_path, "again_if: new fact", sources=(wire,)) == []


@pytest.mark.parametrize(
    ("condition", "alert", "wanted"),
    [
        # nothing says where or who; a weapon is neither, and what `unless` names is not asked for
        ("words: [c]", "", ["no-identity event"]),
        ("entity: kn-23", "", ["no-identity event"]),
        ("entity: {in: missiles}", "", ["no-identity event"]),
        ("all: [{words: [c]}, {not: {entity: busan}}]", "", ["no-identity event"]),
        ("entity: busan", "", []),
        ("entity: {kind: place}", "", []),
        ("entity: {in: ports}", "", []),
        ("list: harbours", "", []),
        ("list: arms", "", ["no-identity event"]),
        # what `by` names is the same in every article
        ("words: [c]", ", by: where", ["one-event where"]),
        ("entity: busan", ", by: where", ["one-event where"]),
        ("any: [{entity: busan}, {words: [c]}]", ", by: where", []),
        ("words: [c, d]", ", by: where", []),
        ("words: {any: [c], en: [d]}", ", by: where", []),
        ("list: harbours", ", by: where", []),
        ("list: arms", ", by: where", ["one-event where"]),
        ("entity: {kind: place}", ", by: where", []),
        ("all: [{words: [c]}, {pattern: 'c[0-9]'}]", ", by: where", []),
        # one event of all that comes in a day
        ("entity: busan", ", event_lasts: 1 day", ["one-event 1 day"]),
        ("entity: busan", ", event_lasts: 4 days", ["one-event 4 days"]),
        ("entity: busan", ", event_lasts: 23 hours", []),
        ("list: harbours", ", event_lasts: 4 days, by: where", []),
        ("words: [c]", ", event_lasts: 36 hours", ["no-identity event, event_lasts: 36 hours", "one-event 36 hours"]),
    ],
)
def test_events_that_nothing_tells_apart(tmp_path: Path, condition: str, alert: str, wanted: list[str]) -> None:
    """By places, by who acts, or by what the rule itself names."""
    assert told_of(tmp_path, EVENTS % (condition, alert)) == wanted


def test_the_advice_about_identity_can_be_followed(tmp_path: Path) -> None:
    """The condition that its hint shows is accepted as it is written, and the advice does not come again."""
    file = tmp_path / "a.yaml"
    file.write_text(EVENTS % ("words: [c]", ""), encoding="utf-8")
    loaded = load_rules([file])
    found = find_lints(
        LintContext(loaded.rules, loaded.entities, loaded.lists, loaded.documents, {}), [*loaded.rules.values()]
    )
    [hint] = [lint.hint for lint in found if lint.kind == "no-identity"]
    assert hint is not None
    condition, by = hint.split("'")[1], hint.split("'")[3]
    rule = f"rule: a\ntitle: A\nlevel: low\nmatch: {condition}\nalert: {{once_per: event, {by}}}\n"
    assert told_of(tmp_path, rule) == ["untested rule: a"]


def test_only_events_need_an_identity(tmp_path: Path) -> None:
    """Stories and articles have one of their own."""
    for once_per in ("story", "article"):
        text = (EVENTS % ("words: [c]", "")).replace("once_per: event", f"once_per: {once_per}")
        assert told_of(tmp_path, text) == []
