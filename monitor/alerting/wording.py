"""The words in which decisions name evidence, lengths of time, reasons and alerts."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import AlertPolicy, Event, Match, Reason, Span, UpdateTrigger
from monitor.model.hashing import hash_name


def alert_id(key: str) -> str:
    """The id of the alert with this dedup key."""
    return f"{hash_name(key):016x}"


def evidence_in_words(match: Match) -> str:
    """“North Korea”, “missiles” in the title; “fired” in the text. Of a span inside another, only the longer one."""
    outer_spans = [span for span in match.evidence if not any(_contains_span(other, span) for other in match.evidence)]
    parts = []
    for field in dict.fromkeys(span.field for span in outer_spans):
        words = dict.fromkeys(f"“{span.text}”" for span in outer_spans if span.field is field)
        parts.append(f"{', '.join(words)} in the {field}")
    return "; ".join(parts)


def _contains_span(one: Span, other: Span) -> bool:
    inside = one.field is other.field and one.start <= other.start and other.end <= one.end
    return inside and (one.start, one.end) != (other.start, other.end)


def again_in_words(policy: AlertPolicy) -> str:
    """The reasons for which a rule sends an update, in the order of the docs: "new fact, level rises, 3 more
    publishers"."""
    triggers = (trigger for trigger in UpdateTrigger if trigger in policy.again_if)
    return ", ".join(
        f"{policy.more_publishers} {trigger}" if trigger is UpdateTrigger.MORE_PUBLISHERS else trigger
        for trigger in triggers
    )


def possibly_same_in_words(event: Event) -> str:
    """What it is possibly the same as, and why that is not sure."""
    why = f": {event.doubt}" if event.doubt else ""
    return f"possibly the same as {event.possibly_of}{why}"


def duration_in_words(length: timedelta) -> str:
    """A length of time in the unit that a person would use."""
    minutes = round(length / timedelta(minutes=1))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size or (minutes >= size and minutes % size == 0):
            return format_count(minutes // size, unit)
    return format_count(minutes, "minute")


def format_count(number: int, noun: str) -> str:
    """1 day, 2 days; 1 story, 2 stories."""
    plural = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number} {noun}" if number == 1 else f"{number} {plural}"


_REASONS = {
    Reason.FIRST: "the first of its subject",
    Reason.POSSIBLY_SAME: "possibly the same as something older",
    Reason.UPDATE: "something new of what was sent",
    Reason.DIGEST: "together with others",
    Reason.HOLD: "the rule waits for more first",
    Reason.COOLDOWN: "an update, which comes no sooner",
    Reason.RATE_LIMIT: "enough messages for this hour",
    Reason.CATCH_UP: "its source could not be polled in time",
    Reason.MENTION: "only mentioned",
    Reason.IN_DOUBT: "the same as what was sent, although a fact is not known",
    Reason.TOO_OLD: "too old for its rule",
    Reason.BACKLOG: "of its source's past",
    Reason.UNDATED: "of its source's past, and without a date",
    Reason.ALREADY_SENT: "already sent",
    Reason.ALREADY_DEFERRED: "already deferred",
    Reason.WITHDRAWN: "withdrawn by who reported it",
    Reason.SUPERSEDED: "a later report says more, and is sent with it",
    Reason.SHADOW: "the rule is in shadow",
    Reason.MERGED: "merged with another one",
    Reason.SPLIT: "split off without a message",
    Reason.ERASED: "what it was deferred with was erased",
    Reason.UNKNOWN: "decided by an earlier version",
}


def reason_in_words(reason: Reason) -> str:
    """The reason in general words, for tables and counts; without the details of a case."""
    return _REASONS[reason]
