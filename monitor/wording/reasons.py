"""Outcomes and reasons in English. `_CLAUSES` has the words of each clause: another language is another such table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from monitor.model import AlertPolicy, ClauseCode, MatchOutcome, Outcome, Reason, ReasonClause, UpdateTrigger
from monitor.wording.quantities import duration_in_words, format_count

_PAST = "older entries of its source (a first poll, or very many at once)"
# A clause that begins with a comma or a colon continues the one before it; one that ends with a colon introduces the
# next.
_CLAUSES = {
    ClauseCode.SENTENCE: "{words}",
    ClauseCode.EVIDENCE: "{words}",
    ClauseCode.FIRST_ALERT: "first alert of this {once_per}",
    ClauseCode.FIRST_AFTER_HOLD: "first alert of this {once_per}, {age} later",
    ClauseCode.SENT_ON_REQUEST: "sent late, because a person ran `rules try --send`",
    ClauseCode.POSSIBLY_SAME: "possibly the same as {subject}",
    ClauseCode.DOUBT: ": {words}",
    ClauseCode.UPDATE: "update:",
    ClauseCode.NEW_FACTS: "new fact: {facts}",
    ClauseCode.MORE_PUBLISHERS: "{publishers}",
    ClauseCode.LEVEL_RISES: "the level rises from {level_before} to {level}",
    ClauseCode.OFFICIAL_SOURCE: "an official source reports it",
    ClauseCode.CORRECTED: "it was {wire_status}",
    ClauseCode.FIRST_SENT: "first sent at {at}",
    ClauseCode.POLLS_MISSED: "its source could not be polled from {since} to {at}",
    ClauseCode.SAME_IN_DOUBT: "suppressed as the same as {subject}, although {words}",
    ClauseCode.BEYOND_TITLE: "only mentioned, outside its title",
    ClauseCode.BEYOND_FIRST_SENTENCE: "only mentioned, behind its first sentence",
    ClauseCode.BEYOND_LEAD: "only mentioned, deeper in the text than its lead",
    ClauseCode.TITLE_HAS_NONE: "only mentioned, under a title that has none of it",
    ClauseCode.OTHER_TITLE: "only mentioned, under a title about another rule",
    ClauseCode.MENTION: "only mentioned, as its mention says",
    ClauseCode.MENTION_IF: "only mentioned, as its mention_if says",
    ClauseCode.DIGEST_OF_MENTIONS: "{stories}, only mentioned",
    ClauseCode.DIGEST_IN_DOUBT: "{articles}, suppressed as the same although something is not known",
    ClauseCode.DIGEST_BEYOND_LIMIT: "{stories}, beyond the messages of an hour",
    ClauseCode.DIGEST_OF_CATCH_UP: "{stories}, that could not be polled in time",
    ClauseCode.DIGEST_POSSIBLY_SAME: "{events} in doubt",
    ClauseCode.SENT_LATER: "it is sent at {at}",
    ClauseCode.COOLDOWN: "no update before {at}{cooldown}",
    ClauseCode.LIMIT_REACHED: "{rule} has sent {count} within the hour; the rest is sent together",
    ClauseCode.MENTIONS_TOGETHER: "mentions go out together at {at}",
    ClauseCode.CATCH_UP_TOGETHER: "what was missed is sent together",
    ClauseCode.DOUBTS_TOGETHER: (
        "possibly the same as {subject}; what is in doubt goes into its thread together, once in {age}"
    ),
    ClauseCode.SAYS_MORE: "it says more than what was deferred, until {at}",
    ClauseCode.DOUBT_LISTED_LATER: "because {words}, it is listed in the digest at {at}",
    ClauseCode.NEWS_LEFT_OUT: "what an article said that was forgotten is left out, and it is sent at {at}",
    ClauseCode.REPLACES_ARTICLE: "it replaces an article that was forgotten, and is sent at {at}",
    ClauseCode.PENDING_MERGED: "two were merged, and it is sent at {at}",
    ClauseCode.TOO_OLD: "published {age} ago, and max_age is {limit}",
    ClauseCode.BACKLOG: (
        f"published {{age}} ago, and came with {_PAST}, where {{limit}} count for a rule without max_age"
    ),
    ClauseCode.UNDATED: f"it came with {_PAST}, and has no date of its own",
    ClauseCode.SENT_AT: "{rule} sent this {once_per} at {at} ({subject})",
    ClauseCode.SENT_BEFORE: "{rule} sent this {once_per} already ({subject})",
    ClauseCode.SENT_AT_IN_SHADOW: "{rule} would have sent this {once_per} at {at} ({subject})",
    ClauseCode.SENT_BEFORE_IN_SHADOW: "{rule} would have sent this {once_per} already ({subject})",
    ClauseCode.JOINED: "{words}",
    ClauseCode.SENT_AGAIN_IF: "sent again if: {triggers}",
    ClauseCode.UPDATE_DEFERRED: "an update is deferred until {at}",
    ClauseCode.ALREADY_DEFERRED: "this {once_per} is deferred until {at} ({subject})",
    ClauseCode.SUBJECT_SENT_OR_DEFERRED: ", and {rule} sent this {once_per} already ({subject}), or will",
    ClauseCode.SUBJECT_SENT_SINCE: ", and {rule} has sent it since",
    ClauseCode.WITHDRAWN: "it was withdrawn before it was sent",
    ClauseCode.UPDATE_WITHDRAWN: "it was withdrawn before the update was sent",
    ClauseCode.SUPERSEDED: "a later report of {publisher} says more, and is sent instead",
    ClauseCode.IN_SHADOW: "{rule} is in shadow",
    ClauseCode.WOULD_HAVE_SENT: "it would have sent:",
    ClauseCode.PUT_IN_SHADOW: "{rule} was put in shadow before it was sent",
    ClauseCode.SWITCHED_OFF: "{rule} was switched off before it was sent",
    ClauseCode.MUTED: "{subject} is muted until {at} (`stories unmute {subject}` ends that); not sent:",
    ClauseCode.MUTED_BEFORE_SENT: "{subject} was muted before it was sent",
    ClauseCode.DOUBT_LISTED: "listed in a digest",
    ClauseCode.MERGED_WITH_SENT: "its subject was merged with one that was sent, and it says nothing new",
    ClauseCode.MERGED: "two were merged, and {publisher} is sent for both",
    ClauseCode.NOTHING_LEFT: (
        "it was deferred with news from an article that was forgotten, and has nothing new without it"
    ),
    ClauseCode.ARTICLE_ERASED: "its article was forgotten at the operator's request",
}
_FORMATTERS: dict[str, Callable[[Any], str]] = {
    "age": duration_in_words,
    "limit": duration_in_words,
    "facts": lambda facts: ", ".join(f"{number:,} {kind}" for kind, number in facts),
}
_REASONS = {
    Reason.FIRST: "the first of its subject",
    Reason.POSSIBLY_SAME: "possibly the same as something older",
    Reason.UPDATE: "something new of what was sent",
    Reason.DIGEST: "together with others",
    Reason.HOLD: "the rule waits for more first",
    Reason.COOLDOWN: "an update, until the rule's cooldown is over",
    Reason.RATE_LIMIT: "enough messages for this hour",
    Reason.CATCH_UP: "its source could not be polled in time",
    Reason.MENTION: "only mentioned",
    Reason.IN_DOUBT: "the same as what was sent, although a fact is not known",
    Reason.TOO_OLD: "too old for its rule",
    Reason.BACKLOG: "came with older entries of its source",
    Reason.UNDATED: "came with older entries of its source, and has no date",
    Reason.ALREADY_SENT: "already sent",
    Reason.ALREADY_DEFERRED: "already deferred",
    Reason.WITHDRAWN: "withdrawn by who reported it",
    Reason.SUPERSEDED: "a later report says more, and is sent instead",
    Reason.SHADOW: "the rule is in shadow",
    Reason.OFF: "the rule was switched off before it was sent",
    Reason.MUTED: "a person muted its story or event",
    Reason.MERGED: "merged with another one",
    Reason.ERASED: "what it was deferred with was erased",
    Reason.UNKNOWN: "decided by an earlier version",
}
# Reasons that have more than one outcome.
_REASONS_BY_OUTCOME = {
    (Outcome.DEFERRED, Reason.MENTION): "only mentioned; the daily digest lists it",
    (Outcome.SUPPRESSED, Reason.MENTION): "only mentioned, and too old, already sent or of a rule in shadow",
    (Outcome.DEFERRED, Reason.POSSIBLY_SAME): f"{_REASONS[Reason.POSSIBLY_SAME]}; sent with others that are",
    (Outcome.DEFERRED, Reason.IN_DOUBT): f"{_REASONS[Reason.IN_DOUBT]}; the daily digest lists it",
}


def outcome_in_words(outcome: MatchOutcome) -> str:
    """The outcome and its reason: "suppressed: published 3 days ago, and max_age is 12 hours"."""
    return f"{outcome.outcome}: {reason_in_words(outcome.why)}"


def reason_in_words(clauses: Iterable[ReasonClause]) -> str:
    """The reason as a sentence, without a full stop."""
    parts: list[str] = []
    separator = ""
    for clause in clauses:
        template = _CLAUSES[clause.code]
        parts += ["" if template.startswith((",", ":")) else separator, template.format_map(_format_parameters(clause))]
        separator = " " if template.endswith(":") else "; "
    return "".join(parts)


def summarize_outcome(outcome: Outcome, reason: Reason) -> str:
    """The outcome and its reason in general words, for tables and counts; without the details of a case."""
    return f"{outcome}: {_REASONS_BY_OUTCOME.get((outcome, reason), _REASONS[reason])}"


def again_in_words(policy: AlertPolicy) -> str:
    """The reasons for which a rule sends an update, in the order of the docs: "new fact, level rises, 3 more
    publishers"."""
    triggers = [trigger for trigger in UpdateTrigger if trigger in policy.again_if]
    return _format_triggers(triggers, policy.more_publishers)


def _format_triggers(triggers: Iterable[UpdateTrigger], more_publishers: int) -> str:
    return ", ".join(
        f"{more_publishers} {trigger}" if trigger is UpdateTrigger.MORE_PUBLISHERS else trigger for trigger in triggers
    )


def _describe_cooldown(first: str, current: str) -> str:
    """The cooldown as the rule has it, and the current one, which is longer after several updates."""
    return f" (cooldown: {first}; for this update {current})" if current else f" (cooldown: {first})"


def _format_parameters(clause: ReasonClause) -> dict[str, str]:
    """The parameters as text; those that are not set are empty."""
    given = clause.parameters().items()
    values = defaultdict(str, {name: _FORMATTERS.get(name, str)(value) for name, value in given})
    if clause.count is not None:
        values |= {"stories": format_count(clause.count, "story"), "articles": format_count(clause.count, "article")}
        values["events"] = format_count(clause.count, "event")
        values["publishers"] = format_count(clause.count, "more independent publisher")
    if clause.code is ClauseCode.COOLDOWN and clause.limit is not None:  # earlier versions did not store it
        values["cooldown"] = _describe_cooldown(values["limit"], values["age"])
    if clause.triggers:
        values["triggers"] = _format_triggers(clause.triggers, clause.count or 0)
    return values
