"""Advice on habits from search engines, on too much for one sentence, on words that would be two things at once, and on
languages that were forgotten half-way."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.lab.annotated_document import LintKind
from tests.unit.lab.test_all_lints import TESTED, at, expect, rule, told

BESIDES = (*TESTED, "missing-language", "twice")


def kinds(folder: Path, match: str, more: str = "") -> list[str]:
    return [kind for kind, _ in at(folder, rule(match, more), besides=BESIDES)]


# --- search operators -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "named", "mend"),
    [
        ("Busan AND strike", "AND", "write both under all: (anywhere in the article) or near: (together)"),
        ("strike OR walkout", "OR", "write each as a separate word: [one, other]"),
        ("strike | walkout", "OR", "write each as a separate word: [one, other]"),
        ("strike NOT baseball", "NOT", "write it under unless:"),
        ("strike -baseball", "-", "write it under unless:"),
        ("-baseball", "-", "write it under unless:"),
        ('"port strike"', "quotes", "words next to each other are a phrase without them"),
        ("strike site:bbc.com", "site:", "write where: {sources: [...]}"),
        ("intitle:strike", "intitle:", "write in: title beside words:"),
        ("(strike", "brackets", "write the alternatives under any:"),
    ],
)
def test_each_search_operator_is_named_with_how_it_is_written_here(
    word: str, named: str, mend: str, tmp_path: Path
) -> None:
    """Once, at its word."""
    (lint,) = told(tmp_path, rule(f"{{words: [ferry, '{word}']}}"))
    assert lint.kind is LintKind.SEARCH_OPERATOR
    assert lint.problem == f"'{word}' is searched for literally: {named} is not an operator here"
    assert lint.hint.startswith(mend)


@pytest.mark.parametrize(
    "word", ["command and control", "AND", "OR", "Ro-Ro", "live-fire", "KN-23", "S&P", "site", "not so", "-40"]
)
def test_what_only_looks_like_one_is_a_word(word: str, tmp_path: Path) -> None:
    """Small letters, and signs inside of words."""
    assert kinds(tmp_path, f"{{all: [{{words: ['{word}']}}, {{words: [drill]}}]}}") == []


# --- short words in Latin letters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("{ko: [AI, 조류인플루엔자]}", ["AI"]),
        ("{zh: [bp], ja: [fan]}", ["bp", "fan"]),
        ("{zh-Hant: [AI]}", ["AI"]),
        ("{ko: [AI], en: [AI]}", []),  # it is meant in English too
        ("{ko: [THAAD, KBO, KN-23, AI 확진]}", []),
        ("{de: [EU], any: [EU]}", []),
        ("[AI]", []),
    ],
)
def test_a_short_latin_word_that_is_meant_in_one_language(words: str, wanted: list[str], tmp_path: Path) -> None:
    """It runs on English text, where it is something else."""
    found = at(tmp_path, rule(f"{{words: {words}}}"), besides=BESIDES)
    expect(found, *(("short-latin", word) for word in wanted))


# --- many things ------------------------------------------------------------------------------------------------

A, B, C, D = (f"{{words: [{word}]}}" for word in ("alpha", "beta", "gamma", "delta"))


@pytest.mark.parametrize(
    ("match", "more", "wanted"),
    [
        (f"{{near: {{within: sentence, these: [{A}, {B}, {C}, {D}]}}}}", "", True),
        (f"{{near: {{within: 9 words, these: [{A}, {B}, {C}]}}}}", "", False),
        (f"{{all: [{A}, {B}, {C}, {D}]}}", "", False),  # anywhere in the article
        (f"{{all: [{A}, {B}, {C}, {D}]}}", "news_in: title\n", True),
        (f"{{in: title, all: [{A}, {B}, {C}, {D}]}}", "", True),
        (f"{{all: [{A}, {B}, {{all: [{C}, {D}]}}]}}", "news_in: title\n", True),
        (f"{{all: [{A}, {B}, {{any: [{C}, {D}]}}]}}", "news_in: title\n", False),  # one of them is enough
        (f"{{all: [{A}, {B}, {C}, {{not: {D}}}]}}", "news_in: title\n", False),  # it need not be said
        (f"{{any: [{A}, {{near: {{within: sentence, these: [{A}, {B}, {C}, {D}]}}}}]}}", "", True),
        (A, f"unless: {{near: {{within: sentence, these: [{A}, {B}, {C}, {D}]}}}}\n", False),
    ],
)
def test_more_than_three_things_in_one_sentence(match: str, more: str, wanted: bool, tmp_path: Path) -> None:
    """No headline says them all."""
    assert kinds(tmp_path, match, more) == (["many-things"] if wanted else [])


# --- words that would be two things -----------------------------------------------------------------------------


def near(one: str, other: str, more: str = "") -> str:
    return f"{{near: {{within: sentence, {more}these: [{{name: rate, words: {one}}}, {{words: {other}}}]}}}}"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("{zh: [利率, 降息]}", "{zh: [下调, 降息]}", "'降息'"),
        ("[sanctions, tariff]", "[sanctions, imposed]", "'sanctions'"),
        ("['sanction*']", "[imposed, sanctions]", "'sanctions'"),  # it is one of the first as well
        ("[Leitzins]", "[Leitzins senken, angehoben]", "'Leitzins senken'"),
        ("[product]", "[recall, product recall]", ""),  # each of the two is there for itself
        ("[rates]", "[cut]", ""),
        ("[Xi, Putin]", "[Xi, Putin]", ""),  # two of them are wanted
    ],
)
def test_one_word_that_two_members_of_a_near_ask_for(one: str, other: str, wanted: str, tmp_path: Path) -> None:
    """It is named with both and with the mend; what has a name is called by it."""
    found = told(tmp_path, rule(near(one, other)), besides=BESIDES)
    assert [lint.kind for lint in found] == ([LintKind.SHARED_WORD] if wanted else [])
    for lint in found:
        assert lint.problem.startswith(f"{wanted} would have to be `rate` and the second at once")
        assert "may_share_words: true" in lint.hint


def test_words_of_lists_are_seen_too(tmp_path: Path) -> None:
    """As many as fit are named."""
    words = "[cut one, cut two, cut three, cut four]"
    text = rule("{near: {within: sentence, these: [{list: cuts}, {words: [cut]}]}}")
    (lint,) = told(tmp_path, f"{text}---\nlist: cuts\nwords: {words}\n", besides=BESIDES)
    assert lint.problem.startswith("'cut four', 'cut one', 'cut three' ... would have to be the first and the second")


# --- languages with few words -----------------------------------------------------------------------------------

FORMS = (
    "[fired, fires, fireball, firestorm, launch, launched, launches, launching, attack, attacks, attacked, attacking]"
)
ENGLISH = "[ant, bee, cat, dog, eel, fox, gnu, hen, ibis, jay, kite, lynx]"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (f"{{en: {ENGLISH}, ko: [개미, 나비, 여우]}}", "it has 12 words in en, and 3 in ko: "),
        (f"{{en: {ENGLISH}, ko: [개미], ja: [アリ]}}", "it has 12 words in en, and 1 in ja, 1 in ko: "),
        (f"{{en: {ENGLISH}, ko: [개미, 나비, 여우, 토끼]}}", ""),  # a third
        ("{en: [ant, bee, cat, dog], ko: [여우]}", ""),  # of so few a third is one
        (f"{{en: {ENGLISH}, any: [zebu]}}", ""),  # these are looked for in all
        (f"{{en: {FORMS}, zh: [发射, 攻击]}}", ""),  # a verb in all of its forms is one, where others need one
    ],
)
def test_a_language_with_fewer_words_than_a_third_of_the_richest(words: str, wanted: str, tmp_path: Path) -> None:
    """Whoever added it stopped half-way."""
    found = told(tmp_path, rule(f"{{words: {words}}}"), besides=BESIDES)
    assert [lint.kind for lint in found] == ([LintKind.FEW_WORDS] if wanted else [])
    assert all(lint.problem.startswith(wanted) for lint in found)


def test_only_languages_in_which_the_rule_can_hold_are_compared(tmp_path: Path) -> None:
    """A shared list may have words in more of them."""
    text = rule("{all: [{list: animals}, {words: {en: [seen]}}]}")
    listed = f"---\nlist: animals\nwords: {{en: {ENGLISH}, ko: [여우]}}\n"
    assert at(tmp_path, text + listed, besides=BESIDES) == []
