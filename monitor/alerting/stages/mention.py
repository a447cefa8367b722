"""Is it news at all? What an article only mentions goes into the daily digest. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.pending import next_digest
from monitor.alerting.stages.freshness import check_freshness
from monitor.alerting.stages.ruling import Defer, Ruling, Suppress
from monitor.model import ClauseCode, DeskTime, MatchKind, MentionCause, NewsIn, PendingKind, Reason, ReasonClause

_BEYOND = {  # where evidence for news must end
    NewsIn.TITLE: ClauseCode.BEYOND_TITLE,
    NewsIn.ABOUT: ClauseCode.BEYOND_FIRST_SENTENCE,
    NewsIn.LEAD: ClauseCode.BEYOND_LEAD,
}
_BY_CAUSE = {
    MentionCause.TITLE_HAS_NONE: ClauseCode.TITLE_HAS_NONE,
    MentionCause.OTHER_TITLE: ClauseCode.OTHER_TITLE,
    MentionCause.MENTION: ClauseCode.MENTION,
    MentionCause.MENTION_IF: ClauseCode.MENTION_IF,
}


def check_mention(case: Case) -> Ruling:
    if case.match.kind is not MatchKind.MENTION:
        return None
    cause = case.match.cause or MentionCause.OUTSIDE
    only = ReasonClause(_BEYOND[case.rule.news_in] if cause is MentionCause.OUTSIDE else _BY_CAUSE[cause])
    if (stale := check_freshness(case)) is not None:
        return Suppress(Reason.MENTION, (only, *stale.why))
    is_pending = case.ledger.find_pending(PendingKind.MENTION, case.key) is not None
    if is_pending or case.was_sent_before:
        known = case.subject_clause(ClauseCode.SUBJECT_SENT_OR_DEFERRED)
        return Suppress(Reason.MENTION, (only, known), is_recorded=is_pending)
    if case.shadow:
        return Suppress(Reason.MENTION, (only,))
    due = next_digest(case.now, case.context.zone)
    until = ReasonClause(ClauseCode.MENTIONS_TOGETHER, at=DeskTime(due.astimezone(case.context.zone)))
    return Defer(PendingKind.MENTION, due, (only,), until)
