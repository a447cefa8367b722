"""What a rule misses, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from textwrap import dedent

import pytest

from monitor.config.language.lists import word_list_from_document
from monitor.config.language.rules import rule_from_document
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.coverage import Coverage, Example, ExampleVerdict, measure_coverage, relax_each_demand
from monitor.model import Article
from tests.support.building import NOON

WANTED, UNKNOWN = ExampleVerdict.WANTED, ExampleVerdict.UNKNOWN
IDS = count(1)


def annotate_rule(text: str) -> AnnotatedDocument:
    (document,) = parse_yaml_text(dedent(text), "rule.yaml")
    return AnnotatedDocument(rule_from_document(document), document)


def define(*lists: str) -> LoadedRules:
    """Nothing but these lists of YAML texts."""
    parsed = [word_list_from_document(parse_yaml_text(text, "lists.yaml")[0]) for text in lists]
    return LoadedRules({}, {}, {each.id: each for each in parsed}, (), frozenset())


def example(
    title: str, verdict: ExampleVerdict = UNKNOWN, text: str = "", *, language: str = "en", by: str = "paper.example"
) -> Example:
    number = str(next(IDS))
    article = Article(by, number, title, text, NOON, NOON, dated=True, url=f"https://{by}/{number}", language=language)
    return Example(number, article, verdict)


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


def covered(*examples: Example) -> Coverage:
    return measure_coverage(RULE, examples, define())


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
    found = measure_coverage(rule, [example("Ships leave the port", WANTED)], define(strikes))
    assert decided(found) == {f"nothing for {named}": 1}


def test_a_miss_of_two_demands_is_explained_by_none() -> None:
    """The slot is empty, and the title is one that `unless` drops."""
    found = covered(example("Film: dockers walk out", WANTED))
    assert not found.demands
    assert [missed.article.title for missed in found.unexplained] == ["Film: dockers walk out"]


def test_others_are_counted_that_a_demand_keeps_out() -> None:
    """Nobody wants them: they show what the demand is good for."""
    found = covered(example("Dockers walk out", WANTED), example("Ships arrive in the port"), example("Dockers rest"))
    (demand,) = found.demands
    assert (len(demand.missed), demand.others) == (1, 2)


@pytest.mark.parametrize(
    ("match", "relaxed"),
    [
        ("{all: [{words: [a1]}, {not: {words: [b1]}}]}", []),
        ("{any: [{words: [a1]}, {words: [b1]}]}", []),
        (
            "{all: [{words: [a1]}, {words: [b1]}, {not: {words: [c1]}}]}",
            ["nothing for the word “a1”", "nothing for the word “b1”"],
        ),
        (
            "{any: [{words: [a1]}, {all: [{list: b1}, {entity: c1}]}]}",
            ["nothing for list “b1”", "nothing for entity “c1”"],
        ),
        ("{words: [a1], ignore: [a1 b1]}", ["ignored where it is there: the word “a1”"]),
    ],
)
def test_a_rule_never_loses_all_that_it_asks_for(match: str, relaxed: list[str]) -> None:
    """Without it, the rule would match everything that has not some words."""
    rule = annotate_rule(f"{{rule: a, title: b, news_in: text, match: {match}}}")
    assert [relaxation.description for relaxation in relax_each_demand(rule)] == relaxed


def test_languages_and_sources_that_the_rule_cannot_match() -> None:
    """Polish has ports and no strike; nobody has to judge an article for that."""
    found = covered(
        example("Strajk w porcie w Gdyni", language="pl", by="gazeta.example"), example("Ships arrive in Kiel")
    )
    assert not found.languages["pl"].can_match
    assert found.languages["en"].can_match
    assert found.unmatched_sources == {"gazeta.example": 1}


def test_reading_can_be_interrupted() -> None:
    """What was read until then is the result, and it says so."""

    def broken_off() -> Iterator[Example]:
        yield example("Strike in the port", WANTED)
        raise KeyboardInterrupt

    found = measure_coverage(RULE, broken_off(), define())
    assert (found.articles, len(found.hits), found.is_complete) == (1, 1, False)
