"""What was decided on a match, and why, as codes: they are stored, and we filter and count by them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.reason_clauses import ReasonClause, ReasonClauses


class Outcome(StrEnum):
    """What becomes of a match."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"

    @property
    def legacy_word(self) -> str:
        """The word of earlier versions; `--decision` and JSON still know it."""
        return _LEGACY_WORDS[self]


_LEGACY_WORDS = {Outcome.SENT: "told", Outcome.SUPPRESSED: "held", Outcome.DEFERRED: "waits"}


class Reason(StrEnum):
    """Why: one value for each case of the policy."""

    # sent
    FIRST = "first"  # the first message of its subject
    POSSIBLY_SAME = "possibly-same"  # the first message, but possibly of the same as something older
    UPDATE = "update"  # something new about what was sent
    DIGEST = "digest"  # together with others
    # deferred
    HOLD = "hold"  # the rule's wait_at_least
    COOLDOWN = "cooldown"  # an update, before the rule's cooldown has passed
    RATE_LIMIT = "rate-limit"  # the rule's most_an_hour
    CATCH_UP = "catch-up"  # its source could not be polled in time
    # deferred to the daily digest, or suppressed
    MENTION = "mention"  # only mentioned
    IN_DOUBT = "in-doubt"  # the same as what was sent, although a fact is not known
    # suppressed
    TOO_OLD = "too-old"  # the rule's max_age
    BACKLOG = "backlog"  # its source's past: a first poll, or a burst of entries
    UNDATED = "undated"  # backlog without a date of its own
    ALREADY_SENT = "already-sent"
    ALREADY_DEFERRED = "already-deferred"
    WITHDRAWN = "withdrawn"  # by its publisher
    SUPERSEDED = "superseded"  # a later report says more, and is sent instead
    SHADOW = "shadow"  # the rule is in shadow; it would have sent it
    MERGED = "merged"  # a person merged two stories or events
    SPLIT = "split"  # a person split it off, and asked for no message
    ERASED = "erased"  # the article that it was deferred with was erased
    UNKNOWN = "unknown"  # an earlier version decided, without a code, and its sentence does not say why


@dataclass(frozen=True, slots=True)
class MatchOutcome:
    """What becomes of a match, and why. `why`: what its reason says, from which its sentence is made."""

    outcome: Outcome
    reason: Reason
    why: ReasonClauses


def sent_outcome(reason: Reason, *clauses: ReasonClause) -> MatchOutcome:
    """The outcome if a message is sent."""
    return MatchOutcome(Outcome.SENT, reason, clauses)


def suppressed_outcome(reason: Reason, *clauses: ReasonClause) -> MatchOutcome:
    """The outcome if no message is sent."""
    return MatchOutcome(Outcome.SUPPRESSED, reason, clauses)


def deferred_outcome(reason: Reason, *clauses: ReasonClause) -> MatchOutcome:
    """The outcome if a message is sent later."""
    return MatchOutcome(Outcome.DEFERRED, reason, clauses)
