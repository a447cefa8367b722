"""Lists and entities that a condition could name because they have its words: proposals, hints and others."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from monitor.config.editing.edits import apply_edits_to_data
from monitor.config.language.entities import entity_from_document
from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.improving.effect import Effect
from monitor.lab.improving.examples import Example
from monitor.lab.improving.missing_references import MissingReference, find_missing_references
from monitor.lab.improving.relaxing import Definitions
from monitor.lab.improving.rule_edits import edits_from_changes
from monitor.lab.improving.tuning import Tuning, tune_rule
from monitor.model import Entity
from tests.building import NOON
from tests.improving import UNKNOWN, UNWANTED, WANTED, annotate_rule, define, example

RULE = """
    rule: drills
    title: Drills
    match:
      near:
        within: sentence
        these:
          - {{name: where, words: {{en: [Taiwan]}}}}
          - {{name: what, {what}}}
"""
WORDS = "words: {en: [drill, drills, exercise]}"
DRILLS = """
    list: drills
    words:
      en: [drill, drills, exercise, exercises, war game, manoeuvres]
      ko: [훈련]
"""
SPORT = "list: sport\nwords: {en: [exercise, gym, football, league, coach]}\n"
GAINED = [example("War game near Taiwan", WANTED), example("Manoeuvres around Taiwan begin", WANTED)]
GOOD = [example("Drills near Taiwan", WANTED)]


def rule(what: str = WORDS, more: str = "") -> str:
    return RULE.format(what=what) + more


def references(text: str, *lists: str, news: list[Example] | None = None) -> list[MissingReference]:
    """What the rule could name, of these lists."""
    return find_missing_references(annotate_rule(text), news or [], define(*lists))


def named(text: str, *lists: str) -> list[str]:
    return [str(one.change) for one in references(text, *lists)]


def tuned(text: str, *lists: str, news: list[Example]) -> Tuning:
    return tune_rule(annotate_rule(text), news, define(*lists), len(news), NOON)


def changes(found: Tuning) -> list[str]:
    return [str(proposal.change) for proposal in found.proposals]


def hints(found: Tuning) -> list[str]:
    return [str(hint.change) for hint in found.hints]


def with_entity(text: str) -> Definitions:
    """Definitions with one entity."""
    (document,) = parse_yaml_text(dedent(text), "entities.yaml")
    entity: Entity = entity_from_document(document)
    return Definitions({entity.id: entity}, {}, {}, {})


# --- what shares words ---------------------------------------------------------------------------------------------


def test_a_list_that_has_the_words_is_found() -> None:
    """With what it has, and what the condition lacks: words of its language, and other languages."""
    (found,) = references(rule(), DRILLS)
    assert str(found.change) == "list “drills” in place of the words of “what”"
    assert (found.shared, found.words) == (("drill", "drills", "exercise"), 3)
    assert found.more == {"en": 3, "ko": 1}
    assert found.lacking == {"ko"}


@pytest.mark.parametrize(
    ("language", "own", "listed"),
    [
        ("en", "strike, strikes", "strike, strikes, walkout"),
        ("de", '"Streik*", Ausstand', "Streiks, Ausstand, Arbeitskampf"),
        ("pl", '"strajk*", protest', "strajku, protest, przestój"),
        ("ru", '"забастовк*", стачка', "забастовку, стачка, протест"),
        ("ko", "파업, 총파업", '"*파업", 총파업, 태업'),
        ("zh", "罢工, 停工", "罷工, 停工, 怠工"),
        ("zh-Hant", "罷工, 停工", "罷工, 停工, 怠工"),
        ("ja", "ストライキ, スト", "ストライキ, スト, 操業停止"),
        ("es", "huelga, paro", "huelga, paro, cese"),
    ],
)
def test_in_each_language(language: str, own: str, listed: str) -> None:
    """Stems, particles and both kinds of Chinese characters count as the same words."""
    text = rule(f"words: {{{language}: [{own}]}}")
    (found,) = references(text, f"list: strikes\nwords: {{{language.partition('-')[0]}: [{listed}]}}\n")
    assert len(found.shared) == 2


def test_words_of_no_language_are_those_of_any() -> None:
    """A plain list of words is found in every language, and stays beside the list."""
    (found,) = references(rule("words: [drill, drills, exercise]"), DRILLS)
    assert str(found.change).startswith("list “drills” beside")
    assert len(found.shared) == 3


def test_words_without_a_name_are_named_by_the_first_of_them() -> None:
    text = rule().replace("name: what, ", "")
    assert named(text, DRILLS) == ["list “drills” in place of the words “drill”, “drills”, “exercise”"]


def test_words_that_the_list_lacks_stay() -> None:
    assert named(rule("words: {en: [drill, drills, landing]}"), DRILLS) == ["list “drills” beside the words of “what”"]


def test_the_narrowest_of_lists_with_the_same_words_is_named() -> None:
    """A word that is in many lists names none of them alone."""
    wide = DRILLS.replace("list: drills", "list: armies").replace("manoeuvres", "manoeuvres, tank, army, march")
    assert named(rule(), DRILLS, wide, SPORT) == ["list “drills” in place of the words of “what”"]
    assert named(rule("words: {en: [exercise]}"), DRILLS, SPORT) == []
    assert named(rule("words: {en: [exercise]}"), SPORT) == ["list “sport” in place of the words of “what”"]


def test_two_words_of_many_name_no_list() -> None:
    """A condition and a list about different things share some words."""
    what = "words: {en: [exercise, gym, tank, army, march, siege, raid]}"
    assert named(rule(what), SPORT.replace("coach", "coach, team, goal")) == []


def test_a_list_is_named_for_the_thing_with_most_of_its_words() -> None:
    """Named for both, it would be found twice in one place."""
    text = rule().replace("en: [Taiwan]", "en: [Taiwan, exercise, drill]")
    assert named(text, DRILLS) == ["list “drills” in place of the words of “what”"]


# --- what the rule says already ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        rule("any: [{words: {en: [drill, drills]}}, {list: drills}]"),
        rule("any: [{words: {en: [drill, drills]}}, {list: both}]"),
        rule("words: {en: [drill, drills]}, ignore: {list: drills}"),
        rule(more="    unless: {in: title, list: drills}\n"),
        rule(more="    mention_if: {in: title, list: drills}\n"),
        rule().replace("words: {en: [Taiwan]}", "any: [{words: {en: [Taiwan]}}, {list: drills}]"),
        "rule: a\ntitle: A\nmatch: {all: [{words: {en: [Taiwan]}}, {not: {words: {en: [drill, drills]}}}]}\n",
        rule().replace(WORDS, "words: {en: [landing]}") + "    unless: {words: {en: [drill, drills]}}\n",
    ],
    ids=["named", "inside a list", "ignored", "unless", "mention_if", "another thing", "not", "words of unless"],
)
def test_lists_that_the_rule_names_or_excludes_are_not_found(text: str) -> None:
    """And nothing is proposed for what must not be found: more words there would drop news."""
    both = "list: both\nlists: [drills]\nwords: {en: [landing]}\n"
    assert "drills" not in {getattr(one.change.leaf, "list", "") for one in references(text, DRILLS, both)}


def test_another_branch_may_name_it() -> None:
    """What one of several ways to meet the rule names, another lacks."""
    text = """
        rule: a
        title: A
        match:
          any:
            - near: {within: sentence, these: [{words: {en: [Taiwan]}}, {list: drills}]}
            - near: {within: sentence, these: [{words: {en: [Okinawa]}}, {name: what, words: {en: [drill, drills]}}]}
    """
    assert named(text, DRILLS) == ["list “drills” in place of the words of “what”"]


# --- entities --------------------------------------------------------------------------------------------------------

PYONGYANG = """
    entity: north-korea
    kind: place
    name: North Korea
    sure: {en: [North Korea, DPRK], ko: [북한], zh: [朝鲜]}
    maybe: {words: {en: [Pyongyang]}, counts_if: {sure_name_seen: in the article}}
"""


def test_an_entity_whose_names_are_written_out() -> None:
    """In place of sure names; a name that does not always count stays beside it."""
    definitions = with_entity(PYONGYANG)
    for words, where in (("North Korea, DPRK", "in place of"), ("North Korea, Pyongyang", "beside")):
        text = rule(f"words: {{en: [{words}]}}")
        (found,) = find_missing_references(annotate_rule(text), [], definitions)
        assert str(found.change) == f"entity “north-korea” {where} the words of “what”"
        assert found.lacking == {"ko", "zh"}


def test_an_entity_with_names_that_never_count_does_not_replace_the_words() -> None:
    """The words are found in “Georgia Tech” too, and the entity is not."""
    definitions = with_entity(
        """
        entity: georgia
        kind: place
        name: Georgia
        sure: {en: [Georgia, Tbilisi]}
        never: {en: [Georgia Tech]}
        """
    )
    (found,) = find_missing_references(annotate_rule(rule("words: {en: [Georgia, Tbilisi]}")), [], definitions)
    assert str(found.change) == "entity “georgia” beside the words of “what”"


def test_an_entity_that_a_group_has_is_named_already() -> None:
    """`entity: {in: ...}` means each of its members."""
    definitions = with_entity(PYONGYANG + "    in: [adversaries]\n")
    beside = "any: [{entity: {in: adversaries}}, {words: {en: [North Korea, DPRK]}}]"
    assert find_missing_references(annotate_rule(rule(beside)), [], definitions) == []


# --- proposals and hints -------------------------------------------------------------------------------------------


def test_a_supported_list_is_proposed() -> None:
    """One list in place of the words that each article would have taught."""
    found = tuned(rule(), DRILLS, news=[*GOOD, *GAINED])
    assert changes(found) == ["list “drills” in place of the words of “what”"]
    assert len(found.proposals[0].effect.gained) == 2
    assert found.hints == []


def test_an_unsupported_list_is_a_hint() -> None:
    """It changes nothing until somebody takes it."""
    found = tuned(rule(), DRILLS, news=GOOD)
    assert (changes(found), found.tuned) == ([], found.rule)
    assert hints(found) == ["list “drills” in place of the words of “what”"]
    assert found.hints[0].effect == Effect()


def test_one_article_is_no_support() -> None:
    found = tuned(rule(), DRILLS, news=[*GOOD, GAINED[0]])
    assert changes(found) == []
    assert len(found.hints[0].effect.gained) == 1


def test_a_list_that_brings_noise_is_not_proposed_or_hinted() -> None:
    """The user wants missile drills only, and has marked the others as noise."""
    what = "words: {en: [missile drill, missile drills]}"
    wide = DRILLS.replace("[drill,", "[missile drill, missile drills, drill,")
    noise = [example("Fire drill in Taiwan", UNWANTED), example("Taiwan drills wells", UNWANTED)]
    news = [example("Missile drill near Taiwan", WANTED), *GAINED, *noise]
    found = tuned(rule(what), wide, news=news)
    assert not any("list" in change for change in (*changes(found), *hints(found)))


def test_a_hint_shows_unjudged_articles() -> None:
    """A hint may bring them: a person decides."""
    news = [*GOOD, example("War game in Taiwan's shops", UNKNOWN)]
    (hint,) = tuned(rule(), DRILLS, news=news).hints
    assert len(hint.effect.unjudged_gained) == 1


def test_a_list_that_breaks_a_test_is_not_a_hint() -> None:
    """The test was written by a person."""
    text = rule(more="    tests: {fires: [Drills near Taiwan], silent: [A war game in Taiwan]}\n")
    assert hints(tuned(text, DRILLS, news=GOOD)) == []


def test_a_proposed_list_is_not_a_hint_too() -> None:
    """The words are elsewhere then."""
    found = tuned(rule(), DRILLS, SPORT, news=[*GOOD, *GAINED])
    assert changes(found) == ["list “drills” in place of the words of “what”"]
    assert hints(found) == []


@pytest.mark.parametrize("what", [WORDS, "words: {en: [drill, drills, exercise]}, ignore: {en: [fire drill]}"])
def test_two_lists_for_the_same_words(what: str) -> None:
    """Whichever comes first: both are found, and what the words ignore holds for both."""
    landings = "list: landings\nwords: {en: [drill, drills, landing, fire drill]}\n"
    definitions = define(DRILLS, landings)
    annotated = annotate_rule(rule(what))
    found = [one.change for one in find_missing_references(annotated, [], definitions)]
    assert len(found) == 2
    for order in (found, found[::-1]):
        changed = annotated.rule
        for change in order:
            after = change.apply(changed)
            assert after is not None
            changed = after
        edited = apply_edits_to_data(annotated.document.data, edits_from_changes(annotated.document.data, order))
        written = rule_from_document(replace(annotated.document, data=edited))
        compiled = definitions.compile_variants([changed, written])
        for title, hit in (
            ("Landing near Taiwan", True),
            ("War game near Taiwan", True),
            ("Drill near Taiwan", True),
            ("Fire drill near Taiwan", "ignore" not in what),
        ):
            assert compiled.find_news(example(title).article) == ({0, 1} if hit else set()), title
