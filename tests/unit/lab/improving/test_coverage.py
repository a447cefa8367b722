"""What a rule misses, why, and which words it lacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.lab.improving.coverage import Coverage, measure_coverage
from monitor.lab.improving.examples import Example, count_independent
from monitor.lab.improving.log_odds import CLEAR, score_words
from monitor.lab.improving.relaxing import Demand
from tests.improving import UNWANTED, WANTED, annotate_rule, define, example

RULE = annotate_rule("""
    rule: port-strike
    title: Strike in a port
    match:
      near:
        within: sentence
        these:
          - {name: port, words: {en: [port, dockers], ko: [항만], pl: ["port*"]}}
          - {name: strike, words: {en: [strike], ko: [파업]}, ignore: {en: [air strike]}}
    unless: {in: title, words: {en: [film]}}
    tests: {fires: [Strike in the port]}
""")
OTHERS = [
    example(f"Ships {verb} in the port of {place}") for verb in ("unload", "arrive") for place in ("Oslo", "Kiel")
]


def covered(*examples: Example) -> Coverage:
    return measure_coverage(RULE, examples, define(), len(examples))


def decided(found: Coverage) -> dict[str, int]:
    return {demand.relaxation.description: len(demand.missed) for demand in found.demands}


def test_the_demand_that_decides_a_miss_is_named() -> None:
    """A thing is not there, or ignored, or too far away; `unless` holds; it is further down."""
    found = covered(
        example("Dockers walk out", WANTED),
        example("A strike of stevedores", WANTED),
        example("After the air strike, dockers stay away", WANTED),
        example("A busy day", WANTED, "The port is quiet. A strike has begun."),
        example("Film of the strike in the port", WANTED),
        example("News in brief", WANTED, "Rain is near. " * 60 + "A strike in the port."),
        example("Rain", WANTED),
        example("Strike in the port", WANTED),
    )
    assert len(found.missed) == 7
    assert decided(found) == {
        "nothing for “strike”": 1,
        "nothing for “port”": 1,
        "ignored where it is there: “strike”": 1,
        "too far apart for near (“port”, “strike”), in another order, or one word for two of them": 1,
        "unless holds": 1,
        "it is a mention: of mention_if, or because of where the evidence is": 1,
    }
    assert [missed.article.title for missed in found.unexplained] == ["Rain"]


FIVE = "the words “strike”, “strikes”, “walkout” and 2 more"


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("name: strike, words: {en: [strike]}", "“strike”"),
        ("words: {en: [strike]}", "the word “strike”"),
        ("words: {en: [strike, walkout], ko: [파업]}", "the words “strike”, “walkout”, “파업”"),
        (
            "words: {en: [strike, strikes, walkout, walkouts], ko: [파업]}",
            "the words “strike”, “strikes”, “walkout” and 2 more",
        ),
        ("list: strikes", "list “strikes”"),
        ("any: [{list: strikes}, {words: [lockout]}]", "any (list “strikes”, the word “lockout”)"),
        ("any: [{words: [a1]}, {words: [b1]}, {words: [c1]}]", "any (the word “a1”, the word “b1” ...)"),
    ],
)
def test_a_part_is_named_as_its_author_wrote_it(what: str, named: str) -> None:
    """By its name; without one, by its list, or by its first words."""
    rule = annotate_rule(f"""
        rule: port-strike
        title: Strike in a port
        match: {{near: {{within: sentence, these: [{{words: {{en: [port]}}}}, {{{what}}}]}}}}
    """)
    strikes = "list: strikes\nwords: {en: [walkout]}\n"
    found = measure_coverage(rule, [example("Ships leave the port", WANTED)], define(strikes), 1)
    assert decided(found) == {f"nothing for {named}": 1}


def test_two_demands_are_looked_for_where_no_single_one_decides() -> None:
    """The slot is empty, and the title is one that `unless` drops."""
    found = covered(example("Film: dockers walk out", WANTED))
    assert [demand.relaxation.demand for demand in found.demands] == [Demand.SLOT_AND_MORE]
    assert not found.unexplained


def test_languages_and_sources_that_the_rule_cannot_match() -> None:
    """Polish has ports and no strike; nobody has to judge an article for that."""
    found = covered(example("Strajk w porcie w Gdyni", language="pl", by="gazeta.example"), *OTHERS)
    assert not found.languages["pl"].can_match
    assert found.languages["en"].can_match
    assert found.unmatched_sources == {"gazeta.example": 1}


def test_a_missing_word_was_tried_and_shows_what_it_brings() -> None:
    """`walkout` gains two and brings one that is not wanted; what nobody has judged is apart."""
    found = covered(
        example("Dockers stage walkout", WANTED),
        example("Walkout at the port of Oslo", WANTED),
        example("Museum recalls walkout of dockers in 1911", UNWANTED),
        example("Port walkout feared"),
        example("Strike in the port", WANTED),
        *OTHERS,
    )
    (word,) = [word for word in found.words if word.term.text == "walkout"]
    assert word.slot.part.name == "strike"
    assert (word.support, len(word.gained), len(word.brought), len(word.unjudged)) == (2, 2, 1, 1)


def test_one_article_alone_is_no_support() -> None:
    """Nor are two copies of it, nor two of one publisher in one week."""
    alone = [example("Dockers stage walkout", WANTED)]
    copies = [example("Dockers stage walkout", WANTED), example("DOCKERS  stage walkout", WANTED)]
    same = [example("Dockers stage walkout", WANTED, by="a"), example("Port walkout", WANTED, by="a")]
    later = [example("Dockers stage walkout", WANTED, by="a"), example("Port walkout", WANTED, by="a", week=1)]
    assert [count_independent(each) for each in (alone, copies, same, later)] == [1, 1, 1, 2]
    for each in (alone, copies, same):
        assert not any(word.is_supported for word in covered(*each, *OTHERS).words)
    assert any(word.is_supported for word in covered(*later, *OTHERS).words)


def test_nobody_has_judged_anything_and_hits_show_what_is_likely() -> None:
    """What reads like the hits is likely to be wanted. In Korean there are no hits, so nothing is proposed."""
    told = "Workers want more pay, the union says. Talks failed."
    found = covered(
        *(example(f"Dockers in {place} on strike over pay", text=told) for place in ("Oslo", "Kiel", "Riga")),
        example("Dockers in Genoa stage walkout over pay", text=told),
        example("Walkout of dockers over pay in Cork", text=told),
        *(example(f"New crane for the port of {place}", text="It lifts more.") for place in ("Oslo", "Kiel", "Bari")),
        *(example(f"항만 물동량 {number}% 증가", language="ko") for number in (3, 4, 5)),
    )
    assert {word.term.text for word in found.words if word.is_supported} >= {"walkout"}
    assert all(example.is_inferred for word in found.words for example in word.gained)
    assert not any(word.term.language == "ko" for word in found.words)
    assert not any("crane" in word.term.text for word in found.words)


def test_reading_can_be_interrupted() -> None:
    """What was read until then is the result, and it says so."""

    def broken_off() -> Iterator[Example]:
        yield example("Strike in the port", WANTED)
        raise KeyboardInterrupt

    found = measure_coverage(RULE, broken_off(), define(), 2)
    assert (found.articles, len(found.hits), found.is_complete) == (1, 1, False)


def test_a_word_is_typical_if_it_is_more_frequent_than_chance() -> None:
    """Ten of ten against none of a hundred is clear, one of ten is not."""
    scores = score_words({"walkout": 10, "today": 1}, 10, {"today": 9}, 100)
    assert scores["walkout"] > CLEAR > scores["today"]
