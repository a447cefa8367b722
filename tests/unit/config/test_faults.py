"""What is wrong is said in plain English, at its place, and never with a secret in it."""

from __future__ import annotations

import pytest

from monitor.config.language.base_schema import Schema
from monitor.config.language.entities import EntitySchema
from monitor.config.language.faults import find_close_word, validate_document
from monitor.config.language.lists import ListSchema
from monitor.config.language.reserved_keywords import KEYS
from monitor.config.language.rules import RuleSchema
from monitor.config.language.sources import SourcesSchema
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles

_RULE = "rule: drills\ntitle: Drills\nlevel: high\n"
_MATCH = _RULE + "match: {words: {en: [drill]}}\n"
_ENTITY = "entity: taiwan\nkind: place\nname: Taiwan\nsure: {en: [Taiwan]}\n"


def faults(shape: type[Schema], text: str) -> list[str]:
    [document] = parse_yaml_text(text, "f.yaml")
    with pytest.raises(InvalidFiles) as refused:
        validate_document(shape, document)
    return [str(fault).removeprefix("f.yaml:") for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # unknown keys: the nearest known one, or all
        (_MATCH + "xyz: 1", "5:1: I do not know 'xyz'; known are: rule, title, level, status, owner, why,"),
        (
            _MATCH + "alert: {otherwize: x}",
            "5:9: I do not know 'otherwize'; did you mean 'otherwise'? (it is not built yet)",
        ),
        (_MATCH + "matches: {words: [a]}", "5:1: I do not know 'matches'; known are: rule,"),  # match is there already
        (_MATCH + "alert: {never: x}", "5:9: I do not know 'never'; known are: to, once_per,"),  # near by chance only
        (_MATCH + "xyz:", "5:1: I do not know 'xyz'"),  # even with nothing after it
        # wrong values of a choice
        (_MATCH + "status: 1", "5:9: expected text, found a number"),
        # wrong kinds, with a right example
        (_MATCH.replace("Drills", "2026"), "2:8: expected text, found a number; put it in quotes"),
        (_MATCH + "alert: {to: default}", "5:13: expected a list, found text; write [default]"),
        (
            _MATCH + "alert: default",
            "5:8: expected keys with values, found text; write, for example, 'alert: {to: [default]",
        ),
        (_MATCH + "max_age: 12", "5:10: this cannot be read; write a number and a unit, such as '30 s'"),
        (_MATCH + "tests: [a]", "5:8: expected keys with values, found a list; write, for example, 'tests: {fires: ["),
        (_RULE + "match: {words: {en: }}", "4:21: expected a list, found nothing"),
        (_RULE + "match: {words: {en: [true]}}", "4:22: expected text, found true or false; put it in quotes"),
        (_RULE + "match: {words: {}}", "4:16: this is empty; write, for example, 'words: {en: [drill, war game*]}'"),
        # missing keys: the mapping that lacks them
        (_RULE, "1:1: 'match' is missing; write, for example, 'match: {words: {en: [drill, war game*]}}'"),
        (_RULE + "match:", "4:7: 'match' is missing"),  # nothing after it
        # conditions
        (
            _RULE + "match: {}",
            "4:8: this condition is empty; write one of: words, list, entity, pattern, number, names, all, any",
        ),
        (
            _RULE + "match: {words: [a], entity: b}",
            "4:8: words and entity cannot be combined in one condition; put them under all: or any:",
        ),
        (_RULE + "match: {all: []}", "4:14: this is empty; write, for example, 'all: ["),
        (_RULE + "match: {entity: Foo Bar}", "4:17: 'Foo Bar' is not an id"),
        (_MATCH + "unless: [{words: [a]}, {words: ['']}]", "5:33: this text is empty"),
        # words
        (_RULE + "match: {words: {english: [a]}}", "4:17: 'english' is not a language; did you mean 'en'?"),
        (_RULE + "match: {words: [a*b]}", "4:17: in 'a*b' the '*' is not at an end of a word; write it so: 'launch*'"),
        (_RULE + "match: {words: ['...']}", "4:17: '...' has no letter and no digit"),
        (_RULE + "match: {pattern: ''}", "4:18: this text is empty; write, for example, 'pattern: KN-"),
        (_MATCH + "owner: ' '", "5:8: this text is empty; write something, or remove it"),
        # control characters
        (_MATCH.replace("Drills", '"a\\0b"'), "2:8: there is an invisible character here (U+0000); remove it"),
        (_RULE + 'match: {pattern: "a\\0"}', "4:18: there is an invisible character here (U+0000)"),
        # near
        (
            _RULE + "match: {near: {within: 00 words, these: [{words: [a]}, {words: [b]}]}}",
            "4:24: how near is not clear",
        ),
        (
            _RULE + "match: {near: {within: sentence, these: &".replace("&", f"[{'{words: [a]}, ' * 7}]}}}}"),
            "4:41: this takes at",
        ),
        (
            _RULE + "match: {near: {within: sentence, these: [{words: [a]}, {all: [{words: [b], in: title}]}]}}",
            "4:76: 'in' is not allowed here; it belongs beside near, not inside it",
        ),
        (
            _RULE + "match: {near: {within: sentence, these: [{words: [a]}, {any: [{near: {within: sentence}}]}]}}",
            "4:70: 'these' is missing",
        ),
        # what says how
        (_RULE + "match: {times: 1, words: [a]}", "4:16: this must be at least 2; write, for example, 'times: 3'"),
        (
            _RULE + "match: {times: 2, all: [{words: [a]}]}",
            "4:9: 'times' cannot be combined with all; it can be combined with: words,",
        ),
        (
            _RULE + "match: {times: 2, any: [{words: [a]}, {any: [{words: [b], in: title}]}]}",
            "4:59: 'in' is not allowed here, because 'times' counts words; count each of them separately",
        ),
        (
            _RULE + "match: {forms: all, list: a}",
            "4:9: 'forms' cannot be combined with list; it can be combined with: words",
        ),
        (
            _RULE + "match: {case: exact, any: [{entity: a}, {all: [{list: b}]}]}",
            "4:9: nothing here can have 'case'; it is for: words, pattern",
        ),
        (_RULE + "match: {case: loud, words: [a]}", "4:15: 'loud' is not one of: exact, ignore"),
        (_RULE + "match: {in: text, words: [a]}", "4:13: 'text' is not one of: title, lead, body, author, tags, url"),
        (
            _RULE + "match: {in: title, all: [{any: [{words: [a]}, {words: [b], in: lead}]}]}",
            "4:60: 'in' is not allowed inside 'in'; keep one of them, or repeat the outer 'in' in each part",
        ),
        (_RULE + "match: {entity: {}}", "4:17: no entity is meant here; write one of: kind, in"),
        (
            _RULE + "match: {words: [a], ignore: {}}",
            "4:29: nothing is ignored here; write one of: words, list, before,",
        ),
        (
            _RULE + "match: {words: [a], ignore: []}",
            "4:29: this is empty; write, for example, 'ignore: {zh: [朝鲜半岛]}'",
        ),
        (_RULE + "match: {words: [a], ignore: b}", "4:29: expected a list, found text; write [b], or, if it is a"),
        (
            _RULE + "match: {words: [a], ignore: {before: {within: 1 word}}}",
            "4:38: there are no words here; write one of: words, list",
        ),
        (
            _RULE + "match: {words: [a], ignore: {before: {within: 1 word, words: [b], list: c}}}",
            "4:38: words and list cannot be combined in one mapping; keep one of them",
        ),
        (
            _RULE + "match: {words: [a], ignore: {wrd: [b], zh: [c]}}",
            "4:30: I do not know 'wrd'; did you mean 'words'?",
        ),
        (_RULE + "match: {words: [a], ignore: {ckb: b}}", "4:35: expected a list, found text; write [b]"),
        # text where a condition belongs
        (_MATCH + "unless: b", "5:9: expected keys with values, found text; write unless: {words: [b]}"),
        (_MATCH + "raise: critical", "5:8: expected keys with values, found text; write, for example, 'raise: {to:"),
        # where, and changes of level
        (
            _MATCH + "where: {}",
            "5:8: no article is meant here; write one of: languages, sources, tags, publishers, not",
        ),
        (_MATCH + "where: {languages: [korean]}", "5:21: 'korean' is not a language; did you mean 'ko'?"),
        (_MATCH + "where: {languages: [ko], unknown: yes}", "5:35: 'yes' is not one of: counts, does not count"),
        (_MATCH + "where: {not: {unknown: counts}}", "5:15: 'unknown' is not allowed here; it belongs beside not:"),
        (_MATCH + "lower: {to: high, if: {words: [a]}}", "5:9: 'high' is not below the rule's own level 'high'"),
        (
            _MATCH + "raise: [{to: critical, if: {words: [a]}}, {to: info, if: {words: [a]}}]",
            "5:44: 'info' is not above the rule's own level 'high'",
        ),
        (_MATCH + "raise: {to: critical}", "5:8: 'if' is missing; write, for example, 'if: {words: {en: [nuclear"),
        # tests
        (_MATCH + "tests: {fires: [{lang: ko}]}", "5:17: this test has neither a title nor a text"),
        (_MATCH + "tests: {fires: [{title: a, date: soon}]}", "5:34: 'soon' is not a date; write '2026-01-05'"),
        (_MATCH + "tests: {fires: [12]}", "5:17: expected text, found a number; put it in quotes"),
    ],
)
def test_a_faulty_rule_is_told_where_what_and_what_was_meant(text: str, said: str) -> None:
    """The first fault of each, word for word."""
    assert faults(RuleSchema, text)[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_ENTITY.replace("place", "thing"), "2:7: 'thing' is not one of: person, organisation, place, country, weapon"),
        (_ENTITY.replace("{en: [Taiwan]}", "Taiwan"), "4:7: expected a list, found text; write [Taiwan]"),
        (_ENTITY.replace("sure", "shure"), "4:1: I do not know 'shure'; did you mean 'sure'?"),
        (_ENTITY + "in: asia", "5:5: expected a list, found text; write [asia]"),
        (
            _ENTITY + "words: [a]",
            "5:1: 'words' is not allowed here; write the names under sure:, those that are not enough",
        ),
        (_ENTITY + "counts_if: {}", "5:1: 'counts_if' is not allowed here; it belongs under maybe:"),
        (
            _ENTITY + "maybe: {words: [a]}",
            "5:8: 'counts_if' is missing; write, for example, 'counts_if: {sure_name_seen:",
        ),
        (
            _ENTITY + "maybe: {words: [a], counts_if: {}}",
            "5:32: this does not say when the name counts; write one of: sure_name_seen, near, where",
        ),
        (
            _ENTITY + "maybe: {words: [a], counts_if: {sure_name_seen: anywhere}}",
            "5:49: 'anywhere' is not one of: in the article, earlier in the article",
        ),
        (
            _ENTITY + "maybe: {words: [a], counts_if: {near: {within: sentence}}}",
            "5:39: this does not say what must be near; write one of: words, list, entity",
        ),
    ],
)
def test_a_faulty_entity_is_told_likewise(text: str, said: str) -> None:
    """Entities are refused in the same words as rules."""
    assert said in "\n".join(faults(EntitySchema, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("list: aa", "1:1: this list has no words; write one of: words, lists, entities, before, after"),
        ("list: aa\nwords: a", "2:8: expected a list, found text; write [a]"),
        (
            "list: aa\ncase: exact\nbefore: {within: 1 word, words: [no]}",
            "2:1: 'case' cannot be combined with before; it can be combined with: words",
        ),
        ("list: aa\nwords: [a]\nignore: [b]", "3:1: I do not know 'ignore'"),
    ],
)
def test_a_faulty_list_is_told_likewise(text: str, said: str) -> None:
    """And so are lists."""
    [fault] = faults(ListSchema, text)
    assert fault.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: A b, url: 'http://x'}", "'A b' is not an id"),
        ("{id: a, url: 'ftp://x'}", "this is not a web address; write one that begins with https:// or http://"),
        ("{id: a, url: 'https://'}", "this is not a web address"),
        ("{id: a, url: 'http://x:99999/'}", "this is not a web address"),
        ("{id: a, url: 'http://[x/'}", "this is not a web address"),
        ("{id: a, url: 'http://x/ y'}", "this is not a web address"),
        ("{id: a, url: 'http://u:p4ss@x/'}", "this login is in plain text; write it as a secret: https://me"),
        ("{id: a, url: 'http://me:p4ss@x/${env:T}'}", "this login is in plain text"),
        ("{id: a, url: 'http://${env:T}/feed'}", "this is not a web address with secrets in it; write the host itself"),
        ("{id: a, url: 'http://x${env:T}/feed'}", "this is not a web address with secrets in it"),
        ("{id: a, url: '${env:T}'}", "this is not a web address with secrets in it"),
        ("{id: a, url: 'http://x/', sitemap: 'http://x/${env:T}'}", "'${...}' works in the url and the proxy of a"),
        ("{id: a, url: 'http://x', every: 4 s}", "'4 s' is too short; the shortest is '5 s'"),
        ("{id: a, url: 'http://x', language: english}", "'english' is not a language"),
        ("{id: a}", "'url' is missing"),
        ("a", "expected keys with values, found text"),
    ],
)
def test_a_faulty_source_is_told_likewise(text: str, said: str) -> None:
    """Addresses are never quoted: they may hold a token."""
    [fault] = faults(SourcesSchema, f"sources:\n  - {text}")
    assert said in fault
    assert "p4ss" not in fault


_WITH_KEY = {"rule": _MATCH + "%s: x", "alert": _MATCH + "alert: {%s: x}"}


@pytest.mark.parametrize(("called", "word"), [(called, word) for called in _WITH_KEY for word in sorted(KEYS[called])])
def test_each_word_that_is_not_built_yet_is_refused_by_name(called: str, word: str) -> None:
    """Whoever writes such a word learns that it does not work yet, and not that it is unknown."""
    [fault] = faults(RuleSchema, _WITH_KEY[called] % word)
    assert fault.endswith(f"'{word}' is not built yet (it comes with a later version); remove it")


@pytest.mark.parametrize("word", sorted(KEYS["entity"]))
def test_each_word_of_entities_that_is_not_built_yet_is_refused_by_name(word: str) -> None:
    """Likewise in entities."""
    assert faults(EntitySchema, _ENTITY + f"{word}: [x]") == [
        f"5:1: '{word}' is not built yet (it comes with a later version); remove it"
    ]


def test_all_faults_of_a_document_come_at_once() -> None:
    """One fault does not hide another."""
    text = (
        _RULE.replace("high", "hihg")
        + "match: {near: {within: 20, these: [{words: a}, {word: b}]}}\nalert: {to: x}\nagain_if: y"
    )
    assert len(faults(RuleSchema, text)) == 6


def test_the_first_faults_of_a_document_are_reported() -> None:
    """And that there are more; the sources without a fault are used all the same."""
    text = "sources:\n" + "  - {id: a, nosuch: 1}\n" * 500
    found = faults(SourcesSchema, text)
    assert len(found) == 101
    assert found[-1].endswith("there are more faults than these; correct these first")


@pytest.mark.parametrize("value", ["[tr0ub4dor]", "{tr0ub4dor: x}", "[[tr0ub4dor]]"])
@pytest.mark.parametrize("key", ["proxy", "url"])
def test_what_should_be_an_address_is_not_quoted(key: str, value: str) -> None:
    """It may hold a password."""
    assert "tr0ub4dor" not in "\n".join(faults(SourcesSchema, f"sources: [{{id: a, {key}: {value}}}]"))


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("hamas", ["bahamas", "oman"], None),  # alike, but another thing
        ("hamas", ["bahamas", "hamsa"], "hamsa"),
        ("not-so", ["not-done"], None),
        ("niger", ["nigeria"], None),
        ("strike", ["strikes"], "strikes"),
        ("levle", ["level"], "level"),
        ("nort_korea", ["north-korea", "south-korea"], "north-korea"),
        ("asia", ["east-asia"], "east-asia"),
        ("x", [], None),
    ],
)
def test_only_a_close_word_is_suggested(word: str, known: list[str], meant: str | None) -> None:
    """A wrong suggestion is worse than none: somebody may accept it."""
    assert find_close_word(word, known) == meant
