"""A rule as it is written becomes the rule that it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import YamlDocument, parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import (
    AlertPolicy,
    AnyOf,
    EntityNamed,
    Field,
    In,
    Level,
    LevelChange,
    ListNamed,
    Near,
    NewsIn,
    OncePer,
    Place,
    Rule,
    RuleStatus,
    RuleTest,
    Term,
    UpdateTrigger,
    Where,
    Words,
)

_RULE = """\
rule: taiwan-drills
title: Drills around Taiwan
level: high
status: shadow
owner: asia-desk
why: First warning for the  Taipei desk.
known_false_alarms: [Earthquake drills, Drills of the fire brigade]
where:
  languages: [zh-Hant, zh-Hans, en]
  sources: [cna, xinhua]
  tags: [wire]
  publishers: [Central News Agency]
  unknown: does not count
  not: {languages: [ja], sources: [blog], tags: [opinion], publishers: [Nobody]}
match: {entity: taiwan}
unless: {in: title, words: {en: [earthquake drill]}}
news_in: title
title_has_some: true
mention: {words: [drill]}
mention_if: {words: [last week]}
full_text: true
raise:
  - {to: critical, if: {list: live-fire}}
lower: {to: low, if: {words: [tabletop]}}
max_age: 12 hours
alert: {to: [desk, desk], once_per: article}
tests:
  fires:
    - A drill near Taiwan
    - {lang: zh, text: 军演, date: 2026-01-05T09:00:00+09:00, source: xinhua, url: "http://x/1",
       authors: [Kim Min-ji], tags: [world, military]}
  mentions: [Talks about the drills]
  silent: [Nothing]
"""


def document(text: str) -> YamlDocument:
    [only] = parse_yaml_text(text, "f.yaml")
    return only


def test_a_rule_says_what_is_written() -> None:
    """Each word of the language has its value in the model."""
    assert rule_from_document(document(_RULE)) == Rule(
        id="taiwan-drills",
        title="Drills around Taiwan",
        level=Level.HIGH,
        condition=EntityNamed("taiwan"),
        version="",
        status=RuleStatus.SHADOW,
        unless=In(Field.TITLE, Words((Term("earthquake drill", "en"),))),
        max_age=timedelta(hours=12),
        alert=AlertPolicy(("desk",), OncePer.ARTICLE),
        where=Where(
            languages=("zh", "en"),
            sources=("cna", "xinhua"),
            tags=("wire",),
            publishers=("Central News Agency",),
            unknown=False,
            excluded=Where(("ja",), ("blog",), ("opinion",), ("Nobody",)),
        ),
        raises=(LevelChange(Level.CRITICAL, ListNamed("live-fire")),),
        lowers=(LevelChange(Level.LOW, Words((Term("tabletop"),))),),
        news_in=NewsIn.TITLE,
        title_has_some=True,
        mention=Words((Term("drill"),)),
        mention_if=Words((Term("last week"),)),
        full_text=True,
        owner="asia-desk",
        why="First warning for the Taipei desk.",
        known_false_alarms=("Earthquake drills", "Drills of the fire brigade"),
        tests=(
            RuleTest(True, "A drill near Taiwan", place=Place("f.yaml", 29, 7)),
            RuleTest(
                True,
                "",
                "军演",
                language="zh",
                date=datetime(2026, 1, 5, tzinfo=UTC),
                source="xinhua",
                url="http://x/1",
                authors=("Kim Min-ji",),
                tags=("world", "military"),
                place=Place("f.yaml", 30, 7),
            ),
            RuleTest(False, "Talks about the drills", place=Place("f.yaml", 32, 14), mentions=True),
            RuleTest(False, "Nothing", place=Place("f.yaml", 33, 12)),
        ),
        place=Place("f.yaml", 1, 1),
    )


def test_what_is_not_written_has_its_default() -> None:
    """The shortest rule is live, without limits, and tells the default route once a story."""
    short = rule_from_document(
        document("{rule: a, title: A, level: low, match: {words: [a]}, unless: , tests: , alert: }")
    )
    assert short == Rule("a", "A", Level.LOW, Words((Term("a"),)), "", place=Place("f.yaml", 1, 1))
    assert short.status is RuleStatus.LIVE
    assert short.alert.once_per is OncePer.STORY


@pytest.mark.parametrize(("key", "field"), [(key, key) for key in ("unless", "mention", "mention_if")])
def test_one_of_several_is_enough(key: str, field: str) -> None:
    """A list under `unless`, `mention` or `mention_if` means any of them."""
    text = f"{{rule: a, title: A, level: low, match: {{words: [a]}}, {key}: [{{words: [b]}}, {{entity: cc}}]}}"
    assert getattr(rule_from_document(document(text)), field) == AnyOf((Words((Term("b"),)), EntityNamed("cc")))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{languages: [ko]}", Where(("ko",))),
        ("{languages: [twi, ckb]}", Where(("twi", "ckb"))),  # Twi has no other tag here, Sorani none at all
        ("{not: {tags: [opinion]}}", Where(excluded=Where(tags=("opinion",)))),
        ("{sources: [aa, bb, aa], unknown: counts}", Where(sources=("aa", "bb"))),
    ],
)
def test_where_says_which_articles_are_looked_at(written: str, meant: Where) -> None:
    """What is not known of an article counts, unless it is said that it does not."""
    text = f"{{rule: a, title: A, level: low, match: {{words: [a]}}, where: {written}}}"
    assert rule_from_document(document(text)).where == meant


def test_a_rule_of_three_lines() -> None:
    """What it is called, what it is about, and what it looks for; it matters as most things do."""
    short = rule_from_document(document("{rule: a, title: A, match: {words: [a]}}"))
    assert (short.level, short.status) == (Level.MEDIUM, RuleStatus.LIVE)
    changing = "{rule: a, title: A, match: {words: [a]}, raise: {to: medium, if: {words: [b]}}}"
    with pytest.raises(InvalidFiles, match="'medium' is not above the rule's own level 'medium'"):
        rule_from_document(document(changing))


def test_levels_change_in_the_order_of_the_file() -> None:
    """Any number of them, each with its condition."""
    near = "{near: {within: sentence, these: [{words: [c]}, {words: [d]}]}}"
    changes = f"[{{to: high, if: {{words: [b]}}}}, {{to: medium, if: {near}}}]"
    raises = rule_from_document(
        document(f"{{rule: a, title: A, level: low, match: {{words: [a]}}, raise: {changes}}}")
    ).raises
    assert [change.to for change in raises] == [Level.HIGH, Level.MEDIUM]
    assert isinstance(raises[1].condition, Near)


def alert(written: str) -> AlertPolicy:
    return rule_from_document(
        document(f"{{rule: a, title: A, level: low, match: {{words: [a]}}, alert: {written}}}")
    ).alert


def test_how_often_is_said() -> None:
    """Each key under `alert` has its value in the model."""
    everything = "new fact, level rises, official source, retracted or corrected, 3 more publishers"
    assert alert(
        f"{{to: [desk], once_per: event, again_if: [{everything}], cooldown: 3 hours, wait_at_least: 2 minutes, "
        "at_most: 6 an hour, event_lasts: 1 day, unsure: silent}"
    ) == AlertPolicy(
        to=("desk",),
        once_per=OncePer.EVENT,
        again_if=frozenset(UpdateTrigger),
        more_publishers=3,
        cooldown=timedelta(hours=3),
        wait_at_least=timedelta(minutes=2),
        most_an_hour=6,
        event_lasts=timedelta(days=1),
        lists_unsure=False,
    )


_NAMED = (
    "{rule: a, title: A, level: low, match: {all: [{name: where, words: [b]}, {near: {within: sentence, these: "
    "[{name: did what, words: [c]}, {any: [{name: who, words: [d]}, {words: [e]}]}]}}]}, "
    "alert: {once_per: event, by: %s}}"
)


@pytest.mark.parametrize(
    ("written", "names"),
    [("where", ("where",)), ("[did what]", ("did what",)), ("[who, where]", ("who", "where"))],
)
def test_conditions_tell_events_apart(written: str, names: tuple[str, ...]) -> None:
    """Named at any depth of the match, one or several."""
    assert rule_from_document(document(_NAMED % written)).alert.by == names


def test_what_is_not_said_of_how_often_has_its_default() -> None:
    """A story is told once and at once, as often as there are stories."""
    assert alert("{to: [default]}") == alert("{to: [default], unsure: digest}") == AlertPolicy(("default",))
    assert AlertPolicy().again_if == frozenset()


@pytest.mark.parametrize(
    ("written", "meant", "publishers"),
    [
        ("new fact", {UpdateTrigger.NEW_FACT}, 0),
        ("[level rises, level rises]", {UpdateTrigger.LEVEL_RISES}, 0),
        ("1 more publisher", {UpdateTrigger.MORE_PUBLISHERS}, 1),
        ("[99 more publishers, official source]", {UpdateTrigger.MORE_PUBLISHERS, UpdateTrigger.OFFICIAL_SOURCE}, 99),
    ],
)
def test_one_reason_or_several_make_it_tell_again(written: str, meant: set[UpdateTrigger], publishers: int) -> None:
    """One stands without a list."""
    policy = alert(f"{{again_if: {written}}}")
    assert set(policy.again_if) == meant
    assert policy.more_publishers == publishers


@pytest.mark.parametrize(("written", "number"), [("1 an hour", 1), ("1000 an hour", 1000)])
def test_so_many_an_hour(written: str, number: int) -> None:
    """From 1 to 1000."""
    assert alert(f"{{at_most: {written}}}").most_an_hour == number


def test_the_longest_wait_is_a_day() -> None:
    """A day is still allowed."""
    assert alert("{wait_at_least: 24 hours}").wait_at_least == timedelta(days=1)
