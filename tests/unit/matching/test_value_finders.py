"""What the conditions that a rule's `by` names found, as values that are the same in all languages and forms."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AlertPolicy,
    AllOf,
    AnyOf,
    Condition,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    Ignore,
    Ignoring,
    In,
    Level,
    ListNamed,
    MatchKind,
    Named,
    Near,
    NumberNamed,
    OncePer,
    Pattern,
    Rule,
    Term,
    Times,
    WordList,
    Words,
)
from tests.support.building import article


def words(**by_language: list[str]) -> Words:
    return Words(tuple(Term(text, language) for language, texts in by_language.items() for text in texts))


def country(name: str, *names: str) -> Entity:
    return Entity(name, "country", name.title(), tuple(Term(each) for each in names), groups=("asia",))


ENTITIES = {
    each.id: each
    for each in (
        country("japan", "Japan", "日本", "일본", "Япония"),
        country("laos", "Laos", "라오스", "老挝"),
        Entity("kim", "person", "Kim", (Term("Kim Jong Un"),)),
    )
}
LISTS = {"ports": WordList("ports", (Term("Busan", "en"), Term("부산", "ko"), Term("釜山", "zh-Hant")))}
CASES = words(en=["case", "cases"], ko=["확진"])
WHERE = Named("where", GroupNamed("country"))


def rules(condition: Condition, *by: str) -> RuleSet:
    policy = AlertPolicy(once_per=OncePer.EVENT, by=by or ("where",))
    return compile_rules([Rule("r", "R", Level.LOW, condition, "v", alert=policy)], ENTITIES, LISTS)


def found(condition: Condition, title: str, text: str = "", *by: str) -> Mapping[str, frozenset[str]]:
    """What the one match of the article has."""
    [match] = rules(condition, *by).match(article(title=title, text=text))
    return match.by


@pytest.mark.parametrize(
    ("condition", "title", "wanted"),
    [
        # an entity is one value by any of its names, in any language
        (WHERE, "Japan votes", {"entity:japan"}),
        (WHERE, "일본에서 지진", {"entity:japan"}),
        (Named("where", EntityNamed("laos")), "老挝 Laos 라오스", {"entity:laos"}),
        # all that are named
        (WHERE, "Laos and Japan sign", {"entity:japan", "entity:laos"}),
        (
            Named("where", AnyOf((EntityNamed("japan"), words(en=["Busan"])))),
            "Busan, Japan",
            {"entity:japan", "word:en:busan"},
        ),
        # words: as the rule writes them, folded, in any form
        (
            Named("where", words(en=["Busan", "Sea of Japan"])),
            "BUSAN on the Sea  of Japan",
            {"word:en:busan", "word:en:sea of japan"},
        ),
        (Named("where", words(ko=["부산"])), "부산에서 파업", {"word:ko:부산"}),
        (Named("where", Words((Term("учение", "ru", forms=True),))), "Об учениях и учении", {"word:ru:учение"}),
        (Named("where", words(ru=["ракет*"])), "Две ракеты, три ракетами", {"word:ru:ракет"}),
        (Named("where", words(zh=["臺灣海峽"])), "台湾海峡", {"word:zh:台湾海峡"}),
        (Named("where", words(any=["KF-21"])), "The KF 21 flew", {"word:any:kf 21"}),
        (
            Named("where", words(en=["Taiwan"], de=["Taiwan", "Manöver"])),
            "Taiwan",
            {"word:en:taiwan", "word:de:taiwan"},
        ),
        (Named("where", ListNamed("ports")), "釜山 (Busan)", {"word:en:busan", "word:zh:釜山"}),
        # a word that is also an entity's name is a word
        (AllOf((Named("where", words(en=["Japan"])), EntityNamed("japan"))), "Japan", {"word:en:japan"}),
        # a pattern: what it matched
        (Named("where", Pattern(r"KN-?\d\d")), "A KN-23 and a KN25", {"word:any:kn23", "word:any:kn25"}),
        # what does not count is no value
        (
            Named("where", Ignoring(words(en=["Busan", "Ulsan"]), Ignore((Term("Busan Bank"),)))),
            "Busan Bank in Ulsan",
            {"word:en:ulsan"},
        ),
        (Named("where", In(Field.TITLE, WHERE)), "Japan votes", {"entity:japan"}),
        # a number, in digits and in words; a day, as it is written
        (
            Named("where", NumberNamed("dead", at_least=2)),
            "Five killed, 5 dead, 1 died, 12 dead",
            {"word:any:5", "word:any:12"},
        ),
        (Named("where", DayNamed()), "They met on May 5", {"word:any:may5"}),
        (Named("where", Times(2, words(en=["Busan", "Ulsan"]))), "Busan, Ulsan", {"word:en:busan", "word:en:ulsan"}),
    ],
)
def test_what_a_condition_found(condition: Condition, title: str, wanted: set[str]) -> None:
    """In the title, each thing once."""
    assert found(condition, title) == {"where": wanted}


def test_what_stands_only_deeper_is_not_known() -> None:
    """A value is of title and lead, as news is; that of a mention is none."""
    deep = "word " * 70 + "Japan and Laos."
    assert found(AllOf((CASES, WHERE)), "Cases in Laos", deep) == {"where": {"entity:laos"}}
    [mention] = rules(AllOf((CASES, WHERE))).match(article(title="Cases", text=deep))
    assert mention.kind is MatchKind.MENTION
    assert mention.by == {"where": frozenset()}


NEAR = Near((Named("where", AnyOf((GroupNamed("country"), Named("port", ListNamed("ports"))))), Named("what", CASES)))


def test_of_a_near_counts_what_is_near() -> None:
    """Whatever else the lead names; and each of several that are."""
    text = "Three cases in Japan. Laos closes its border. Busan and Japan report one more case."
    assert found(NEAR, "Health", text, "where", "what") == {
        "where": {"entity:japan", "word:en:busan"},
        "what": {"word:en:case", "word:en:cases"},
    }
    assert found(NEAR, "Laos: no case", text, "where")["where"] == {"entity:japan", "entity:laos", "word:en:busan"}
    in_order = Near((WHERE, Named("what", CASES)), in_order=True)
    assert found(in_order, "Health", text) == {"where": {"entity:japan"}}


def test_conditions_inside_a_named_one_are_of_it() -> None:
    """They may have a name of their own too."""
    assert found(NEAR, "Cases in Busan, Japan", "", "where", "port") == {
        "where": {"entity:japan", "word:en:busan"},
        "port": {"word:en:busan"},
    }


def test_two_conditions_of_a_name_are_one() -> None:
    """Wherever they stand."""
    either = AnyOf((AllOf((WHERE, CASES)), Named("where", words(en=["Manila"]))))
    assert found(either, "Japan, Manila") == {"where": {"entity:japan", "word:en:manila"}}


def test_a_rule_without_by_has_no_values() -> None:
    """Nor is anything looked for."""
    compiled = compile_rules([Rule("r", "R", Level.LOW, AllOf((CASES, WHERE)), "v")], ENTITIES, LISTS)
    assert compiled.compiled_rules[0].by_leaves == ()
    [match] = compiled.match(article(title="Cases in Laos"))
    assert match.by == {}


def test_words_that_are_repeated_without_end_cost_in_proportion() -> None:
    """Of a near each place is tried with all others, so only the first ones are."""
    compiled = rules(NEAR, "where", "what")
    some = compiled.match_with_cost(article(title="cases Japan " * 500)).work
    matched = compiled.match_with_cost(article(title="cases Japan " * 2_000))
    matches, many = matched.matches, matched.work
    assert [match.by["where"] for match in matches] == [{"entity:japan"}]
    assert many < 5 * some
