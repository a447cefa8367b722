"""A rule's version changes with what can hit or be told, and with nothing else."""

from __future__ import annotations

import pytest

from monitor.config.language.entities import entity_from_document
from monitor.config.language.rules import rule_from_document
from monitor.config.language.versions import entity_digest, with_version
from monitor.config.yaml.yaml12 import YamlDocument, parse_yaml_text

_RULE = """\
rule: taiwan-drills
title: Drills around Taiwan
level: high
match:
  all:
    - near:
        within: 20 words
        these:
          - entity: taiwan
          - words: {en: [drill, "war game*"], zh: [军演]}
    - any: [{entity: china}, {words: [Beijing]}]
unless: {in: title, words: {en: [earthquake drill]}}
max_age: 12 hours
alert: {to: [desk, desk], once_per: article}
tests:
  fires: [A drill near Taiwan]
"""


def document(text: str) -> YamlDocument:
    [only] = parse_yaml_text(text, "f.yaml")
    return only


_TAIWAN = "{entity: taiwan, kind: place, name: Taiwan, sure: {en: [Taiwan]}}"


def version(text: str, taiwan: str = _TAIWAN) -> str:
    return with_version(
        rule_from_document(document(text)), {"taiwan": entity_digest(entity_from_document(document(taiwan)))}
    ).version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20 words", "21 words"),
        ("- any:", "- all:"),
        ("Beijing", "Peking"),
        ("zh:", "ja:"),
        ("earthquake drill", "fire drill"),
        ("in: title, ", ""),
        ("12 hours", "13 hours"),
        ("desk, desk", "desk, night"),
        ("once_per: article", "once_per: story"),
        ("once_per: article", "once_per: article, wait_at_least: 2 minutes"),
        ("once_per: article", "once_per: article, at_most: 6 an hour"),
        ("level: high", "level: low"),
        ("level: high", "level: high\nstatus: off"),
        # what the language gained later
        ("20 words", "paragraph"),
        ("level: high", "level: high\nfull_text: true"),
        ("within:", "in_order: true\n        within:"),
        ("{words: [Beijing]}", "{pattern: Beijing}"),
        ("{words: [Beijing]}", "{words: [Beijing], case: exact}"),
        ("{words: [Beijing]}", "{words: [Beijing], forms: all}"),
        ("{words: [Beijing]}", "{words: [Beijing], edges: words}"),
        ("{words: [Beijing]}", "{words: [Beijing], times: 2}"),
        ("{words: [Beijing]}", "{words: [Beijing], ignore: [Beijing duck]}"),
        ("in: title", "in: lead"),
        ("unless:", "mention_if:"),
        ("unless:", "mention:"),
        ("unless:", "news_in: title\nunless:"),
        ("unless:", "title_has_some: true\nunless:"),
        ("unless:", "where: {languages: [ko]}\nunless:"),
        ("unless:", "raise: {to: critical, if: {words: [a]}}\nunless:"),
        ("unless:", "lower: {to: low, if: {words: [a]}}\nunless:"),
    ],
)
def test_a_version_changes_with_what_can_hit_or_be_told(old: str, new: str) -> None:
    """Two rules that say different things have different versions."""
    assert old in _RULE
    assert version(_RULE.replace(old, new)) != version(_RULE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rule:", "# moved a line down\nrule:"),
        ("A drill near Taiwan", "Another test"),
        ("Drills around Taiwan", "Another title"),
        ("level: high", "level: high\nstatus: live"),  # the default, written out
        ("20 words", "'20 words'"),
        ("level: high", "level: high\nowner: me\nwhy: because\nknown_false_alarms: [some]"),
        ("within:", "in_order: false\n        within:"),
        ("unless:", "news_in: lead\nunless:"),
        ("unless:", "full_text: false\nunless:"),
        ("unless:", "title_has_some: false\nunless:"),
        ("{words: [Beijing]}", "{words: [Beijing], name: who}"),  # what reports call it
        ("- entity: taiwan", "- {entity: taiwan, name: where}"),
    ],
)
def test_a_version_stays_while_a_rule_says_the_same(old: str, new: str) -> None:
    """Titles, tests, comments and layout are not what a rule says."""
    assert version(_RULE.replace(old, new)) == version(_RULE)
    assert len(version(_RULE)) == 16


_AGAIN = _RULE.replace("once_per: article", "once_per: event, again_if: [new fact, 3 more publishers]")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("again_if: [new fact, 3 more publishers]", "at_most: 1000 an hour"),
        ("new fact", "level rises"),
        ("3 more", "4 more"),
        ("3 more publishers]", "3 more publishers], cooldown: 2 hours"),
        ("3 more publishers]", "3 more publishers], event_lasts: 1 day"),
        ("3 more publishers]", "3 more publishers], unsure: silent"),
        ("once_per: event", "once_per: story"),
    ],
)
def test_a_version_changes_with_what_is_told_again(old: str, new: str) -> None:
    """How often a rule tells is what it says."""
    assert old in _AGAIN
    assert version(_AGAIN.replace(old, new)) != version(_AGAIN)


_EVENTS = _RULE.replace("once_per: article", "once_per: event, by: [where]").replace(
    "entity: taiwan", "{entity: taiwan, name: where}"
)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (", by: [where]", "", False),
        ("words: [Beijing]", "words: [Beijing], name: where", False),  # that finds a place too
        ("words: [Beijing]", "words: [Beijing], name: who", True),  # only reports show it
    ],
)
def test_a_version_changes_with_what_tells_events_apart(old: str, new: str, *, same: bool) -> None:
    """Which conditions do; other names of conditions are not what a rule says."""
    assert old in _EVENTS
    assert (version(_EVENTS.replace(old, new)) == version(_EVENTS)) is same


@pytest.mark.parametrize(
    "new",
    [
        "[3 more publishers, new fact]",
        "[new fact, 3 more publishers, new fact]",
        "[new fact, 3 more publishers], cooldown: 1 hour",
        "[new fact, 3 more publishers], unsure: digest",
    ],
)
def test_the_order_of_reasons_is_not_what_a_rule_says(new: str) -> None:
    """Nor is a default that is written out."""
    assert version(_AGAIN.replace("[new fact, 3 more publishers]", new)) == version(_AGAIN)


def test_a_version_changes_with_the_names_of_an_entity() -> None:
    """A new sure name is a change of each rule that names the entity; a new title of it is not."""
    assert version(_RULE, _TAIWAN.replace("[Taiwan]", "[Taiwan, Formosa]")) != version(_RULE)
    assert version(_RULE, _TAIWAN.replace("name: Taiwan", "name: Republic of China")) == version(_RULE)


def test_a_version_outlives_an_upgrade_of_the_program() -> None:
    """The same rule has the same version for ever: fields that the model gains later are left out at their default."""
    at_defaults = _RULE.replace("20 words", "sentence").replace("desk, desk", "")
    assert version(at_defaults) == "97cb08c853b44b7c"
    assert version(_RULE) == "edfefa02eca791be"  # as before there were lists, `where` and all that
    assert entity_digest(entity_from_document(document(_TAIWAN))) == "aa5278cd8e736241"
