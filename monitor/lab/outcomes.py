"""What a rule made of an article, in a sentence: how reports of tests and scores say it."""

from __future__ import annotations

from monitor.matching import RuleSet
from monitor.matching.explain import explain
from monitor.model import Article, Match


def quote_evidence(match: Match) -> str:
    """The words by which a match holds, each once: “fires”, “missiles”."""
    return ", ".join(dict.fromkeys(f"“{span.text}”" for span in match.evidence))


def explain_outcome(rules: RuleSet, article: Article, rule: str) -> str:
    """The outcome in the sentence of `why`; `rule` is the id of one of the rules of the set."""
    (explanation,) = explain(rules, article, rule)
    return explanation.says
