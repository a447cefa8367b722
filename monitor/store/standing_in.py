"""What waits to be told and loses its article: another one in which the rule has heard the same takes over, or it is
told no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, select

from monitor.alerting.again import SAYS_MORE
from monitor.alerting.policy import article_key, event_key
from monitor.alerting.quote import quote
from monitor.alerting.standing_in import standing_in
from monitor.alerting.told import Account
from monitor.alerting.wording import evidence_in_words
from monitor.model import Config, Hearing, Level, Match, MatchKind, Story, Waiting, WaitKind, time_of_day
from monitor.store.articles import latest, read
from monitor.store.decisions import say_anew
from monitor.store.learnt import accounts_of
from monitor.store.matches import spans_of
from monitor.store.tables import article, match, story, story_article, waiting
from monitor.store.waits import waiting_of, write_waiting
from monitor.stories import provenance
from monitor.stories.facts import facts

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Articles that are forgotten now, by id, and what the user's files say."""

    articles: Sequence[int]
    config: Config
    now: datetime

    @property
    def zone(self) -> tzinfo:
        """That of the desk."""
        return ZoneInfo(self.config.settings.timezone)


def let_others_stand_in(connection: Connection, forgotten: Forgotten) -> None:
    """What was to be told with one of these articles is told with another one, at the same time, or not at all."""
    ours = select(waiting).where(waiting.c.article_id.in_(forgotten.articles))
    waits = [waiting_of(row) for row in connection.execute(ours)]
    accounts = accounts_of(connection, {each.hearing.key for each in waits})
    others = [(each, _instead(connection, each, forgotten, accounts.get(each.hearing.key))) for each in waits]
    found = [other for _, other in others if other is not None]
    write_waiting(connection, found, [each.id for each, other in others if other is None])
    ids = {(each.hearing.article.source, each.hearing.article.uid): id_ for each, id_ in found}
    say_anew(connection, [(each.hearing, None, _decision(each, forgotten)) for each, _ in found], ids)


def _decision(waits: Waiting, forgotten: Forgotten) -> str:
    at = time_of_day(waits.due, forgotten.zone, forgotten.now)
    return f"waits: {waits.why}; it stands in for an article that was forgotten, and is told at {at}"


def _instead(
    connection: Connection, waits: Waiting, forgotten: Forgotten, account: Account | None
) -> tuple[Waiting, int] | None:
    """What waits in its place, with the id of its article."""
    account = account or Account(waits.hearing.key, waits.hearing.rule, forgotten.now)
    rows = connection.execute(_others(waits.hearing, waits.kind, forgotten.articles, account.told_at)).all()
    heard = [_hearing(waits.hearing, row, forgotten.config) for row in rows]
    rule = forgotten.config.rules.get(waits.hearing.rule)  # one that has left the config since is told all the same
    policy = SAYS_MORE if rule is None else rule.alert
    other = standing_in(waits, heard, account, policy, now=forgotten.now, zone=forgotten.zone)
    if other is None:
        return None
    ids = {(row.source_id, row.uid): row.id for row in rows}
    return other, ids[other.hearing.article.source, other.hearing.article.uid]


def _others(hearing: Hearing, kind: WaitKind, gone: Sequence[int], told_at: datetime | None) -> Select[Any]:
    """The other articles in which the rule has heard of its subject since it told of that, and which it has not told,
    in the order in which it heard them; in their latest versions, for earlier ones are said no more."""
    its_match = and_(match.c.article_id == article.c.id, match.c.article_version == article.c.version)
    columns = (match.c.rule_version, match.c.level, match.c.evidence, story_article.c.publisher, story_article.c.wire)
    asked = (
        latest()
        .join(match, its_match)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .add_columns(*columns, match.c.kind, story.c.id.label("story_id"), story.c.opened_at)
        .where(match.c.rule_id == hearing.rule, match.c.heard.is_(True), match.c.alert_id.is_(None))
        .where(match.c.kind == (MatchKind.MENTION if kind is WaitKind.MENTION else MatchKind.NEWS))
        .where(_of_subject(hearing), article.c.id.not_in(gone))
        .order_by(match.c.id)
    )
    return asked if told_at is None else asked.where(match.c.at > told_at)


def _of_subject(hearing: Hearing) -> ColumnElement[bool]:
    """Which matches are of what is told at most once; an article is told by none but itself."""
    if hearing.event is not None and hearing.key == event_key(hearing.rule, hearing.event):
        return match.c.event_id == hearing.event.id
    if hearing.key == article_key(hearing.rule, hearing.article.source, hearing.article.uid):
        return false()
    return story_article.c.story_id == hearing.story.id


def _hearing(before: Hearing, row: _Row, config: Config) -> Hearing:
    """What the rule has heard in this article of the same subject."""
    page, source = read(row), config.sources.get(row.source_id)
    found = Match(before.rule, row.rule_version, MatchKind(row.kind), spans_of(row.evidence), Level(row.level))
    quoted = quote(page, found.evidence)
    return replace(
        before,
        level=found.level,
        article=page,
        story=Story(row.story_id, "", row.opened_at),
        publisher=row.publisher or row.source_id,
        wire=row.wire,
        facts=facts(page.title, page.text),
        sentence=quoted.sentence,
        marks=quoted.marks,
        because=evidence_in_words(found),
        mark=provenance(page, source.publisher if source else None).mark,
        official=source is not None and source.official,
    )
