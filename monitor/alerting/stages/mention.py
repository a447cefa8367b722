"""Is it news at all? What an article only mentions goes into the daily digest. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.pending import next_digest
from monitor.alerting.stages.freshness import check_freshness
from monitor.alerting.stages.ruling import Defer, Ruling, Suppress
from monitor.model import MatchKind, MentionCause, NewsIn, PendingKind, Reason

_BEYOND = {  # where evidence for news must end
    NewsIn.TITLE: "outside its title",
    NewsIn.ABOUT: "behind its first sentence",
    NewsIn.LEAD: "deeper in the text than its lead",
}
_BY_CAUSE = {
    MentionCause.TITLE_HAS_NONE: "under a title that has none of it",
    MentionCause.OTHER_TITLE: "under a title about another rule",
    MentionCause.MENTION: "as its mention says",
    MentionCause.MENTION_IF: "as its mention_if says",
}


def check_mention(case: Case) -> Ruling:
    if case.match.kind is not MatchKind.MENTION:
        return None
    cause = case.match.cause or MentionCause.OUTSIDE
    only = f"only mentioned, {_BEYOND[case.rule.news_in] if cause is MentionCause.OUTSIDE else _BY_CAUSE[cause]}"
    if (stale := check_freshness(case)) is not None:
        return Suppress(Reason.MENTION, f"{only}; {stale.why}")
    is_pending = case.ledger.find_pending(PendingKind.MENTION, case.key) is not None
    if is_pending or case.was_sent_before:
        known = f"{only}, and {case.rule.id} sent {case.subject_in_words} already ({case.display_id}), or will"
        return Suppress(Reason.MENTION, known, is_recorded=is_pending)
    if case.shadow:
        return Suppress(Reason.MENTION, only)
    due = next_digest(case.now, case.context.zone)
    return Defer(
        PendingKind.MENTION, due, only, f"mentions go out together at {due.astimezone(case.context.zone):%H:%M}"
    )
