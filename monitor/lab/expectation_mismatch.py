"""Explains in a sentence whether a rule did with an article what was expected, for tests and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from monitor.matching import RuleSet
from monitor.matching.explain import explain_rules
from monitor.model import Article, Explanation, Match, MatchKind


class Expectation(StrEnum):
    """What a rule must make of an article: news, a mention, or no news (a mention is silent)."""

    FIRES = "fires"
    MENTIONS = "mentions"
    SILENT = "silent"


MUST = {
    Expectation.FIRES: "must fire",
    Expectation.MENTIONS: "must be a mention",
    Expectation.SILENT: "must stay silent",
}


def quote_evidence(match: Match) -> str:
    """The words of a match's evidence, each once: “fires”, “missiles”."""
    return ", ".join(dict.fromkeys(f"“{span.text}”" for span in match.evidence))


def explain_one(rules: RuleSet, article: Article, rule: str, *, as_news: bool = False) -> Explanation:
    """What one rule makes of an article, as `why` explains it; `rule` is the id of a rule of the set. `as_news`: as in
    `explain_rules`."""
    (explanation,) = explain_rules(rules, article, rule, as_news=as_news)
    return explanation


def describe_mismatch(
    wanted: Expectation, matches: Sequence[Match], explain_miss: Callable[[], str], *, named: bool
) -> str | None:
    """How the result differs from what is expected, as the end of a sentence that begins "must fire, and"; None: it
    does not. `matches`: the matches of the rules in question; `explain_miss`: returns why there is no match, or no
    news; `named`: name the rules that fire."""
    news = [match for match in matches if match.kind is MatchKind.NEWS]
    if wanted is Expectation.FIRES:
        problem = "is only a mention" if matches else "does not"
        return None if news else f"{problem}: {explain_miss()}"
    if news:
        return "; ".join(f"{f'{match.rule} ' if named else ''}fires on {quote_evidence(match)}" for match in news)
    return f"is not: {explain_miss()}" if wanted is Expectation.MENTIONS and not matches else None


def describe_rule_mismatch(
    rules: RuleSet, article: Article, rule: str, wanted: Expectation, matches: Iterable[Match]
) -> str | None:
    """As `describe_mismatch`, for one rule of a set; `matches`: all matches of the article."""
    rule_matches = [match for match in matches if match.rule == rule]
    return describe_mismatch(wanted, rule_matches, lambda: explain_one(rules, article, rule).why, named=False)
