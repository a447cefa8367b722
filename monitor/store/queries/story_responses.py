"""What the rules decided on the articles of a story, and which alerts they sent about it. It only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from monitor.model import AlertKind, MatchKind, Outcome, Reason, ReasonClauses
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import alert, match, story_article
from monitor.store.queries.reasons import read_reason


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """What a rule decided on an article of the story. `event`: the event that the article belongs to; `alert`: the
    alert that sent it, alone or in a digest."""

    rule: str
    kind: MatchKind
    at: datetime
    outcome: Outcome
    reason: Reason
    why: ReasonClauses
    event: str | None
    alert: str | None


@dataclass(frozen=True, slots=True)
class RuleAlert:
    """An alert of a rule about the story, or about an event that articles of the story belong to. Digests of mentions
    are left out."""

    id: str
    rule: str
    at: datetime
    why: ReasonClauses


@dataclass(frozen=True, slots=True)
class StoryResponses:
    """What all rules made of a story, in the order of time. `stories`: the ids of the stories that the daemon put its
    articles into; none, if no rule matched one of them."""

    stories: tuple[str, ...]
    decisions: tuple[RuleDecision, ...]
    alerts: tuple[RuleAlert, ...]


class StoryResponseQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, articles: Collection[int]) -> StoryResponses:
        """What the rules made of the story that these articles report."""
        with self._database.reading() as connection:
            stories = tuple(_find_stories(connection, articles))
            decisions = tuple(_load_decisions(connection, articles))
            alerts = sorted(_load_alerts(connection, stories, decisions), key=lambda each: (each.at, each.id))
        return StoryResponses(stories, decisions, tuple(alerts))


def _find_stories(connection: Connection, articles: Collection[int]) -> Iterator[str]:
    found: dict[str, None] = {}
    query = select(story_article.c.story_id).order_by(story_article.c.article_id)
    for batch in in_batches(articles):
        found |= dict.fromkeys(connection.execute(query.where(story_article.c.article_id.in_(batch))).scalars())
    yield from found


def _load_decisions(connection: Connection, articles: Collection[int]) -> Iterator[RuleDecision]:
    names = ("rule_id", "kind", "at", "outcome", "reason", "reason_parameters", "event_id", "alert_id")
    query = select(*(match.c[name] for name in names)).order_by(match.c.at, match.c.id)
    for batch in in_batches(articles):
        for row in connection.execute(query.where(match.c.article_id.in_(batch))):
            why = read_reason(row.reason_parameters)
            codes = MatchKind(row.kind), row.at, Outcome(row.outcome), Reason(row.reason)
            yield RuleDecision(row.rule_id, *codes, why, row.event_id, row.alert_id)


def _load_alerts(
    connection: Connection, stories: Collection[str], decisions: Collection[RuleDecision]
) -> Iterator[RuleAlert]:
    """A digest is of many stories, and names one rule of many: it counts only for the matches that it sent."""
    events = {decision.event for decision in decisions if decision.event is not None}
    about = or_(alert.c.story_id.in_(stories), alert.c.event_id.in_(events))
    alone = and_(about, alert.c.rule_id.is_not(None), alert.c.kind != AlertKind.DIGEST)
    columns = (alert.c.id, alert.c.rule_id, alert.c.at, alert.c.reason_parameters)
    for row in connection.execute(select(*columns).where(alone)):
        yield RuleAlert(row.id, row.rule_id, row.at, read_reason(row.reason_parameters))
    news = (decision for decision in decisions if decision.kind is MatchKind.NEWS)
    rules_by_alert = {(decision.alert, decision.rule) for decision in news if decision.alert is not None}
    digests = alert.c.id.in_({id_ for id_, _ in rules_by_alert}) & (alert.c.kind == AlertKind.DIGEST)
    for row in connection.execute(select(*columns).where(digests)):
        why = read_reason(row.reason_parameters)
        yield from (RuleAlert(row.id, rule, row.at, why) for id_, rule in rules_by_alert if id_ == row.id)
