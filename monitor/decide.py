"""Pure: articles, rules, state and now -> matches, stories, alerts, each with its reason, and the new state.

    prepare        of each article: which rules hit, as news or mention, and why; what identity knows of it
    join_stories   each article that a rule hits joins an open story, or opens one
    join_events    each of its matches belongs to an open event of its rule, or opens one
    judge_cases    each match, in order, becomes an alert, something that waits, or is held; always with the reason

    when time alone brings something (`due` calls it):
        what waited is told: alone, or together with what waited for the same

The one place where articles become alerts: live polling, `match` and `replay` all come here. It reads no clock, no
file and no database; the state that it is given stays as it was. `decide` takes all steps at once, on a state that is
complete; the serial section (`store.loading`) takes them one by one, and loads before each what it will look up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerting.case import DecisionContext
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.release import ReleasedAlert, release_due
from monitor.cases import ANYWHERE, ClusteredArticle, join_events, join_stories, prepare_articles
from monitor.matching import RuleSet
from monitor.model import Article, ArticleDecision, MatchDecision, PendingChange
from monitor.stories import ClusterIndex
from monitor.stories.events import EventAssignment


class State:
    """What deciding must know of what came before: stories and events, what was told (or would have been in shadow),
    and what waits.

    By itself it is complete: what it does not hold has not happened. Of one whose parts are not, only what was loaded
    can be asked (NotLoaded).
    """

    def __init__(self, clusters: ClusterIndex | None = None, ledger: NotificationLedger | None = None) -> None:
        self.clusters = ClusterIndex() if clusters is None else clusters
        self.ledger = NotificationLedger() if ledger is None else ledger

    def draft(self) -> State:
        """A state that begins as this one and leaves it unchanged."""
        return State(self.clusters.draft(), self.ledger.draft())

    def commit_draft(self) -> State:
        """The draft, taken over into the state that it began from."""
        return State(self.clusters.commit_draft(), self.ledger.commit_draft())


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of the articles, in their order, and the state after them; how much work it was (`Document.work`)."""

    article_decisions: tuple[ArticleDecision, ...]
    state: State
    work: int = 0


@dataclass(frozen=True, slots=True)
class DueDecision:
    """What time alone brings: what is told of what waited, and what waits on for something else."""

    released: tuple[ReleasedAlert, ...]
    changes: tuple[PendingChange, ...]
    state: State


def decide_articles(
    articles: Iterable[Article],
    rules: RuleSet,
    state: State,
    now: datetime,
    around: DecisionContext = ANYWHERE,
    *,
    all_stories: bool = False,
    most: int | None = None,
) -> Decision:
    """Decide on articles that are new to us, in the order in which they were seen; the options are those of `prepare`.
    `around`: what is known of how they came."""
    after = state.draft()
    prepared = prepare_articles(articles, rules, all_stories=all_stories, most=most)
    placed = join_stories(prepared, rules, after.clusters, around)
    return evaluate_cases(join_events(placed, rules, after.clusters, after.ledger, now), after)


def evaluate_cases(placed: Sequence[ClusteredArticle], state: State) -> Decision:
    """The decisions on all cases. `state` is advanced, as the cases hold its ledger."""
    return Decision(tuple(map(_decide_article, placed)), state, sum(each.prepared.work for each in placed))


def decide_due(rules: RuleSet, state: State, now: datetime) -> DueDecision:
    """Decide on what has waited until now."""
    after = state.draft()
    tellings, moved = release_due(rules.rules, after.ledger, now)
    return DueDecision(tuple(tellings), tuple(moved), after)


def _decide_article(placed: ClusteredArticle) -> ArticleDecision:
    of, joined = placed.prepared, placed.joined
    if joined is None:
        return ArticleDecision(of.article, None, "no rule hits it", ())
    decided = zip(map(evaluate, placed.cases), placed.memberships, strict=True)
    return ArticleDecision(
        article=of.article,
        story=placed.story,
        join_reason=joined.reason,
        decisions=tuple(each if why is None else _with_reason(each, why) for each, why in decided),
        publisher=of.publisher,
        wire=of.wire,
        compared=joined.compared_article,
    )


def _with_reason(decided: MatchDecision, belonging: EventAssignment) -> MatchDecision:
    """A decision that says why its match is of its event."""
    return replace(decided, event_reason=belonging.reason, compared=belonging.compared_article)
