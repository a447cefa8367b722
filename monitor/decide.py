"""Pure: articles, rules, state and now -> matches, stories, alerts, each with its reason, and the new state.

    prepare_articles   of each article: which rules hit, as news or mention, and why; its provenance and its features
    join_stories       each article that a rule hits joins an open story, or opens one
    join_events        each of its matches belongs to an open event of its rule, or opens one
    evaluate_cases     each match, in order, is sent, deferred or suppressed; always with the reason

    when time alone brings something (`due` calls it):
        decide_due     a deferred alert is sent: alone, or in one message with others of its kind
        decide_earlier_updates   after an edit: a deferred update is due sooner, by the new cooldown

This is the one place where articles become alerts: live polling and `replay` both come here. It reads no clock,
no file and no database. The state that it is given does not change. `decide_articles` takes all steps at once, on a
state that is complete. The serial section (`store.state.state_loader`) takes them one by one, and before each step it
loads what that step will look up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from monitor.alerting.case import DecisionContext
from monitor.alerting.earlier_updates import advance_updates
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.alerting.release import ReleasedAlert, release_due
from monitor.cases import ANYWHERE, ClusteredArticle, join_events, join_stories, prepare_articles
from monitor.identity.events import EventAssignment
from monitor.matching import RuleSet
from monitor.model import Article, ArticleDecision, MatchDecision, PendingChange, Rule
from monitor.state import State


@dataclass(frozen=True, slots=True)
class Decision:
    """The decisions on some articles, in their order, and the state after them. `work`: how much work it was
    (`RuleSet.match_with_cost`)."""

    article_decisions: tuple[ArticleDecision, ...]
    state: State
    work: int = 0


@dataclass(frozen=True, slots=True)
class DueDecision:
    """What becomes due with time alone: the alerts that are released, the pending alerts that change instead, and the
    state after that."""

    released: tuple[ReleasedAlert, ...]
    changes: tuple[PendingChange, ...]
    state: State


def decide_articles(
    articles: Iterable[Article],
    rules: RuleSet,
    state: State,
    now: datetime,
    context: DecisionContext = ANYWHERE,
    *,
    all_stories: bool = False,
    max_work: int | None = None,
) -> Decision:
    """Decide on articles that are new to us, in the order in which they were seen. `context`: what is known of how they
    came. The other options are those of `prepare_articles`."""
    after = state.draft()
    prepared = prepare_articles(articles, rules, all_stories=all_stories, max_work=max_work)
    clustered = join_stories(prepared, rules, after, context)
    return evaluate_cases(join_events(clustered, rules, after, now), after)


def evaluate_cases(clustered: Sequence[ClusteredArticle], state: State) -> Decision:
    """The decisions on all cases. `state`, which the cases hold, changes with them."""
    return Decision(tuple(map(_decide_article, clustered)), state, sum(article.prepared.work for article in clustered))


def decide_due(
    rules: Mapping[str, Rule], state: State, now: datetime, only: Collection[str] | None = None
) -> DueDecision:
    """Decide on the pending alerts that are due by now. `rules`: all of the config, also those that are off; `only`:
    decide on the alerts with these ids."""
    after = state.draft()
    released, changes = release_due(rules, after[NotificationLedger], after[Mutes], now, only)
    return DueDecision(tuple(released), tuple(changes), after)


def decide_earlier_updates(rules: Mapping[str, Rule], state: State, now: datetime, zone: tzinfo) -> DueDecision:
    """Decide which of the deferred updates in the state are due sooner, as the cooldown of their rule is shorter now.
    Nothing is released. `zone`: of the desk."""
    after = state.draft()
    ledger = after[NotificationLedger]
    return DueDecision((), tuple(advance_updates(ledger.pending, rules, ledger, now, zone)), after)


def _decide_article(clustered: ClusteredArticle) -> ArticleDecision:
    prepared, joined = clustered.prepared, clustered.joined
    if joined is None:
        return ArticleDecision(prepared.article, None, "no rule hits it", (), folded=prepared.folded)
    decisions = zip(map(evaluate, clustered.cases), clustered.memberships, strict=True)
    return ArticleDecision(
        article=prepared.article,
        story=clustered.story,
        join_reason=joined.reason,
        decisions=tuple(
            decision if assignment is None else _with_reason(decision, assignment) for decision, assignment in decisions
        ),
        publisher=prepared.publisher,
        wire=prepared.wire,
        compared=joined.compared_article,
        folded=prepared.folded,
    )


def _with_reason(decision: MatchDecision, assignment: EventAssignment) -> MatchDecision:
    """The same decision, which also says why its match belongs to its event."""
    return replace(decision, event_reason=assignment.reason, compared=assignment.compared_article)
