"""What waits to be told and loses its article, or something that was to be told with it: another one in which the rule
has heard the same takes over, it is told with what is left, or it is told no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, and_, case, false, or_, select, union

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import find_pending_replacement
from monitor.alerting.quotes import quote_best_sentence
from monitor.alerting.subject_keys import article_key, event_key, story_key, unsure_key
from monitor.alerting.updates import SAYS_MORE
from monitor.alerting.wording import evidence_in_words
from monitor.cases import determine_article_provenance
from monitor.model import (
    AlertCandidate,
    Config,
    Level,
    Match,
    MatchKind,
    MatchOutcome,
    PendingAlert,
    PendingKind,
    Reason,
    Story,
    time_of_day,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.store.commit.decision_writer import update_match_outcomes
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import article, article_version, match, story, story_article, waiting
from monitor.store.lifecycle.publisher_removal import ContributingMatch
from monitor.store.queries.articles import article_from_row
from monitor.store.queries.matches import spans_from_evidence
from monitor.store.state.pending_rows import pending_alert_from_row, write_pending_alerts
from monitor.store.state.stored_ledger import load_subject_records
from monitor.stories.facts import extract_counts

_MOST = 200  # of what was heard of a subject, the last: texts are read while nobody else may write
_ALONE = (PendingKind.MENTION, PendingKind.IN_DOUBT)
_A_MOMENT = timedelta(microseconds=1)
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RemovedArticles:
    """Articles that leave now, by id, and what the user's files say. `how`: in which way they leave; `subjects`: the
    keys of what they leave, where that is not all that they are of."""

    articles: Sequence[int]
    config: Config
    now: datetime
    removal_phrase: str = "was forgotten"
    subjects: Collection[str] | None = None

    @property
    def zone(self) -> tzinfo:
        """That of the desk."""
        return ZoneInfo(self.config.settings.timezone)


@dataclass(frozen=True, slots=True)
class _AffectedAlert:
    """What waits, and in which article, which may be `gone`; `heard`: what was heard of its subject in those that
    are."""

    waits: PendingAlert
    article: int
    gone: bool
    heard: Sequence[ContributingMatch] = ()

    @property
    def match(self) -> ColumnElement[bool]:
        """That which waits."""
        version = match.c.article_version == self.waits.candidate.article.version
        return and_(match.c.article_id == self.article, version)

    def since(self, told_at: datetime | None) -> int | None:
        """The first match of those that are gone of which it may tell something: since its subject was told."""
        untold = [each for each in self.heard if not each.alerted and (told_at is None or each.at >= told_at)]
        return min((each.match for each in untold), default=None)

    def has(self, row: _Row) -> bool:
        """Whether this is the match that waits."""
        return (row.id, row.article_version) == (self.article, self.waits.candidate.article.version)


_Instead = tuple[PendingAlert, int] | None  # what waits from now on, with the id of its article


def replace_pending_alerts(
    connection: Connection, forgotten: RemovedArticles, heard: Sequence[ContributingMatch]
) -> None:
    """What was to be told with one of these articles is told with another one, at the same time, or not at all; and
    what may tell something that was `heard` in them, without that."""
    waits = [*_find_orphaned(connection, forgotten.articles), *_find_reduced(connection, forgotten.articles, heard)]
    if forgotten.subjects is not None:
        waits = [each for each in waits if each.waits.candidate.key in forgotten.subjects]
    accounts = load_subject_records(connection, {each.waits.candidate.key for each in waits})
    found = [
        (each, _find_replacement(connection, each, forgotten, accounts.get(each.waits.candidate.key))) for each in waits
    ]
    changed = [(each, other) for each, other in found if other is None or other[0] != each.waits]
    begins = [other for _, other in changed if other is not None]
    write_pending_alerts(connection, begins, [each.waits.id for each, other in changed if other is None])
    said = [one for each, other in changed for one in _build_outcomes(each, other, forgotten)]
    ids = {(hearing.article.source, hearing.article.uid): id_ for hearing, id_, _ in said}
    update_match_outcomes(connection, [(hearing, None, decision) for hearing, _, decision in said], ids)


def _find_orphaned(connection: Connection, gone: Sequence[int]) -> list[_AffectedAlert]:
    rows = connection.execute(select(waiting).where(waiting.c.article_id.in_(gone)))
    return [_AffectedAlert(pending_alert_from_row(row), row.article_id, gone=True) for row in rows]


def _find_reduced(
    connection: Connection, gone: Sequence[int], heard: Iterable[ContributingMatch]
) -> list[_AffectedAlert]:
    """What waits in other articles and may tell what was heard in these. A mention, and what is listed as suppressed,
    is told with nothing else."""
    of: defaultdict[str, list[ContributingMatch]] = defaultdict(list)
    for each in heard:
        for key in each.keys:
            of[key].append(each)
    asked = select(waiting).where(waiting.c.article_id.not_in(gone), waiting.c.kind.not_in(_ALONE))
    found: list[_AffectedAlert] = []
    for some in in_batches({each.rule for each in heard}):
        for row in connection.execute(asked.where(waiting.c.rule_id.in_(some))):
            waits = pending_alert_from_row(row)
            of_it = [each for key in _list_subject_keys(waits.candidate) if key in of for each in of[key]]
            found += [_AffectedAlert(waits, row.article_id, gone=False, heard=of_it)] if of_it else []
    return found


def _list_subject_keys(hearing: AlertCandidate) -> Iterator[str]:
    """What it may have been heard of; an article is told by none but itself."""
    if _is_article_subject(hearing):
        return
    yield story_key(hearing.rule, hearing.story.id)
    if hearing.event is not None:
        yield event_key(hearing.rule, hearing.event.id)


def _is_article_subject(hearing: AlertCandidate) -> bool:
    own = (hearing.rule, hearing.article.source, hearing.article.uid)
    return hearing.key in (article_key(*own), unsure_key(*own))


def _build_outcomes(
    each: _AffectedAlert, other: _Instead, forgotten: RemovedArticles
) -> Iterator[tuple[AlertCandidate, int, MatchOutcome]]:
    """The decisions on matches, each with the id of its article."""
    its = each.waits.candidate
    if other is None:
        if not each.gone:
            without = f"it waited with what an article said that {forgotten.removal_phrase}, and says nothing new"
            yield its, each.article, suppressed_outcome(Reason.ERASED, without)
        return
    waits, id_ = other
    at = time_of_day(waits.due, forgotten.zone, forgotten.now)
    if id_ == each.article and waits.candidate.article.version == its.article.version:
        left = f"what an article said that {forgotten.removal_phrase} is left out"
        yield waits.candidate, id_, deferred_outcome(waits.kind.reason, f"{waits.why}; {left}, and it is sent at {at}")
        return
    stands_in = f"it stands in for an article that {forgotten.removal_phrase}"
    yield waits.candidate, id_, deferred_outcome(waits.kind.reason, f"{waits.why}; {stands_in}, and is sent at {at}")
    if not each.gone:
        more = f"{waits.candidate.publisher} says more, and is sent with it"
        yield its, each.article, suppressed_outcome(Reason.SUPERSEDED, more)


def _find_replacement(
    connection: Connection, each: _AffectedAlert, forgotten: RemovedArticles, account: SubjectRecord | None
) -> _Instead:
    """What waits in its place; itself, where it tells nothing that is forgotten."""
    before = each.waits
    account = account or SubjectRecord(before.candidate.key, before.candidate.rule, forgotten.now)
    since = each.since(account.last_sent_at)
    if since is None and not each.gone:
        return before, each.article
    rows = connection.execute(_select_other_matches(each, forgotten.articles, account.last_sent_at)).all()
    rows = sorted(rows, key=lambda row: row.match_id)
    if since is not None and any(each.has(row) and row.match_id < since for row in rows):  # it was heard before these
        return before, each.article
    heard = [_candidate_from_row(each, row, forgotten.config) for row in rows]
    rule = forgotten.config.rules.get(before.candidate.rule)  # one that has left the config since is told all the same
    policy = SAYS_MORE if rule is None else rule.alert
    other = find_pending_replacement(before, heard, account, policy, now=forgotten.now, zone=forgotten.zone)
    if other is None or replace(other, since=before.since) == before:
        return None if other is None else (before, each.article)
    # Daemons know by `since` that it is another one, also when it changes twice in one forgetting.
    other = replace(other, since=max(other.since, before.since + _A_MOMENT))
    ids = {(row.source_id, row.uid): row.id for row in rows}
    return other, ids[other.candidate.article.source, other.candidate.article.uid]


def _select_other_matches(each: _AffectedAlert, gone: Sequence[int], told_at: datetime | None) -> Select[Any]:
    """The articles that stay in which the rule has heard of its subject since it told of that, and which it has not
    told: in their latest versions, for earlier ones are said no more; and its own, in the version that waits."""
    hearing = each.waits.candidate
    version = and_(article_version.c.article_id == article.c.id, article_version.c.version == match.c.article_version)
    columns = (match.c.rule_version, match.c.level, match.c.evidence, story_article.c.publisher, story_article.c.wire)
    its = false() if each.gone else each.match
    latest = match.c.article_version == article.c.version
    late = latest if told_at is None else and_(latest, match.c.at >= told_at)
    return (
        select(article, article_version.c.text, article_version.c.authors, article_version.c.tags, *columns)
        .join_from(article, match, match.c.article_id == article.c.id)
        .join(article_version, version)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .add_columns(match.c.kind, match.c.article_version, match.c.id.label("match_id"))
        .add_columns(story.c.id.label("story_id"), story.c.opened_at)
        .where(match.c.rule_id == hearing.rule, match.c.heard.is_(True), match.c.alert_id.is_(None))
        .where(match.c.kind == (MatchKind.MENTION if each.waits.kind is PendingKind.MENTION else MatchKind.NEWS))
        .where(match.c.id.in_(_select_subject_matches(each)), or_(its, late), article.c.id.not_in(gone))
        .order_by(case((its, 0), else_=1), match.c.id.desc())
        .limit(_MOST)
    )


def _select_subject_matches(each: _AffectedAlert) -> CompoundSelect[int]:
    """Which matches are of what is told at most once, by what each is found quickly; an article is told by none but
    itself. A rule that tells events may have been edited since, and have heard the rest of its story."""
    hearing = each.waits.candidate
    itself, of_event = select(match.c.id).where(each.match), select(match.c.id)
    of_story = of_event.join(story_article, story_article.c.article_id == match.c.article_id)
    of_story = of_story.where(story_article.c.story_id == hearing.story.id)
    if _is_article_subject(hearing):
        return union(itself)
    if hearing.event is None or hearing.key != event_key(hearing.rule, hearing.event.id):
        return union(itself, of_story)
    of_event = of_event.where(match.c.event_id == hearing.event.id)
    return union(itself, of_event, of_story.where(match.c.event_id.is_(None)))


def _candidate_from_row(each: _AffectedAlert, row: _Row, config: Config) -> AlertCandidate:
    """What the rule has heard in this article of the same subject."""
    before, source = each.waits.candidate, config.sources.get(row.source_id)
    page = replace(before.article, text=row.text) if each.has(row) else article_from_row(row)
    found = Match(
        before.rule, row.rule_version, MatchKind(row.kind), spans_from_evidence(row.evidence), Level(row.level)
    )
    quoted = quote_best_sentence(page, found.evidence)
    return replace(
        before,
        level=found.level,
        article=page,
        story=Story(row.story_id, "", row.opened_at),
        publisher=row.publisher or row.source_id,
        wire=row.wire,
        facts=extract_counts(page.title, page.text),
        sentence=quoted.sentence,
        highlights=quoted.highlights,
        evidence_words=evidence_in_words(found),
        wire_status=determine_article_provenance(page, source).wire_status,
        official=source is not None and source.official,
    )
