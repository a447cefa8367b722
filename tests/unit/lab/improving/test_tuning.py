"""Changes that are proposed for a rule, and those that are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.lab.improving.examples import Example
from monitor.lab.improving.tuning import Refusal, Tuning, tune_rule
from tests.building import NOON
from tests.improving import UNKNOWN, UNWANTED, WANTED, annotate_rule, define, example, rule_of

STRIKES = """
    rule: port-strike
    title: Strike in a port
    match:
      near:
        within: {within}
        these:
          - {{name: port, words: {{en: [port, dockers, ferry]}}}}
          - {{name: strike, words: {{en: [strike{more}]}}}}
    tests:
      fires: [Strike in the port]
"""
GOOD = [example(f"Dockers in {place} on strike", WANTED) for place in ("Oslo", "Kiel", "Riga")]


def tuned(rule: str, *examples: Example) -> Tuning:
    return tune_rule(annotate_rule(rule), examples, define(), len(examples), NOON)


def strikes(within: str = "sentence", more: str = "") -> str:
    return STRIKES.format(within=within, more=more)


def proposed(tuning: Tuning) -> list[str]:
    return [str(proposal.change) for proposal in tuning.proposals]


@pytest.mark.parametrize(
    ("rule", "news", "change"),
    [
        (
            strikes(),
            [example("Dockers stage walkout", WANTED), example("Walkout in the port of Bari", WANTED)],
            "add “walkout” (en) to “strike”",
        ),
        (
            strikes("4 words"),
            [
                example("Dockers of the two firms of Bari on strike", WANTED),
                example("Strike, the fourth one since May, keeps ferry away", WANTED),
            ],
            "within: 8 words, for near (“port”, “strike”)",
        ),
        (
            strikes(),
            [
                example("Drone strike hits ferry", UNWANTED),
                example("Port burns after second drone strike of the week", UNWANTED),
            ],
            "ignore “strike” inside “drone strike” (en)",
        ),
        (
            strikes(more=", hit"),
            [example("Storm hit the port of Bari", UNWANTED), example("Ferry hit by whale", UNWANTED)],
            "remove “hit” (en) from “strike”",
        ),
        (
            strikes(),
            [
                example("Football: strike by Port Vale wins it", UNWANTED),
                example("Football results: port side wins with late strike", UNWANTED),
            ],
            "drop articles with “football” (en) in the title (unless)",
        ),
    ],
    ids=["a word", "wider", "ignore", "a word less", "unless"],
)
def test_each_kind_of_change_is_proposed_where_it_helps(rule: str, news: list[Example], change: str) -> None:
    """After it, the rule hits all that is wanted, and nothing that is not."""
    found = tuned(rule, *GOOD, *news)
    assert change in proposed(found)
    after = tune_rule(annotate_rule(rule), [], define(), 0, NOON)
    assert after.tuned == rule_of(annotate_rule(rule))  # without articles nothing is proposed
    compiled = define().compile_variants([found.tuned])
    for each in (*GOOD, *news):
        assert bool(compiled.find_news(each.article)) is (each.verdict is WANTED), each.article.title


def test_what_one_article_supports_is_refused() -> None:
    """It would fit the rule to that article. Two copies are one text."""
    copy = "Dockers stage walkout"
    found = tuned(strikes(), *GOOD, example(copy, WANTED), example(copy, WANTED))
    assert not found.proposals
    assert {refused.why for refused in found.refused} == {Refusal.ONE_TEXT}


def test_what_loses_a_wanted_article_is_refused() -> None:
    """The wanted one has the words of the noise in its title."""
    noise = [example("Football: Port Vale strike", UNWANTED), example("Football: late strike for Port", UNWANTED)]
    found = tuned(strikes(), *GOOD, *noise, example("Football club: port strike keeps team away", WANTED))
    assert "drop articles with “football” (en) in the title (unless)" not in proposed(found)
    compiled = define().compile_variants([found.tuned])
    assert all(compiled.find_news(each.article) for each in GOOD)


def test_what_fails_a_test_of_the_rule_is_refused() -> None:
    """The test was written by a person, and counts as much as an article."""
    rule = strikes(more=", hit") + "      silent: []\n".replace("silent: []", "silent: [Rain in Oslo]")
    rule = rule.replace("fires: [Strike in the port]", "fires: [Strike in the port, Walkouts hit the port]")
    found = tuned(rule, *GOOD, example("Storm hit the port of Bari", UNWANTED), example("Ferry hit by whale", UNWANTED))
    assert "remove “hit” (en) from “strike”" not in proposed(found)
    assert Refusal.FAILS_TESTS in {refused.why for refused in found.refused}


def test_what_brings_as_much_noise_as_it_gains_is_refused() -> None:
    """Two gained and two brought are no gain."""
    found = tuned(
        strikes(),
        *GOOD,
        example("Dockers action begins", WANTED),
        example("Port action in Bari", WANTED),
        example("Action film shot in the port", UNWANTED),
        example("Dockers watch action painting", UNWANTED),
    )
    assert "add “action” (en) to “strike”" not in proposed(found)


def test_what_nobody_has_judged_is_no_support_and_is_shown() -> None:
    """Of two changes with the same support, the one that changes less of it is proposed."""
    unjudged = [example(f"Drone film: strike in the port of {place}", UNKNOWN) for place in ("Cork", "Bari")]
    found = tuned(strikes(), *GOOD, *unjudged)
    assert not found.proposals
    assert not found.refused


def test_what_drops_more_that_nobody_has_judged_is_refused() -> None:
    """Nobody knows whether these were noise."""
    noise = [example("Football: Port Vale strike", UNWANTED), example("Football: late strike for Port", UNWANTED)]
    unjudged = [example(f"Football club of {place}: strike in the port", UNKNOWN) for place in ("Cork", "Bari", "Oslo")]
    change = "drop articles with “football” (en) in the title (unless)"
    assert change in proposed(tuned(strikes(), *GOOD, *noise))
    found = tuned(strikes(), *GOOD, *noise, *unjudged)
    assert change not in proposed(found)
    assert Refusal.DROPS_UNJUDGED in {refused.why for refused in found.refused if str(refused.change) == change}


def test_a_rule_of_one_part_is_tuned_by_all_judged_articles() -> None:
    """Its words are tried on what people have judged, and not only on what it misses."""
    rule = "rule: walkouts\ntitle: Walkouts\nmatch: {words: {en: [strike]}}\n"
    wanted = [example("Crews stage walkout", WANTED), example("Walkout of drivers in Bari", WANTED)]
    found = tuned(rule, *GOOD, *wanted)
    assert proposed(found) == ["add “walkout” (en) to the word “strike”"]
    noisy = [example("The walkout of the museum", UNWANTED), example("A walkout basement for sale", UNWANTED)]
    found = tuned(rule, *GOOD, *wanted, *noisy)
    assert "add “walkout” (en) to the word “strike”" not in proposed(found)
    (word,) = [word for word in found.coverage.words if word.term.text == "walkout"]
    assert len(word.brought) == 2


NESTED = """
    rule: launches
    title: Launches
    match:
      near:
        within: sentence
        these:
          - words: {en: [north]}
          - {name: deed, near: {within: 3 words, these: [{words: {en: [fires]}}, {words: {en: [missile]}}]}}
    tests: {fires: [North fires missile]}
"""


def test_a_part_inside_one_that_was_widened_is_left_alone() -> None:
    """A word beside a `near` makes an `any` of both: positions inside it would lead elsewhere."""
    titles = (
        "North volley over the sea",
        "North: volley at dawn",
        "North fires projectile",
        "North fires a projectile",
    )
    found = tuned(NESTED, *(example(title, WANTED) for title in ("North fires missile", *titles)))
    compiled = define().compile_variants([found.tuned])
    for proposal in found.proposals:
        assert proposal.change.apply(found.rule) is not None
    assert compiled.find_news(example("North fires missile").article)


def test_a_test_that_breaks_is_not_made_up_for_by_one_that_is_mended() -> None:
    """An author often writes the test first."""
    rule = strikes().replace("fires: [Strike in the port]", "fires: [Strike in the port, Port blockade begins]")
    rule += "      silent: [The blockade of the port in 1850]\n"
    news = [example("Dockers begin blockade", WANTED), example("Blockade by dockers in Bari", WANTED)]
    found = tuned(rule, *GOOD, *news)
    assert "add “blockade” (en) to “strike”" not in proposed(found)
    assert Refusal.FAILS_TESTS in {refused.why for refused in found.refused}


def test_no_word_is_proposed_for_a_language_that_is_not_known() -> None:
    """It could not be written."""
    news = [example("Dockers zzyzx", WANTED, language="unknown"), example("Port zzyzx", WANTED, language="unknown")]
    assert not any("unknown" in change for change in proposed(tuned(strikes(), *GOOD, *news)))


def test_reading_that_is_interrupted_proposes_nothing() -> None:
    """What is wanted and was not read could be lost."""

    def broken_off() -> Iterator[Example]:
        yield from GOOD
        yield example("Dockers stage walkout", WANTED)
        yield example("Walkout in the port of Bari", WANTED)
        raise KeyboardInterrupt

    found = tune_rule(annotate_rule(strikes()), broken_off(), define(), 9, NOON)
    assert (found.proposals, found.coverage.is_complete) == ([], False)
