"""What people do wrong when they write rules by hand, and the one line that tells them what to do about it.

Each stands in a file with one mistake, beside an entity and a list that are right.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.model import COUNTABLE

_RULE = "rule: drills\ntitle: Drills\nlevel: high\n"
_MATCH = _RULE + "match: {words: {en: [drill]}}\n"
_RIGHT = """\
entity: japan
kind: country
name: Japan
in: [east-asia]
sure: {en: [Japan]}
---
list: denials
words: {en: [denied]}
"""
_DURATION = "write a number and a unit, such as '30 s', '5 minutes', '12 hours' or '3 days'"
_SHORT = "is too short; write more than nothing, such as '1 minute'; without the key its default holds"
_HOURS = "only messages of an hour can be counted; write '6 an hour' (1 to 1000)"
_NONE_SENT = "would send nothing; write '1 an hour' or more; with `status: shadow` nothing is sent"
_YAML = "(anchors and aliases of YAML are not supported)"
_ONLY_NOT = (
    "here match says only what the article must not contain; write under all: what it must contain, and this beside it"
)
_NOT_IN_NEAR = "it belongs beside near, under all:; occurrences that do not count belong under ignore:"
_FEWER = "write fewer 'all' inside 'any', or several conditions"
_ALL_OR_ANY = "write match: {all: [...]} if all of these must be met, or match: {any: [...]} if one is enough"
_STRAIGHT = "leave it out, or use straight quotes: '...'"
_LEAVE_OUT = "leave some out: a sentence with all of them is rare"
_AB = "{any: [{words: [a]}, {list: b}]}"
_NEAR_THESE = "match: {near: {within: sentence, these: [%s]}}\n"
_AROUND = "(look-ahead and look-behind are not supported: use near, ignore or unless instead)"
_NOTHING = "this pattern also matches empty text; make a part of it needed: 'x+' in place of 'x*'"
_NO_WORD = (
    "this pattern matches only punctuation between words, so it never finds anything; add letters or digits beside them"
)
_TAGS = "write a tag such as en, ko, ja, ru, zh, zh-Hant or pt-BR"
_NEAR = "match: {near: {within: %s, these: [{words: [a]}, {words: [b]}]}}\n"


def told(folder: Path, text: str) -> list[str]:
    """What is said of a file with this text, without the file's name."""
    (folder / "right.yaml").write_text(_RIGHT, encoding="utf-8")
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    faults = load_rules([folder / "right.yaml", folder / "f.yaml"]).faults
    return [str(fault).removeprefix(f"{folder}/f.yaml:") for fault in faults]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # a tab
        (_RULE + "match:\n\twords: {en: [drill]}\n", "5:1: there is a tab here; indent with spaces"),
        (_RULE + "match:\n  all:\n\t- words: {en: [drill]}\n", "6:1: there is a tab here; indent with spaces"),
        # a time where a length of time belongs
        (
            _MATCH + "max_age: 22:00\n",
            f"5:10: '22:00' cannot be read; {_DURATION}",
        ),
        # a doubled key
        (
            _RULE + "match:\n  words: {en: [drill]}\n  words: {ko: [훈련]}\n",
            "6:3: the key 'words' is given twice; it is already in line 5",
        ),
        # a misspelt key
        (_MATCH + "unles: {words: [a]}\n", "5:1: I do not know 'unles'; did you mean 'unless'?"),
        # a wrong level
        (
            _MATCH.replace("high", "hihg"),
            "3:8: 'hihg' is not one of: info, low, medium, high, critical; did you mean 'high'?",
        ),
        # capital letters
        (
            _MATCH.replace("high", "HIGH"),
            "3:8: 'HIGH' is not one of: info, low, medium, high, critical; did you mean 'high'?",
        ),
        (_MATCH + "status: OFF\n", "5:9: 'OFF' is not one of: live, shadow, off; did you mean 'off'?"),
        (
            _MATCH + "alert: {once_per: EVENT}\n",
            "5:19: 'EVENT' is not one of: article, story, event; did you mean 'event'?",
        ),
        (_MATCH + "UNLESS: {words: [a]}\n", "5:1: I do not know 'UNLESS'; did you mean 'unless'?"),
        # an unknown entity, list or group
        (_RULE + "match: {entity: jpaan}\n", "4:17: there is no entity 'jpaan'; did you mean 'japan'?"),
        (_RULE + "match: {list: denial}\n", "4:15: there is no list 'denial'; did you mean 'denials'?"),
        (_RULE + "match: {entity: {in: east-asai}}\n", "4:22: no entity is in 'east-asai'; did you mean 'east-asia'?"),
        # words without language are a plain list, and right; but a list they must be
        (_RULE + "match: {words: missile}\n", "4:16: expected a list, found text; write [missile]"),
        (
            _RULE + "match: {words: {missile, rocket}}\n",
            "4:16: these words are in { }; write them in [ ]: [missile, rocket]",
        ),
        # words, or several conditions, where a condition belongs
        (
            _RULE + "match: [barge, Rhine]\n",
            "4:8: expected keys with values, found a list; write match: {words: [barge, Rhine]}",
        ),
        (
            _RULE + "match: {all: [{list: denials}, barge]}\n",
            "4:32: expected keys with values, found text; write {words: [barge]}",
        ),
        (
            _RULE + "match: {any: barge}\n",
            "4:14: expected a list, found text; write any: [{words: [barge]}]",
        ),
        (
            _RULE + "match: {not: 'Rhine: barge'}\n",
            "4:14: expected keys with values, found text; write not: {words: [...]}",
        ),
        (
            _RULE + "match: [{words: [a]}, {list: denials}]\n",
            f"4:8: expected keys with values, found a list; {_ALL_OR_ANY}",
        ),
        # an unclosed quotation mark; where another follows, the parser is lost far behind it
        (
            _MATCH.replace("Drills", '"Drills'),
            "2:8: this quotation mark is not closed; close it where the text ends",
        ),
        (
            _RULE + 'match:\n  words:\n    en: ["drill, exercise]\n    ko: ["훈련"]\n',
            "6:10: this quotation mark is closed only in line 7; close it where the text ends",
        ),
        # near with one group
        (
            _RULE + "match: {near: {within: sentence, these: [{words: [a]}]}}\n",
            "4:41: at least 2 things belong here; add another, or write this one without near",
        ),
        # a list where a text belongs
        (_MATCH.replace("Drills", "[Drills]"), "2:8: expected text, found a list; write the text alone, not a list"),
        (
            _MATCH.replace("Drills", "[Drills, more]"),
            "2:8: expected text, found a list; write, for example, 'title: Drills around Taiwan'",
        ),
        # a full-width colon
        (_MATCH.replace("rule: ", "rule："), "1:5: this ： is a full-width colon; write ': '"),
        (_MATCH.replace("level: ", "level： "), "3:6: this ： is a full-width colon; write ': '"),
        (_RULE + "match：\n  words: {en: [drill]}\n", "4:6: this ： is a full-width colon; write ': '"),
        (_RULE + "match:\n  words： {en: [drill]}\n", "5:8: this ： is a full-width colon; write ': '"),
        (_RULE + "match: {words：{en: [drill]}}\n", "4:14: this ： is a full-width colon; write ': '"),
        (
            _RULE + "match:\n  all:\n    - words： [a]\n    - words: [b]\n",
            "6:12: this ： is a full-width colon; write ': '",
        ),
    ],
)
def test_the_twelve_typical_mistakes_give_one_line_each(tmp_path: Path, text: str, line: str) -> None:
    """At the right place, and with what to do; the twelfth, `no:`, is no mistake."""
    assert told(tmp_path, text) == [line]


@pytest.mark.parametrize(
    "text",
    [
        _RULE + "match: {words: {no: [rakett]}}\n",  # Norwegian
        _RULE + "match: {words: [missile]}\n",  # in every language
        _RULE + "match: {words: [NO, on, Yes]}\n",
    ],
)
def test_what_is_no_mistake_is_read(tmp_path: Path, text: str) -> None:
    """What YAML's older readers make something else of."""
    assert told(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # not indented
        (
            _RULE + "match:\n  near:\n  within: sentence\n  these: [{words: [a]}, {words: [b]}]\n",
            "6:3: the part that belongs to 'near' is not indented; put two more blanks before within and these",
        ),
        (
            _RULE + "match:\nwords: [a]\n",
            "5:1: the part that belongs to 'match' is not indented; put two more blanks before words",
        ),
        (
            _MATCH + "alert:\nto: [a]\n",
            "6:1: the part that belongs to 'alert' is not indented; put two more blanks before to",
        ),
        (
            _RULE + "match:\n\u3000words: [a]\n",
            "5:1: this blank is not a plain space; indent with plain spaces",
        ),
        # in the wrong mapping
        (_MATCH + "once_per: story\n", "5:1: 'once_per' is not allowed here; it belongs under alert:"),
        (_MATCH + "to: [default]\n", "5:1: 'to' is not allowed here; it belongs under alert:"),
        (_MATCH + "sources: [yonhap]\n", "5:1: 'sources' is not allowed here; it belongs under where:"),
        (_MATCH + "words: [a]\n", "5:1: 'words' is not allowed here; it belongs under match:"),
        (_MATCH + "alert: {raise: {to: critical}}\n", "5:9: 'raise' is not allowed here; it belongs beside level"),
        (
            _RULE + "match:\n  words: [a]\n  unless: {words: [b]}\n",
            "6:3: 'unless' is not allowed here; it belongs beside match:, not inside it",
        ),
        (_RULE + "match: {en: [missile]}\n", "4:9: 'en' is not allowed here; it belongs under words:"),
        (
            _RULE + "match: {words: [a], ignore: {zh: [b], list: denials}}\n",
            "4:30: 'zh' is not allowed here; it belongs under words:",
        ),
        (
            _RULE
            + "match: {near: {within: sentence, in_order: true, may_share_words: true, these: [{list: a}, {list: b}]}}",
            "4:50: 'may_share_words' cannot be combined with 'in_order'; remove one of them",
        ),
        (
            _RULE + _NEAR_THESE % ", ".join([f"{{any: [{_AB}, {{all: [{_AB}, {_AB}]}}]}}"] * 6),
            f"4:34: this near can hold in 64 ways, and at most 32 are tried; {_FEWER}",
        ),
        (
            _RULE + _NEAR_THESE % ", ".join([f"{{all: [{_AB}, {_AB}]}}"] * 5),
            f"4:34: 10 things would have to be together here, and at most 8 can; {_LEAVE_OUT}",
        ),
        (_RULE + "match: {not: {words: [b]}}\n", f"4:9: {_ONLY_NOT}"),
        (
            _RULE + "match: {words: [a]}\nmention: {not: {words: [b]}}\n",
            f"5:11: {_ONLY_NOT.replace('match', 'mention')}",
        ),
        (
            _RULE + "match: {words: [a]}\nmention: [{words: [c]}, {not: {words: [b]}}]\n",
            f"5:26: {_ONLY_NOT.replace('match', 'mention')}",
        ),
        (_RULE + "match: {any: [{words: [a]}, {all: [{not: {words: [b]}}]}]}\n", f"4:37: {_ONLY_NOT}"),
        (
            _RULE + "match: {near: {within: sentence, these: [{words: [a]}, {not: {words: [b]}}]}}\n",
            f"4:57: 'not' is not allowed here; {_NOT_IN_NEAR}",
        ),
        (
            _RULE + "match: {in: title, all: [{words: [a]}, {not: {in: lead, words: [b]}}]}\n",
            "4:47: 'in' is not allowed inside 'in'; keep one of them, or repeat the outer 'in' in each part",
        ),
        (
            _RULE + "match: {times: 2, any: [{words: [a]}, {not: {words: [b]}}]}\n",
            "4:40: 'not' is not allowed here, because 'times' counts words; count each of them separately",
        ),
        (
            _RULE + "match: {entity: japan, case: exact}\n",
            "4:24: 'case' cannot be combined with entity; it can be combined with: words, pattern, any, all, near",
        ),
        (_MATCH + "raise: {to: low, if: {words: [a]}}\n", "5:9: 'low' is not above the rule's own level 'high'"),
        # a `*` without quotes
        (
            _RULE + "match: {words: {ko: [*미사일, 발사]}}\n",
            "4:22: text that begins with '*' goes in quotes; write \"*...\"",
        ),
        (
            _RULE + "match: {words: {en: [*missile]}}\n",
            f"4:22: text that begins with '*' goes in quotes; write \"*...\" {_YAML}",
        ),
        (
            _RULE + "match: {words: {en: [*missile test, rocket]}}\n",
            f"4:22: text that begins with '*' goes in quotes; write \"*...\" {_YAML}",
        ),
        # languages
        (_RULE + "match: {words: {EN: [a]}}\n", "4:17: 'EN' is not a language; did you mean 'en'?"),
        (_RULE + "match: {words: {jp: [a]}}\n", "4:17: 'jp' is a country, not a language; did you mean 'ja'?"),
        (_RULE + "match: {words: {JP: [a]}}\n", "4:17: 'JP' is not a language; did you mean 'ja'?"),
        (_RULE + "match: {words: {zh_hant: [a]}}\n", "4:17: 'zh_hant' is not a language; did you mean 'zh-Hant'?"),
        (_RULE + "match: {words: {kor: [a]}}\n", "4:17: 'kor' is not a language; did you mean 'ko'?"),
        (_RULE + "match: {words: {CHI: [a]}}\n", "4:17: 'CHI' is not a language; did you mean 'zh'?"),
        (_RULE + "match: {words: {eng-GB: [a]}}\n", "4:17: 'eng-GB' is not a language; did you mean 'en-GB'?"),
        (_RULE + "match: {words: {jp-JP: [a]}}\n", "4:17: 'jp' is a country, not a language; did you mean 'ja-JP'?"),
        (_RULE + "match: {words: [a], ignore: {jpn: [b]}}\n", "4:30: 'jpn' is not a language; did you mean 'ja'?"),
        (_MATCH + "where: {languages: [eng]}\n", "5:21: 'eng' is not a language; did you mean 'en'?"),
        (_MATCH + "where: {not: {languages: [ko, ger]}}\n", "5:31: 'ger' is not a language; did you mean 'de'?"),
        (_MATCH + "where: {languages: [ir]}\n", "5:21: 'ir' is a country, not a language; did you mean 'fa'?"),
        (
            _MATCH + "where: {languages: [any]}\n",
            "5:21: 'any' is not a language here; to mean every language, leave the languages out",
        ),
        (_MATCH + "where: {languages: [und]}\n", f"5:21: 'und' is not a language; {_TAGS}"),
        # ids
        (_RULE + "match: {entity: Japan}\n", "4:17: 'Japan' is not an id; did you mean 'japan'?"),
        (_RULE + "match: {entity: Japna}\n", "4:17: 'Japna' is not an id; did you mean 'japan'?"),
        (_RULE + "match: {list: Denial}\n", "4:15: 'Denial' is not an id; did you mean 'denials'?"),
        (
            _RULE + "match: {entity: New Zealand}\n",
            "4:17: 'New Zealand' is not an id; an id is lower-case letters, digits and hyphens, at most 64 of them",
        ),
        (_RULE + "match: {entity: [japan]}\n", "4:17: expected text, found a list; write the text alone, not a list"),
        (_MATCH.replace("drills", "My Drills"), "1:7: 'My Drills' is not an id; did you mean 'my-drills'?"),
        # routes
        (
            _MATCH + "alert: {to: ['https://hooks.example/x']}\n",
            "5:14: expected the name of a route, found an address; channels belong in monitor.yaml",
        ),
        (
            _MATCH + "alert: {to: [me@example.org]}\n",
            "5:14: expected the name of a route, found an address; channels belong in monitor.yaml",
        ),
        # signs of other keyboards
        (
            _RULE + "match: {words: {zh: [导弹，飞弹]}}\n",
            "4:22: in '导弹，飞弹' there is a full-width comma; write ', ' between words; in a phrase, leave it out",
        ),
        (
            _RULE + "match: {words: {en: [“drill”, war]}}\n",
            f"4:22: in '“drill”' there is a quotation mark that means nothing here; {_STRAIGHT}",
        ),
        # text that holds ': '
        (
            _MATCH + "tests:\n  fires:\n    - BREAKING: North Korea fires\n",
            "7:7: I do not know 'BREAKING'; text that holds ': ' goes in quotes",
        ),
        (
            _RULE + "match: {words: {zh: [朝鲜: 导弹]}}\n",
            "4:22: expected text, found keys with values; text that holds ': ' goes in quotes",
        ),
        # a blank that is missing
        (_MATCH.replace("level: ", "level:"), "3:6: a blank is missing after this ':'; write ': '"),
        (_RULE + "match: {words:[Rhine]}\n", "4:14: a blank is missing after this ':'; write ': '"),
        (_RULE + "match: {words: {en: [a], ko:[b]}}\n", "4:28: a blank is missing after this ':'; write ': '"),
        (_RULE + "match:\n  words: {en:[a],\n   ko: [b]}\n", "5:13: a blank is missing after this ':'; write ': '"),
        (_RULE + "match: {near:{within: sentence}}\n", "4:13: a blank is missing after this ':'; write ': '"),
        (_RULE + "match: {words:Rhine}\n", "4:9: a blank is missing after the ':' of 'words'; write 'words: ...'"),
        (
            _MATCH + "alert: {to:default}\n",
            "5:9: a blank is missing after the ':' of 'to'; write 'to: ...'",
        ),
        (
            _RULE + "match:\n  words:\n    -missile\n    -rocket\n",
            "6:5: expected a list, found text; write a blank after each '-'",
        ),
        (_RULE + "match:\n  all:\n  -words: [a]\n", "6:3: a blank is missing after this '-'; write '- words: ...'"),
        # how near
        (
            _RULE + _NEAR % "20",
            "4:24: how near is not clear; write '20 words' (0 to 99), sentence or paragraph",
        ),
        (
            _RULE + "match: {words: [a], ignore: {before: {within: sentence, words: [b]}}}\n",
            "4:47: how near is not clear; write '20 words' (0 to 99)",
        ),
        # patterns
        (
            _RULE + 'match: {pattern: "KN-\\d"}\n',
            "4:22: inside \"...\" a '\\' means something else; use '...' as quotation marks",
        ),
        (
            _RULE + "match: {pattern: a(?=b)}\n",
            f"4:18: this pattern cannot be used: invalid perl operator: (?= {_AROUND}",
        ),
        (_RULE + "match: {pattern: (a}\n", "4:18: this pattern cannot be used: missing ): (a"),
        (_RULE + "match: {pattern: 'x*'}\n", f"4:18: {_NOTHING}"),
        (_RULE + "match: {pattern: '(KN-\\d\\d)?'}\n", f"4:18: {_NOTHING}"),
        # numbers and days
        (
            _RULE + "match: {number: {of: deads}}\n",
            f"4:22: 'deads' is not one of: {', '.join(COUNTABLE)}; did you mean 'dead'?",
        ),
        (_RULE + "match: {number: {at_least: 6}}\n", "4:17: 'of' is missing; write, for example, 'of: magnitude'"),
        (
            _RULE + "match: {number: {of: dead, at_least: six}}\n",
            "4:38: expected a number, found text; write, for example, 'at_least: 6'",
        ),
        (
            _RULE + "match: {number: {of: dead, at_least: 6, below: 6}}\n",
            "4:17: no number lies between these bounds; the lower one must be less than the upper one",
        ),
        (
            _RULE + "match: {number: {of: dead, at_least: 6, more_than: 6}}\n",
            "4:41: at_least and more_than cannot be combined; keep one of them",
        ),
        (_RULE + "match: {names: a date}\n", "4:16: 'a date' is not one of: a day; did you mean 'a day'?"),
        (_RULE + "match: {pattern: '[(—]'}\n", f"4:18: {_NO_WORD}"),
        (_RULE + "match: {near: {within: sentence, these: [{pattern: a|}, {words: [b]}]}}\n", f"4:52: {_NOTHING}"),
    ],
)
def test_others_give_one_line_too(tmp_path: Path, text: str, line: str) -> None:
    """At the right place, and with what to do."""
    assert told(tmp_path, text) == [line]


_REASONS = "write one of: new fact, level rises, official source, retracted or corrected, 3 more publishers"
_ONCE = "an article is sent once: write once_per: story or event, or remove it"


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        # what makes it tell again, in words of one's own
        ("again_if: new facts", "5:19: 'new facts' is not a reason for an update; did you mean 'new fact'?"),
        ("again_if: [new_fact]", "5:20: 'new_fact' is not a reason for an update; did you mean 'new fact'?"),
        (
            "again_if: [level rises, official source joins]",
            "5:33: 'official source joins' is not a reason for an update; did you mean 'official source'?",
        ),
        ("again_if: Level rise", "5:19: 'Level rise' is not a reason for an update; did you mean 'level rises'?"),
        (
            "again_if: corrections",
            "5:19: 'corrections' is not a reason for an update; did you mean 'retracted or corrected'?",
        ),
        (
            "again_if: retraction",
            "5:19: 'retraction' is not a reason for an update; did you mean 'retracted or corrected'?",
        ),
        (
            "again_if: 3 publishers",
            "5:19: '3 publishers' is not a reason for an update; write '3 more publishers' (1 to 99)",
        ),
        (
            "again_if: more publishers",
            "5:19: 'more publishers' is not a reason for an update; write '3 more publishers' (1 to 99)",
        ),
        (
            "again_if: 200 more publishers",
            "5:19: '200 more publishers' is not a reason for an update; write '3 more publishers' (1 to 99)",
        ),
        ("again_if: anything", f"5:19: 'anything' is not a reason for an update; {_REASONS}"),
        ("again_if: true", f"5:19: the reason for an update is not clear; {_REASONS}"),
        ("again_if: {new fact: 3}", f"5:19: the reason for an update is not clear; {_REASONS}"),
        ("again_if: []", "5:19: this is empty; write, for example, 'again_if: new fact'"),
        (
            "again_if: [3 more publishers, 5 more publishers]",
            "5:9: 'again_if' gives a number of publishers more than once; keep '3 more publishers'",
        ),
        # what belongs to stories and events
        (
            "once_per: article, again_if: new fact",
            f"5:28: 'again_if' cannot be combined with once_per: article; {_ONCE}",
        ),
        ("once_per: article, cooldown: 1 hour", f"5:28: 'cooldown' cannot be combined with once_per: article; {_ONCE}"),
        (
            "once_per: story, event_lasts: 1 day",
            "5:26: 'event_lasts' has no effect without once_per: event; write once_per: event beside it, or remove it",
        ),
        (
            "event_lasts: 1 day",
            "5:9: 'event_lasts' has no effect without once_per: event; write once_per: event beside it, or remove it",
        ),
        ("once_per: events", "5:19: 'events' is not one of: article, story, event; did you mean 'event'?"),
        # how many an hour
        ("at_most: 6", "5:18: how often is not clear; write '6 an hour' (1 to 1000)"),
        ("at_most: 12 per hour", "5:18: how often is not clear; write '12 an hour' (1 to 1000)"),
        ("at_most: 12/h", "5:18: how often is not clear; write '12 an hour' (1 to 1000)"),
        ("at_most: six an hour", "5:18: how often is not clear; write '6 an hour' (1 to 1000)"),
        ("at_most: 24 a day", f"5:18: '24 a day': {_HOURS}"),
        ("at_most: 5/minute", f"5:18: '5/minute': {_HOURS}"),
        ("at_most: 0 an hour", f"5:18: '0 an hour' {_NONE_SENT}"),
        ("at_most: 0", f"5:18: '0' {_NONE_SENT}"),
        (
            "at_most: 1001 an hour",
            "5:18: '1001 an hour' is too many; write '1000 an hour' or fewer; without the key there is no limit",
        ),
        # lengths of time
        ("wait_at_least: 2 days", "5:24: '2 days' is too long; the longest is '1 day'"),
        ("again_if: new fact, cooldown: 2 weeks", "5:39: '2 weeks' is too long; the longest is '7 days'"),
        ("once_per: event, event_lasts: 3 weeks", "5:39: '3 weeks' is too long; the longest is '14 days'"),
        ("again_if: new fact, cooldown: 3", f"5:39: this cannot be read; {_DURATION}"),
        ("again_if: new fact, cooldown: 0 hours", f"5:39: '0 hours' {_SHORT}"),
        ("wait_at_least: 0 minutes", f"5:24: '0 minutes' {_SHORT}"),
        ("wait_at_least: 99999999999999 years", "5:24: '99999999999999 years' is too long; the longest is '1 day'"),
        # misspelt keys
        ("again: new fact", "5:9: I do not know 'again'; did you mean 'again_if'?"),
        ("cool_down: 1 hour", "5:9: I do not know 'cool_down'; did you mean 'cooldown'?"),
        ("at_most_an_hour: 6", "5:9: I do not know 'at_most_an_hour'; did you mean 'at_most'?"),
    ],
)
def test_how_often_it_tells_is_said_right(tmp_path: Path, keys: str, line: str) -> None:
    """Each fault under `alert`, with what to write."""
    assert told(tmp_path, _MATCH + f"alert: {{{keys}}}\n") == [line]


_BY = """\
rule: a
title: A
level: low
match: {all: [{name: where, words: [b]}, {any: [{name: did what, words: [c]}]}]}
unless: {name: not there, words: [d]}
alert: {once_per: %s}
"""


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("event, by: wher", ["6:30: no condition of match has the name 'wher'; did you mean 'where'?"]),
        (
            "event, by: [where, did_what, zone]",
            [
                "6:38: no condition of match has the name 'did_what'; did you mean 'did what'?",
                "6:48: no condition of match has the name 'zone'; known are: where, did what",
            ],
        ),
        ("event, by: not there", ["6:30: no condition of match has the name 'not there'; known are: where, did what"]),
        ("event, by: [where, did what, where]", ["6:48: 'where' is in 'by' already; name it once"]),
        ("event, by: []", ["6:30: this is empty; write, for example, 'by: [where, who]'"]),
        (
            "story, by: where",
            ["6:26: 'by' has no effect without once_per: event; write once_per: event beside it, or remove it"],
        ),
    ],
)
def test_what_tells_events_apart_is_named(tmp_path: Path, keys: str, lines: list[str]) -> None:
    """By names that conditions of the rule's own match have, each once."""
    assert told(tmp_path, _BY % keys) == lines


def test_conditions_without_names_tell_no_events_apart(tmp_path: Path) -> None:
    """Where none has a name, it is said how one gets it."""
    line = "5:31: no condition of match has the name 'where'; write 'name: where' beside the one that you mean"
    assert told(tmp_path, _MATCH + "alert: {once_per: event, by: [where]}\n") == [line]


@pytest.mark.parametrize(
    "key",
    [
        "again_if: new fact",
        "cooldown: 1 hour",
        "wait_at_least: 2 minutes",
        "at_most: 6 an hour",
        "event_lasts: 1 day",
        "by: where",
        "unsure: silent",
    ],
)
def test_how_often_it_tells_belongs_under_alert(tmp_path: Path, key: str) -> None:
    """Beside `alert` it is pointed to its place."""
    name = key.partition(":")[0]
    assert told(tmp_path, _MATCH + f"{key}\n") == [f"5:1: '{name}' is not allowed here; it belongs under alert:"]
