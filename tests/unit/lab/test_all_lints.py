"""What is no fault and probably not meant is told at its place, and nothing else is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.lab.annotated_document import Lint, LintKind
from monitor.lab.lints.all_lints import LintContext, find_lints
from monitor.model import Channel, Entity, Place, Rule, WordList
from tests.support.building import source
from tests.support.growth import measure_growth
from tests.support.whole import ROOT

RULE = "rule: {id}\ntitle: A rule\nlevel: low\n"
ENTITIES = """\
entity: taiwan
kind: place
name: Taiwan
sure: {en: [Taiwan], zh: [台湾], ko: [대만]}
---
entity: japan
kind: place
name: Japan
sure: [Japan]
in: [islands]
"""
TESTED = ("untested", "unused-list")
"""What the files of most tests here earn as well."""


def told(folder: Path, text: str, *, besides: tuple[str, ...] = TESTED, whole: bool = False) -> list[Lint]:
    """The lints of a file, in its order, without those `besides`."""
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    (folder / "entities.yaml").write_text(ENTITIES, encoding="utf-8")
    loaded = load_rules([folder])
    assert [str(fault) for fault in loaded.faults] == []
    sources = {"wire": replace(source("wire"), tags=("state",))}
    everything = LintContext(loaded.rules, loaded.entities, loaded.lists, loaded.documents, sources, is_complete=whole)
    asked: list[Rule | Entity | WordList] = [*loaded.rules.values(), *loaded.entities.values(), *loaded.lists.values()]
    ours = [each for each in asked if Path(each.place.file).name == "a.yaml"]
    return [lint for lint in find_lints(everything, ours) if lint.kind not in besides]


def at(folder: Path, text: str, *, besides: tuple[str, ...] = TESTED, whole: bool = False) -> list[tuple[str, str]]:
    """The kind of each lint, and the beginning of what stands at its place."""
    lines = text.splitlines()
    places = ((lint.kind, lint.place) for lint in told(folder, text, besides=besides, whole=whole))
    return [(kind, lines[place.line - 1][place.col - 1 :]) for kind, place in places]


def rule(match: str, more: str = "", id_: str = "r") -> str:
    """A rule document with this condition in a line."""
    return RULE.format(id=id_) + f"match: {match}\n{more}"


def expect(found: list[tuple[str, str]], *wanted: tuple[str, str]) -> None:
    """Each lint is of its kind and stands where its text begins."""
    assert [kind for kind, _ in found] == [kind for kind, _ in wanted], found
    for (_, stands), (_, begins) in zip(found, wanted, strict=True):
        assert stands.startswith(begins)


LANGUAGE = "missing-language"
NEVER = "never-fires"


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        # a language in one part and not in the other
        (
            "{all: [{words: {en: [drill], ko: [훈련]}}, {words: {en: [Taiwan]}}]}",
            [(LANGUAGE, "{words: {en: [Taiwan]}}")],
        ),
        (
            "{near: {within: sentence, these: [{words: {en: [a]}}, {name: who, words: {en: [b], zh: [演习]}}]}}",
            [(LANGUAGE, "{words: {en: [a]}}")],
        ),
        # what is of any language has all of them, and so has what is no word
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {words: [THAAD]}]}", []),
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {pattern: 'KN-?[0-9]+'}]}", []),
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {in: url, words: {en: [world]}}]}", []),
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {entity: {in: islands}}]}", []),
        # an entity has the languages of its names, and asks for none of them
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {entity: taiwan}]}", []),
        ("{all: [{words: {en: [drill]}}, {entity: taiwan}]}", []),
        ("{all: [{words: {en: [drill], ja: [演習]}}, {entity: taiwan}]}", [(LANGUAGE, "{entity: taiwan}")]),
        # zh-Hant is Chinese
        ("{all: [{words: {zh-Hant: [演習]}}, {words: {zh: [台湾]}}]}", []),
        # each branch is judged by itself, and a branch is enough
        ("{any: [{words: {ko: [훈련]}}, {all: [{words: {en: [drill]}}, {entity: taiwan}]}]}", []),
        ("{all: [{words: {en: [drill], ko: [훈련]}}, {any: [{words: {ko: [한광]}}, {words: {en: [navy]}}]}]}", []),
        (
            "{all: [{words: {ko: [훈련], en: [x]}}, {any: [{all: [{words: {en: [y]}}, {entity: japan}]}]}]}",
            [(LANGUAGE, "{any: [{all")],
        ),
        # it is told where it begins, and once
        (
            "{all: [{words: {en: [x], ko: [훈련]}}, {all: [{words: {en: [a], ko: [한광]}}, {words: {en: [b]}}]}]}",
            [(LANGUAGE, "{words: {en: [b]}}")],
        ),
        # no language at all
        ("{all: [{words: {en: [drill]}}, {words: {ko: [훈련]}}]}", [(NEVER, "{all: ")]),
    ],
)
def test_a_language_that_can_never_match(tmp_path: Path, match: str, wanted: list[tuple[str, str]]) -> None:
    """Words of a language are in vain where something that must stand beside them has none."""
    expect(at(tmp_path, rule(match)), *wanted)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """Where, why, and what to do, in a line that names its kind."""
    (lint,) = told(tmp_path, rule("{all: [{words: {en: [x], ja: [演習], ko: [훈련]}}, {words: {en: [y]}}]}"))
    assert str(lint) == (
        f"{tmp_path}/a.yaml:4:55: advice: nothing here is in ja, ko, but words beside it are: no article has "
        "both; add such words here, or take them out there [missing-language]"
    )


@pytest.mark.parametrize(
    ("match", "more", "wanted"),
    [
        ("{words: {zh: [北, 朝鲜], ko: [북]}}", "", ["북]", "北,"]),
        ("{words: [北]}", "", ["北]"]),
        ("{words: {ja: [ロ], ko: ['북*']}}", "", ["'북*'", "ロ]"]),
        ("{near: {within: sentence, these: [{words: {zh: [北]}}, {words: {zh: [射]}}]}}", "", []),
        ("{near: {within: sentence, these: [{any: [{words: {zh: [北]}}]}, {words: {zh: [射]}}]}}", "", []),
        ("{words: {en: [x], ru: [ж]}}", "", []),  # a letter is no character
        ("{words: {zh: [朝鲜], en: [x]}, ignore: {zh: [北]}}", "", []),  # too little is ignored, at worst
        ("{words: {zh: [朝鲜]}}", "unless: {in: title, words: {zh: [忧]}}\n", ["忧]"]),
        ("{list: short}", "", ["美]"]),
        ("{near: {within: sentence, these: [{list: short}, {words: [射]}]}}", "", []),
    ],
)
def test_one_character_alone(tmp_path: Path, match: str, more: str, wanted: list[str]) -> None:
    """It stands in half of all articles; beside something else it says what is meant."""
    text = rule(match, f"{more}---\nlist: short\nwords: {{zh: [美]}}\n")
    found = [lint for lint in at(tmp_path, text) if lint[0] != LANGUAGE]
    expect(sorted(found), *(("single-character", word) for word in sorted(wanted)))


ENTITY = "entity: e\nkind: person\nname: E\n"


def test_names_of_one_character(tmp_path: Path) -> None:
    """Half of a region is called 李; a name that counts only with more may be short."""
    maybe = "maybe: {words: {zh: [金]}, counts_if: {sure_name_seen: in the article}}\n"
    (lint,) = told(tmp_path, f"{ENTITY}sure: {{zh: [李, 李强]}}\n{maybe}")
    assert (lint.kind, lint.place.line, lint.place.col) == ("single-character", 4, 13)
    assert "maybe" in lint.hint


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ("{words: [the, strike]}", ["the, "]),
        ("{in: title, words: {en: [WHO, UN], de: [und, die]}}", ["WHO", "und", "die"]),
        ("{words: [un]}", ["un]"]),  # without a language it is looked for in French too
        ("{words: {en: [war]}}", []),
        ("{any: [{words: [strike]}, {any: [{words: [of]}]}]}", ["of]"]),
        # these do not suffice, or are something else
        ("{all: [{words: [strike]}, {words: [could]}]}", []),
        ("{near: {within: sentence, these: [{words: [no]}, {words: [talks]}]}}", []),
        ("{words: [WHO], case: exact}", []),
        ("{any: [{words: [WHO]}, {words: [strike]}], case: exact}", []),
        ("{words: [to the end]}", []),
    ],
)
def test_a_word_that_every_text_has_and_that_is_enough(tmp_path: Path, match: str, wanted: list[str]) -> None:
    """An article, preposition, conjunction or pronoun meets the rule alone."""
    found = [lint for lint in at(tmp_path, rule(match, "unless: {words: [if]}\n")) if lint[0] == "function-word"]
    expect(found, *(("function-word", word) for word in wanted))


def test_a_word_that_is_in_every_text_of_another_language(tmp_path: Path) -> None:
    """The advice names that language, and how to leave it out."""
    [lint] = told(tmp_path, rule("{words: [war]}"))
    assert lint.problem == "'war' alone meets this rule, and nearly every text in German has it"
    assert lint.hint.endswith("; if you mean a word of another language, list it under that language")


@pytest.mark.parametrize(
    ("word", "is_told"),
    [
        ("'e*'", True),
        ("'*ed'", True),
        ("'*a*'", True),
        ("'ра*'", True),
        ("'eng*'", False),
        ("eu", False),  # closed
        ("'발사*'", False),
        ("'e* drill'", False),  # the other word says what is meant
    ],
)
def test_a_beginning_of_too_few_letters(tmp_path: Path, word: str, is_told: bool) -> None:
    """It is the beginning of everything."""
    expect(at(tmp_path, rule(f"{{words: [{word}]}}")), *([("short-prefix", word)] if is_told else []))


@pytest.mark.parametrize(
    ("words", "ignored", "eaten"),
    [
        ("[Korea, drill]", "[Drill]", ["drill"]),
        ("[missile, missiles]", "['missile*']", ["missile", "missiles"]),
        ("['missile*']", "[missile]", []),  # missiles count
        ("['*missile']", "['*missile*']", ["'*missile'"]),
        ("[Korea]", "[North Korea]", []),  # Korea alone counts
        ("[North Korea]", "[Korea]", []),  # one word of two does not hold it
        ("{ko: [훈련]}", "{ko: ['*훈련*']}", ["훈련"]),
        ("{ko: [훈련]}", "{ko: ['훈련*']}", []),  # 포위훈련 counts
        ("{ko: [탄도미사일, 핵실험]}", "{ko: [미사일, 실험]}", ["탄도미사일"]),  # 핵실험 has three syllables
        ("{ko: [훈련]}, edges: words", "{ko: ['훈련*']}", ["훈련"]),
        ("{zh: [台湾]}", "{zh: [臺灣]}", ["台湾"]),
        ("{zh: [演习]}", "{ja: [演習]}", []),  # not where the text is clearly Chinese
        ("[US], case: exact", "[us]", ["US"]),
        ("[US]", "{list: exact}", []),
        ("[wars, peace]", "{list: exact}", ["wars"]),
        ("[drill]", "{before: {within: 2 words, words: [drill]}}", []),
    ],
)
def test_a_word_that_is_always_ignored(tmp_path: Path, words: str, ignored: str, eaten: list[str]) -> None:
    """It stands there in vain; a word that is sometimes ignored does not."""
    lists = "---\nlist: exact\nwords: [us]\ncase: exact\n---\nlist: more\nwords: [wars]\n"
    text = rule(f"{{words: {words}, ignore: {ignored}}}")
    text = text.replace("{list: exact}", "{list: [exact, more]}")
    expect(at(tmp_path, text + lists), *(("never-counts", word) for word in eaten))


def test_a_name_that_never_counts(tmp_path: Path) -> None:
    """Nor does one that is, in all of its forms, the name of others."""
    never = (
        "maybe: {words: {ru: [Ким]}, counts_if: {sure_name_seen: in the article}}\nnever: {ru: ['Ким*'], en: [Kims]}\n"
    )
    expect(at(tmp_path, f"{ENTITY}sure: {{en: [Kim], ru: [Ким]}}\n{never}"), *[("never-counts", "Ким]")] * 2)


@pytest.mark.parametrize(
    ("match", "unless", "dropped"),
    [
        ("{words: [drill, launch]}", "{words: [launch]}", ["launch"]),
        ("{words: [drill, launch]}", "[{words: [film]}, {list: films}]", []),
        ("{words: [drill, movie]}", "[{words: [film]}, {list: films}]", ["movie"]),
        ("{words: [military drill]}", "{words: [drill]}", ["military drill"]),
        ("{words: [drill]}", "{words: [military drill]}", []),
        ("{words: [drill]}", "{in: title, words: [drill]}", []),  # in the text it counts
        ("{in: title, words: [drill]}", "{in: title, words: [drill]}", ["drill"]),
        ("{in: title, words: [drill]}", "{words: ['drill*']}", ["drill"]),
        ("{words: [drill]}", "{all: [{words: [drill]}, {words: [film]}]}", []),  # only with more
        ("{words: [drill]}", "{words: [drill], times: 3}", []),
        ("{words: [drill]}", "{words: [drill], ignore: [big drill]}", []),
        ("{all: [{words: [China]}, {words: [drill]}]}", "{words: [drill]}", ["drill"]),
    ],
)
def test_a_word_that_unless_drops(tmp_path: Path, match: str, unless: str, dropped: list[str]) -> None:
    """Where it stands the article does not count, so it cannot make the rule fire."""
    text = rule(match, f"unless: {unless}\n---\nlist: films\nwords: [movie]\n")
    expect(at(tmp_path, text), *(("dropped-by-unless", word) for word in dropped))


@pytest.mark.parametrize(
    ("match", "dropped"),
    [
        ("{all: [{words: [Rhine, Main], in: title}, {not: {words: [Rhine]}}]}", ["Rhine, "]),
        ("{all: [{any: [{words: [strikes]}, {words: [Rhine]}]}, {not: {any: [{words: ['strike*']}]}}]}", ["strikes"]),
        ("{any: [{words: [port]}, {all: [{words: [Rhine]}, {not: {words: [Rhine]}}]}]}", ["Rhine]}, "]),
        # the article can still meet these
        ("{all: [{words: [Rhine]}, {not: {words: [Rhine], in: title}}]}", []),
        ("{all: [{words: [Rhine]}, {not: {words: [Upper Rhine]}}]}", []),
        ("{all: [{words: [Rhine]}, {not: {all: [{words: [Rhine]}, {words: [cruise]}]}}]}", []),
        ("{any: [{words: [Rhine]}, {all: [{words: [port]}, {not: {words: [Rhine]}}]}]}", []),
    ],
)
def test_a_word_that_a_not_beside_it_drops(tmp_path: Path, match: str, dropped: list[str]) -> None:
    """As `unless` does, but only for what is in the same `all`."""
    expect(at(tmp_path, rule(match)), *(("dropped-by-unless", word) for word in dropped))


def test_mention_is_looked_at_as_match_is(tmp_path: Path) -> None:
    """A language that it lacks, a word that `unless` drops, a pattern that every article is searched for."""
    more = "mention: {all: [{words: {en: [x], ko: [훈련]}}, {words: {en: [y]}}]}\n"
    expect(at(tmp_path, rule("{words: [missile]}", more)), ("missing-language", "{words: {en: [y]}}]}"))
    more = "mention: {words: [drill]}\nunless: {words: [drill]}\n"
    expect(at(tmp_path, rule("{words: [missile]}", more)), ("dropped-by-unless", "drill]}"))
    expect(at(tmp_path, rule("{words: [missile]}", "mention: {pattern: a}\n")), ("pattern-alone", "a}"))


@pytest.mark.parametrize(
    ("words", "second"),
    [
        ("{en: [drill, fire, drill]}", "drill]}"),
        ("[drill, Drill]", "Drill]"),
        ("{en: [live fire, live-fire]}", "live-fire"),
        ("{zh: [台灣, 臺灣]}", "臺灣"),
        ("[drill, drills]", None),
        ("[drill, 'drill*']", None),  # more than the same
        ("[US, us], case: exact", None),
        ("[US], case: exact, ignore: [about us, About us]", "About us"),
        ("{zh: [演习], ja: [演习]}", None),  # each for its own texts
    ],
)
def test_a_word_that_stands_twice(tmp_path: Path, words: str, second: str | None) -> None:
    """As it is, or as it is compared; the second is told."""
    found = at(tmp_path, rule(f"{{words: {words}}}"))
    expect(found, *([("twice", second)] if second else []))


def test_case_and_ignore_are_known_from_around(tmp_path: Path) -> None:
    """Where case counts, US and us are two words; what is ignored is so in each of several."""
    assert at(tmp_path, rule("{case: exact, any: [{words: [US, us]}, {words: [go]}]}")) == []
    found = at(tmp_path, rule("{ignore: [fire drill], any: [{words: [fire drill]}, {words: [go]}]}"))
    expect(found, (LintKind.NEVER_COUNTS, "fire drill]}, {words"))


def test_words_are_looked_at_wherever_they_stand(tmp_path: Path) -> None:
    """In lists, names, what is ignored and what changes the level."""
    text = rule("{words: [x], ignore: {en: [a, a]}}", "raise: [{to: high, if: {words: [b, b]}}]\n")
    text += f"---\nlist: l\nwords: [c, c]\nbefore: {{within: 2 words, words: [d, d]}}\n---\n{ENTITY}sure: [e, e]\n"
    expect(at(tmp_path, text), *(("twice", letter) for letter in "abcde"))


# --- rules, entities and lists ----------------------------------------------------------------------------------


def test_what_has_no_tests(tmp_path: Path) -> None:
    """A rule, or an entity; a list cannot have any."""
    tests = "tests: {fires: [x], silent: [y]}\n"
    text = rule("{words: [x]}") + "---\n" + rule("{words: [x]}", tests, "s") + f"---\n{ENTITY}sure: [x]\n"
    text += "---\nlist: l\nwords: [x]\n"
    expect(at(tmp_path, text, besides=()), ("untested", "rule: r"), ("untested", "entity: e"))


@pytest.mark.parametrize(
    ("words", "tests", "missing"),
    [
        ("{en: [drill], ko: [훈련]}", "{fires: [A drill, 훈련 시작]}", ""),
        ("{en: [drill], ko: [훈련]}", "{fires: [A drill], silent: [훈련 없음]}", "ko"),
        ("{en: [drill], ko: [훈련], ru: [учения]}", "{fires: [A drill]}", "ko, ru"),
        ("{en: [drill], de: [Manöver]}", "{fires: [A drill]}", "de"),
        ("{en: [missile], fr: [missile]}", "{fires: [A missile]}", ""),  # nobody can tell
        ("{en: [missile], fr: [missile]}", "{fires: [{title: A missile, lang: en}]}", "fr"),
        ("{zh: [演习], ja: [演習]}", "{fires: [中国在台湾周边军演 导弹演习]}", "ja"),
        ("{zh: ['H-6K 轰炸机']}", "{fires: [H-6K 轰炸机]}", ""),
        ("[THAAD]", "{fires: [THAAD]}", ""),  # of any language
        ("{en: [drill], ko: [훈련]}", "{silent: [A garden]}", "en, ko"),
    ],
)
def test_a_language_that_nobody_tested(tmp_path: Path, words: str, tests: str, missing: str) -> None:
    """A rule speaks it, and no test that fires has its words."""
    found = told(tmp_path, rule(f"{{words: {words}}}", f"tests: {tests}\n"))
    assert [lint.kind for lint in found] == (["untested-language"] if missing else [])
    assert all(f"is in {missing}:" in lint.problem for lint in found)
    assert all(lint.place.line == 5 for lint in found)


def test_a_language_is_tested_through_what_the_rule_names(tmp_path: Path) -> None:
    """An entity's name shows that a test is in it, although the rule's own words are not what fires."""
    match = "{all: [{entity: taiwan}, {any: [{list: drills}, {words: {en: [fire], zh: [射击], ko: [사격]}}]}]}"
    text = rule(
        match, "tests: {fires: [Taiwan on fire, 台湾 演习]}\n---\nlist: drills\nwords: {zh: [演习], ko: [훈련]}\n"
    )
    (lint,) = told(tmp_path, text)
    assert (lint.kind, lint.problem[:27]) == ("untested-language", "no test that fires is in ko")


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ("{pattern: 'KN-?[0-9]+'}", ["'KN-?"]),
        ("{any: [{words: [x]}, {pattern: a}]}", ["a}"]),
        ("{near: {within: sentence, these: [{pattern: a}, {any: [{pattern: b}, {words: [x]}]}]}}", ["a}", "b}"]),
        ("{near: {within: sentence, these: [{pattern: a}, {any: [{list: l}, {words: [x]}]}]}}", []),
        ("{all: [{words: [x]}, {pattern: a}]}", []),
        ("{all: [{pattern: a}, {pattern: b}]}", ["a}", "b}"]),
        ("{all: [{pattern: a}, {not: {words: [x]}}]}", ["a}"]),
        ("{all: [{words: [x]}, {not: {pattern: a}}]}", []),
        ("{any: [{all: [{words: [x]}, {pattern: a}]}, {entity: taiwan}]}", []),
        ("{number: {of: dead}}", ["{of: dead}"]),  # nor can it be told of a number, or of a day
        ("{all: [{words: [x]}, {number: {of: dead}}, {names: a day}]}", []),
        ("{any: [{words: [x]}, {names: a day}]}", ["a day}"]),
    ],
)
def test_a_pattern_that_every_article_is_searched_for(tmp_path: Path, match: str, wanted: list[str]) -> None:
    """Nothing else tells in which articles it can be."""
    text = rule(match, "---\nlist: l\nwords: [y]\n")
    expect(at(tmp_path, text), *(("pattern-alone", pattern) for pattern in wanted))


@pytest.mark.parametrize(
    ("match", "more", "wanted"),
    [
        ("{words: {en: [x]}}", "where: {languages: [ko, ja]}\n", ["[ko, ja]"]),
        ("{words: {en: [x], ko: [훈련]}}", "where: {languages: [ko, ja]}\n", []),
        ("{words: [x]}", "where: {languages: [ko]}\n", []),
        ("{in: body, words: [x]}", "news_in: title\n", ["title"]),
        ("{all: [{words: [x]}, {in: lead, words: [y]}]}", "news_in: title\n", ["title"]),
        ("{any: [{words: [x]}, {in: lead, words: [drill]}]}", "news_in: title\n", []),
        ("{all: [{words: [x]}, {not: {in: lead, words: [y]}}]}", "news_in: title\n", []),
        ("{all: [{words: {en: [x]}}, {not: {words: {ko: [훈련]}}}]}", "", []),
        ("{in: body, words: [x]}", "", []),
        ("{in: body, words: [x]}", "title_has_some: true\n", ["true"]),
        ("{all: [{in: tags, words: [x]}, {not: {words: [z]}}]}", "title_has_some: true\n", ["true"]),
        ("{near: {within: sentence, these: [{words: [x]}, {words: [y]}]}}", "title_has_some: true\n", []),
        ("{all: [{words: [x]}, {in: lead, words: [y]}]}", "title_has_some: true\n", []),
    ],
)
def test_a_rule_that_never_fires(tmp_path: Path, match: str, more: str, wanted: list[str]) -> None:
    """Because of where it looks."""
    expect(at(tmp_path, rule(match, more)), *((NEVER, text) for text in wanted))


def test_a_rule_is_not_asked_for_languages_that_it_does_not_look_at(tmp_path: Path) -> None:
    """Words of others may stand there; nobody expects more of them."""
    match = "{all: [{words: {en: [x], ko: [훈련]}}, {words: {en: [y]}}]}"
    assert at(tmp_path, rule(match, "where: {languages: [en]}\n")) == []


def test_sources_that_there_are_not(tmp_path: Path) -> None:
    """A misspelt id would silence a rule without a word."""
    more = "where: {sources: [wire, wrie], tags: [state, sate], not: {publishers: [Nobody], sources: [wire]}}\n"
    wanted = [("unknown-source", begins) for begins in ("wrie", "sate", "Nobody")]
    expect(at(tmp_path, rule("{words: [x]}", more)), *wanted)


def test_channels_that_never_say_whether_a_message_arrived() -> None:
    """Whoever relies on one should know; others need no advice."""
    urls = {"log": "rsyslog://10.0.0.1", "desk": "mailto://u:p@x.test", "here": "syslog://"}
    channels = tuple(Channel(name, url, Place("monitor.yaml", 7, 3)) for name, url in urls.items())
    found = [str(lint) for lint in find_lints(LintContext({}, {}, {}, {}, channels=channels), [])]
    never, hint = "this kind never says whether a message arrived", "send what must arrive to a second channel too"
    refused, sent = "and asks no server: its messages count as refused", "its messages count as sent, unverified"
    assert found == [
        f"monitor.yaml:7:3: advice: the channel {said}; {hint} [unverified-channel]"
        for said in (f"here is of the kind syslog: {never}, {refused}", f"log is of the kind rsyslog: {never}: {sent}")
    ]


@pytest.mark.parametrize(
    ("url", "missing"),
    [
        ("mailto://127.0.0.1:2525?from=s3cr3t@x.test", "no `to`, so mails go to their own sender"),
        ("mailtos://joe:s3cr3t@mail.x.test?from=joe@x.test", "no `to`, so mails go to their own sender"),
        ("mailto://s3cr3t@x.test", "no password, so the daemon does not log in to a mail server"),
        ("MAILTO://s3cr3t@x.test?to=a@x.test", "no password, so the daemon does not log in to a mail server"),
        # these are complete
        ("mailto://127.0.0.1:25?from=a@x.test&to=b@x.test", None),
        ("mailto://127.0.0.1:25/b@x.test?from=a@x.test", None),
        ("mailtos://joe:s3cr3t@mail.x.test?to=b@x.test", None),
        ("mailtos://joe:s3cr3t@gmail.com", None),
        ("mailto://desk@localhost", None),
        ("ntfy://joe@ntfy.x.test/topic", None),
    ],
)
def test_a_mail_address_that_lacks_something(url: str, missing: str | None) -> None:
    """Apprise takes it, and no reader gets a mail."""
    channel = Channel("desk", url, Place("monitor.yaml", 7, 3))
    found = list(find_lints(LintContext({}, {}, {}, {}, channels=(channel,)), []))
    said = [lint.problem for lint in found if lint.kind == "incomplete-address"]
    assert said == ([f"the address of the channel desk has {missing}"] if missing else [])
    assert "s3cr3t" not in "".join(map(str, found))


def test_a_list_that_nothing_names(tmp_path: Path) -> None:
    """By rules, entities and other lists; it is told only where all files are known."""
    text = rule("{words: [x], ignore: {list: a}}") + "".join(
        f"---\nlist: {name}\n{says}\n"
        for name, says in (
            ("a", "before: {within: 2 words, list: b}"),
            ("b", "words: [x]"),
            ("c", "words: [x]"),
            ("d", "words: [x]"),
        )
    )
    near = "near: {within: 2 words, list: d}"
    text += f"---\n{ENTITY}sure: [x]\nmaybe: {{words: [y], counts_if: {{{near}}}}}\n"
    assert at(tmp_path, text, besides=("untested",)) == []
    expect(at(tmp_path, text, besides=("untested",), whole=True), ("unused-list", "list: c"))


def test_the_lists_that_come_with_the_program_wait_to_be_named(tmp_path: Path) -> None:
    """`init` writes all of them, whichever rules it writes."""
    file = tmp_path / "a.yaml"
    file.write_bytes((ROOT / "rules" / "lists" / "when.yaml").read_bytes())
    loaded = load_rules([file])
    assert loaded.lists.keys() >= {"past", "days"}
    whole = LintContext(loaded.rules, loaded.entities, loaded.lists, loaded.documents, is_complete=True)
    assert find_lints(whole, [*loaded.lists.values()]) == ()


@pytest.mark.parametrize(
    ("first", "line", "told_"),
    [
        ("", "", True),
        ("", "  # lint: ignore single-character", False),
        ("", "  # 北 is meant. lint: ignore twice", True),
        ("", "  # lint: ignore twice, single-character", False),
        ("  # lint: ignore single-character", "", False),
        ("  # lint: ignore twice", "", True),
    ],
)
def test_a_lint_is_silenced_where_it_stands(tmp_path: Path, first: str, line: str, told_: bool) -> None:
    """In its line, or for the whole document in the line that begins it; by its kind, so that others are told."""
    text = rule("{words: {zh: [朝鲜]}}", id_="other") + "---\n"
    text += rule("", id_=f"r{first}") + f"  words:\n    zh: [朝鲜, 北]{line}\n"
    expect(at(tmp_path, text), *([("single-character", "北")] if told_ else []))


def test_each_kind_is_explained() -> None:
    """Where people read of rules."""
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    _, _, section = text.partition("## What `check` advises\n")
    assert re.findall(r"^\| `([a-z-]+)` \|", section.partition("\n## ")[0], re.MULTILINE) == list(LintKind)


@pytest.mark.parametrize("written", ["words: [{}]", "words: {{en: [{}]}}"])
def test_many_words_take_time_in_proportion(tmp_path: Path, written: str) -> None:
    """Eight times the words take at most some twenty times the time; to look for each in its list took sixty times."""

    def context(count: int) -> LintContext:
        text = rule("{" + written.format(", ".join(f"word{number}" for number in range(count))) + "}")
        (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
        loaded = load_rules([tmp_path])
        return LintContext(loaded.rules, loaded.entities, loaded.lists, loaded.documents, {}, is_complete=False)

    contexts = {count: context(count) for count in (3_000, 24_000)}
    growth = measure_growth(lambda count: find_lints(contexts[count], [*contexts[count].rules.values()]), 3_000, 24_000)
    assert growth < 24
