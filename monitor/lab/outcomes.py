"""What a rule made of an article, and whether that is what was expected, in a sentence: how tests and scores say it."""

from __future__ import annotations

from enum import StrEnum

from monitor.matching import RuleSet
from monitor.matching.explain import explain
from monitor.model import Article, Match, MatchKind


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
    """The words by which a match holds, each once: “fires”, “missiles”."""
    return ", ".join(dict.fromkeys(f"“{span.text}”" for span in match.evidence))


def explain_outcome(rules: RuleSet, article: Article, rule: str) -> str:
    """The outcome in the sentence of `why`; `rule` is the id of one of the rules of the set."""
    (explanation,) = explain(rules, article, rule)
    return explanation.says


def unmet(rules: RuleSet, article: Article, rule: str, wanted: Expectation, match: Match | None) -> str | None:
    """What the rule does instead of what is wanted, as the end of "must fire, and"; None: it does what is wanted.
    `match`: what the rule, one of the set, made of the article."""
    news = match is not None and match.kind is MatchKind.NEWS
    if wanted is Expectation.FIRES:
        what = "does not" if match is None else "is only a mention"
        return None if news else f"{what}: {_missed(rules, article, rule)}"
    if match is not None and news:
        return f"fires on {quote_evidence(match)}"
    if wanted is Expectation.MENTIONS and match is None:
        return f"is not: {_missed(rules, article, rule)}"
    return None


def _missed(rules: RuleSet, article: Article, rule: str) -> str:
    return explain_outcome(rules, article, rule).partition(": ")[2]
