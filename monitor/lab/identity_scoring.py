"""Scores today's identity code and rules on what people said of stories and events: what is one, and what is two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.alerting.case import DecisionContext
from monitor.lab.replay import Replay, ReplayedArticle, ScheduledArticle, replay_articles
from monitor.matching import RuleSet
from monitor.model import Article, ArticleDecision


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What today's code makes of two stories or events. `is_joined`: it would make them one; None: that cannot be
    said, for the reason `why_unknown`."""

    is_joined: bool | None
    why_unknown: str = ""


def judge_pair(
    first: Sequence[Article], second: Sequence[Article], rule: str | None, rules: RuleSet, context: DecisionContext
) -> PairVerdict:
    """Let the articles of two stories, or of two events of a rule, come again, each at its own time and with nothing
    before them, and say whether one of the first joins one of the second."""
    if not first or not second:
        return PairVerdict(None, "its articles have left the archive")
    if rule is not None and rule not in rules.rules:
        return PairVerdict(None, "its rule is off, or gone")
    arrivals = [
        ScheduledArticle(article.seen, f"{side} {number}", replace(article, version=1))
        for side, articles in (("first", first), ("second", second))
        for number, article in enumerate(articles)
    ]
    replay = Replay(rules, context, all_stories=True)
    clusters: dict[str, set[str]] = {"first": set(), "second": set()}
    for came in replay_articles(sorted(arrivals, key=lambda each: each.at), replay):
        if isinstance(came, ReplayedArticle):
            clusters[str(came.id).partition(" ")[0]].update(_find_clusters(came.decision, rule))
    if not all(clusters.values()):
        return PairVerdict(None, "its rule no longer sends events of its articles")
    return PairVerdict(not clusters["first"].isdisjoint(clusters["second"]))


def _find_clusters(decision: ArticleDecision, rule: str | None) -> Iterator[str]:
    """The id of the story of an article, or of its event for a rule."""
    if rule is None:
        if decision.story is not None:
            yield decision.story.id
        return
    for decided in decision.decisions:
        if decided.match.rule == rule and decided.candidate is not None and decided.candidate.event is not None:
            yield decided.candidate.event.id
