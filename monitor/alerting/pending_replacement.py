"""Replaces a pending alert whose subject loses articles: another article that reported the same to the rule takes its
place. Pure.

The result is what would be pending if the articles that left had never come. What only they said is not sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from monitor.alerting import updates
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import build_pending_alert, without_text
from monitor.alerting.quotes import quote_match
from monitor.alerting.subject_keys import article_key, event_key, story_key, unsure_key
from monitor.model import (
    AlertCandidate,
    AlertPolicy,
    Article,
    ClauseCode,
    DeskTime,
    Match,
    MatchOutcome,
    PendingAlert,
    Reason,
    ReasonClause,
    Rule,
    Story,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.wording.reasons import reason_in_words

_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LostMatch:
    """A match in an article that leaves. It counts for a story, and for an `event` if it has one. `id` grows in the
    order of the matches; `at`: when it was made; `is_sent`: whether an alert has sent it."""

    id: int
    at: datetime
    is_sent: bool
    rule: str
    story: str
    event: str | None
    independent_publisher: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The ledger keys for which it may count: a rule that alerts on stories may have alerted on events before."""
        of_story = story_key(self.rule, self.story)
        return (of_story,) if self.event is None else (of_story, event_key(self.rule, self.event))


@dataclass(frozen=True, slots=True)
class OtherMatch:
    """A match of the same subject in an article that stays, with what a candidate takes from that article. `id`: as in
    `LostMatch`."""

    id: int
    match: Match
    article: Article
    story: Story
    publisher: str
    wire: str | None
    wire_status: str | None
    official: bool
    facts: tuple[tuple[str, int], ...]

    def to_candidate(self, pending: AlertCandidate) -> AlertCandidate:
        """What the rule takes from this article for the subject of a pending candidate."""
        quote = quote_match(self.article, self.match)
        return replace(
            pending,
            level=self.match.level,
            article=without_text(self.article),
            story=self.story,
            publisher=self.publisher,
            wire=self.wire,
            facts=self.facts,
            sentence=quote.sentence,
            highlights=quote.highlights,
            evidence_words=quote.evidence_words,
            wire_status=self.wire_status,
            official=self.official,
        )


@dataclass(frozen=True, slots=True)
class PendingLoss:
    """A pending alert whose subject loses these matches. `loses_article`: its own article leaves."""

    pending: PendingAlert
    loses_article: bool
    lost: Sequence[LostMatch] = ()

    def first_unsent(self, record: SubjectRecord) -> int | None:
        """The id of the first lost match that the alert may report: made since its subject was sent."""
        sent_at = record.last_sent_at
        unsent = [match.id for match in self.lost if not match.is_sent and (sent_at is None or match.at >= sent_at)]
        return min(unsent, default=None)

    def may_change(self, record: SubjectRecord) -> bool:
        """Whether the alert may have to be replaced."""
        return self.loses_article or self.first_unsent(record) is not None

    def is_made_before(self, own_match: int | None, record: SubjectRecord) -> bool:
        """Whether the alert was made before all that is lost, so that it reports nothing of it. `own_match`: the id of
        the match that it was made from; None if that leaves."""
        first = self.first_unsent(record)
        return first is not None and own_match is not None and own_match < first


@dataclass(frozen=True, slots=True)
class Removal:
    """When articles leave. `zone`: the time zone of the desk."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class PendingReplacement:
    """What is pending in place of an alert (None: nothing), and the new outcomes of the matches of these candidates."""

    before: PendingAlert
    after: PendingAlert | None
    outcomes: tuple[tuple[AlertCandidate, MatchOutcome], ...]


def is_article_subject(candidate: AlertCandidate) -> bool:
    """Whether the article is the subject, so that only it can report that."""
    names = (candidate.rule, candidate.article.source, candidate.article.uid)
    return candidate.key in (article_key(*names), unsure_key(*names))


def list_shared_keys(candidate: AlertCandidate) -> Iterator[str]:
    """The ledger keys under which other articles may report the subject of a candidate."""
    if is_article_subject(candidate):
        return
    yield story_key(candidate.rule, candidate.story.id)
    if candidate.event is not None:
        yield event_key(candidate.rule, candidate.event.id)


def replace_pending_alert(
    loss: PendingLoss, others: Sequence[OtherMatch], record: SubjectRecord, rule: Rule | None, removal: Removal
) -> PendingReplacement | None:
    """What is pending instead; None if the alert stays as it is.

    `others`: the subject's other matches that were not sent, in their order. `record`: what was reported and sent of
    the subject. `rule`: None if it has left the config since; its alert is sent all the same.
    """
    before = loss.pending
    candidates = [other.to_candidate(before.candidate) for other in others]
    policy = updates.SAYS_MORE if rule is None else rule.alert
    after = find_pending_replacement(before, candidates, record, policy, now=removal.now, zone=removal.zone)
    if after is not None:
        if _says_same(before, after):
            return None
        # By `since` daemons know that it is another one, even if it changes twice in one erasure.
        after = replace(after, since=max(after.since, before.since + _A_MOMENT))
    return PendingReplacement(before, after, tuple(_list_outcomes(loss, after, removal)))


def _says_same(before: PendingAlert, after: PendingAlert) -> bool:
    """Whether both say the same, and at the same time. The reason of an earlier version is only a sentence."""
    if replace(after, since=before.since, why=before.why) != before:
        return False
    return after.why == before.why or reason_in_words(after.why) == reason_in_words(before.why)


def _list_outcomes(
    loss: PendingLoss, after: PendingAlert | None, removal: Removal
) -> Iterator[tuple[AlertCandidate, MatchOutcome]]:
    candidate = loss.pending.candidate
    if after is None:
        if not loss.loses_article:
            nothing_left = ReasonClause(ClauseCode.NOTHING_LEFT)
            yield candidate, suppressed_outcome(Reason.ERASED, nothing_left)
        return
    is_same = _name_version(after.candidate) == _name_version(candidate)
    code = ClauseCode.NEWS_LEFT_OUT if is_same else ClauseCode.REPLACES_ARTICLE
    at = DeskTime.from_moment(after.due, removal.zone, removal.now)
    until = ReasonClause(code, at=at)
    yield after.candidate, deferred_outcome(after.kind.reason, *after.why, until)
    if not is_same and not loss.loses_article:
        superseded = ReasonClause(ClauseCode.SUPERSEDED, publisher=after.candidate.publisher)
        yield candidate, suppressed_outcome(Reason.SUPERSEDED, superseded)


def _name_version(candidate: AlertCandidate) -> tuple[str, str, int]:
    article = candidate.article
    return article.source, article.uid, article.version


def find_pending_replacement(
    pending: PendingAlert,
    candidates: Sequence[AlertCandidate],
    record: SubjectRecord,
    policy: AlertPolicy,
    *,
    now: datetime,
    zone: tzinfo,
) -> PendingAlert | None:
    """The pending alert that takes the place of `pending`; None if nothing is left to send.

    `candidates`: the subject's other candidates that were not sent, in their order. `record`: what was reported and
    sent of the subject. `policy`: when its rule sends an update.
    """
    first_at = record.first_sent_at
    if first_at is None:
        combined = _combine_first_report(candidates, now)
        return None if combined is None else build_pending_alert(pending.kind, combined, pending.why, now, pending.due)
    combined = _combine_update(candidates, record, policy, now)
    if combined is None:
        return None
    why = updates.explain_update(policy, combined, record, DeskTime.from_moment(first_at, zone, now))
    return build_pending_alert(pending.kind, combined, why, now, pending.due)


def _combine_first_report(candidates: Sequence[AlertCandidate], now: datetime) -> AlertCandidate | None:
    """The first alert of a subject: the candidate that says most, and none that withdraws it."""
    combined: AlertCandidate | None = None
    for candidate in candidates:
        if candidate.wire_status == "withdrawn":
            continue
        empty_record = SubjectRecord(candidate.key, candidate.rule, now)
        if combined is None:
            combined = candidate
        elif updates.has_new_information(candidate, empty_record.after_send(combined, now, None)):
            combined = updates.merge_candidates(combined, candidate)
    return combined


def _combine_update(
    candidates: Sequence[AlertCandidate], record: SubjectRecord, policy: AlertPolicy, now: datetime
) -> AlertCandidate | None:
    """The update of a subject: what is new compared with what was sent, and with the candidates before."""
    combined: AlertCandidate | None = None
    for candidate in candidates:
        known = record if combined is None else record.after_send(combined, now, None)
        if updates.find_update_reasons(policy, candidate, known):
            combined = candidate if combined is None else updates.merge_candidates(combined, candidate)
    return combined
