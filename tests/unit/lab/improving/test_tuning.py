"""Changes that are proposed for a rule, and those that are refused."""

from __future__ import annotations

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
            "within: 8 words, for near (“port”, “strike” ...)",
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
