"""What was decided on a match, and why, as codes and typed parameters: they are stored, compared and counted.
`monitor.wording.reasons` makes the sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

from monitor.model.rules import Level, OncePer, UpdateTrigger

T = TypeVar("T")


class Outcome(StrEnum):
    """What becomes of a match."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"


class Reason(StrEnum):
    """Why: one value for each case of the policy."""

    # sent
    FIRST = "first"  # the first message of its subject
    POSSIBLY_SAME = (
        "possibly-same"  # the first message, but possibly of the same as something older; or deferred for it
    )
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
    OFF = "off"  # the rule was switched off before its deferred alert was sent
    MUTED = "muted"  # a person muted its story or event
    MERGED = "merged"  # a person merged two stories or events
    ERASED = "erased"  # the article that it was deferred with was erased
    UNKNOWN = "unknown"  # an earlier version decided, without a code, and its sentence does not say why


class ClauseCode(StrEnum):
    """What a clause says. `monitor.wording.reasons` has its words, which show its parameters."""

    SENTENCE = "sentence"  # the whole sentence, as an earlier version stored it
    # why a message is sent
    EVIDENCE = "evidence"
    FIRST_ALERT = "first-alert"
    FIRST_AFTER_HOLD = "first-after-hold"
    SENT_ON_REQUEST = "sent-on-request"  # of a person, after an edit of the rule
    POSSIBLY_SAME = "possibly-same"
    DOUBT = "doubt"
    UPDATE = "update"  # the next clauses say what is new
    NEW_FACTS = "new-facts"
    LEVEL_RISES = "level-rises"
    OFFICIAL_SOURCE = "official-source"
    CORRECTED = "corrected"
    MORE_PUBLISHERS = "more-publishers"
    FIRST_SENT = "first-sent"
    POLLS_MISSED = "polls-missed"
    SAME_IN_DOUBT = "same-in-doubt"
    # why it is only a mention
    BEYOND_TITLE = "beyond-title"
    BEYOND_FIRST_SENTENCE = "beyond-first-sentence"
    BEYOND_LEAD = "beyond-lead"
    TITLE_HAS_NONE = "title-has-none"
    OTHER_TITLE = "other-title"
    MENTION = "mention"
    MENTION_IF = "mention-if"
    # what a digest lists
    DIGEST_OF_MENTIONS = "digest-of-mentions"
    DIGEST_IN_DOUBT = "digest-in-doubt"
    DIGEST_BEYOND_LIMIT = "digest-beyond-limit"
    DIGEST_OF_CATCH_UP = "digest-of-catch-up"
    DIGEST_POSSIBLY_SAME = "digest-possibly-same"
    # until when it is deferred
    SENT_LATER = "sent-later"
    COOLDOWN = "cooldown"
    LIMIT_REACHED = "limit-reached"
    MENTIONS_TOGETHER = "mentions-together"
    CATCH_UP_TOGETHER = "catch-up-together"
    DOUBTS_TOGETHER = "doubts-together"
    SAYS_MORE = "says-more"  # than what is pending, which it replaces
    DOUBT_LISTED_LATER = "doubt-listed-later"
    NEWS_LEFT_OUT = "news-left-out"
    REPLACES_ARTICLE = "replaces-article"
    PENDING_MERGED = "pending-merged"
    # why nothing is sent
    TOO_OLD = "too-old"
    BACKLOG = "backlog"
    UNDATED = "undated"
    SENT_AT = "sent-at"
    SENT_BEFORE = "sent-before"
    SENT_AT_IN_SHADOW = "sent-at-in-shadow"
    SENT_BEFORE_IN_SHADOW = "sent-before-in-shadow"
    JOINED = "joined"  # how the article joined the story or event
    SENT_AGAIN_IF = "sent-again-if"
    UPDATE_DEFERRED = "update-deferred"
    ALREADY_DEFERRED = "already-deferred"
    SUBJECT_SENT_OR_DEFERRED = "subject-sent-or-deferred"
    SUBJECT_SENT_SINCE = "subject-sent-since"
    WITHDRAWN = "withdrawn"
    UPDATE_WITHDRAWN = "update-withdrawn"
    SUPERSEDED = "superseded"
    IN_SHADOW = "in-shadow"
    WOULD_HAVE_SENT = "would-have-sent"  # the next clauses say why
    PUT_IN_SHADOW = "put-in-shadow"
    SWITCHED_OFF = "switched-off"
    MUTED = "muted"  # the next clauses say why it would have been sent
    MUTED_BEFORE_SENT = "muted-before-sent"
    DOUBT_LISTED = "doubt-listed"
    MERGED_WITH_SENT = "merged-with-sent"
    MERGED = "merged"
    NOTHING_LEFT = "nothing-left"
    ARTICLE_ERASED = "article-erased"


@dataclass(frozen=True, slots=True)
class DeskTime:
    """A time in the zone of the desk. `dated`: whether its date is shown, as it is not the day of the decision; a time
    is the same the next day, so it does not count when two are compared.

    It keeps the offset of its zone, not the zone: so it equals what is read back from the database, also in the hour
    that a clock shows twice.
    """

    time: datetime
    dated: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        offset = self.time.utcoffset()
        if offset is not None:
            object.__setattr__(self, "time", self.time.replace(tzinfo=timezone(offset), fold=0))

    @classmethod
    def from_moment(cls, moment: datetime, zone: tzinfo, now: datetime) -> DeskTime:
        """The moment, as people see it who read it at `now`."""
        local = moment.astimezone(zone)
        return cls(local, local.date() != now.astimezone(zone).date())

    def __str__(self) -> str:
        time = self.time
        return f"{time.day} {time:%b, %H:%M}" if self.dated else f"{time:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonClause:
    """One clause of a reason. The code says which of the parameters are set.

    words         from elsewhere: the evidence, how an article joined, what is not known
    rule          an id; `subject`: the id of a story or event
    at            the time that the clause is about; `since`: when it began
    age, limit    lengths of time
    level         the new level; `level_before`: the one that was sent
    facts         the numbers in an article, by what they count
    """

    code: ClauseCode = field(kw_only=False)
    words: str = ""
    rule: str = ""
    once_per: OncePer | None = None
    subject: str = ""
    publisher: str = ""
    wire_status: str = ""
    at: DeskTime | None = None
    since: DeskTime | None = None
    age: timedelta | None = None
    limit: timedelta | None = None
    count: int | None = None
    level: Level | None = None
    level_before: Level | None = None
    facts: tuple[tuple[str, int], ...] = ()
    triggers: tuple[UpdateTrigger, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """The parameters that are set, by name."""
        values = zip(_NAMES, _get_parameters(self), _UNSET, strict=True)
        return {name: value for name, value, unset in values if value is not unset and value != unset}


ReasonClauses = tuple[ReasonClause, ...]
# Without the code. A reason is written for each match, and most parameters are not set.
_NAMES, _UNSET = zip(*((each.name, each.default) for each in fields(ReasonClause)[1:]), strict=True)
_get_parameters = attrgetter(*_NAMES)
_ENCODERS: dict[type, Callable[[Any], Any]] = {
    timedelta: timedelta.total_seconds,
    DeskTime: lambda at: {"time": at.time.isoformat(), "dated": at.dated},
}
_DECODERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("words", "rule", "subject", "publisher", "wire_status"), lambda text: _require_type(text, str)),
    "count": lambda count: _require_type(count, int),
    "once_per": OncePer,
    **dict.fromkeys(("at", "since"), lambda at: DeskTime(datetime.fromisoformat(at["time"]), at["dated"])),
    **dict.fromkeys(("age", "limit"), lambda seconds: timedelta(seconds=seconds)),
    **dict.fromkeys(("level", "level_before"), Level),
    "facts": lambda facts: tuple((_require_type(kind, str), _require_type(number, int)) for kind, number in facts),
    "triggers": lambda triggers: tuple(map(UpdateTrigger, triggers)),
}


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


def clauses_from_sentence(sentence: str) -> ReasonClauses:
    """A reason that is only a sentence: as an earlier version stored it, or of a message that no rule decides on."""
    return (ReasonClause(ClauseCode.SENTENCE, words=sentence),)


def clauses_to_row(clauses: Iterable[ReasonClause]) -> list[dict[str, Any]]:
    """The clauses as plain JSON: times in ISO 8601, lengths of time in seconds."""
    return [
        {
            "code": clause.code,
            **{name: _ENCODERS.get(type(value), _keep)(value) for name, value in clause.parameters().items()},
        }
        for clause in clauses
    ]


def clauses_from_row(row: Iterable[Mapping[str, Any]]) -> ReasonClauses:
    """The clauses that `clauses_to_row` wrote. Raises ValueError if the row is damaged, or something else wrote it."""
    try:
        return tuple(
            ReasonClause(
                ClauseCode(clause["code"]),
                **{name: _DECODERS[name](value) for name, value in clause.items() if name != "code"},
            )
            for clause in row
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"no clauses of a reason: {type(error).__name__}: {error}") from error


def _require_type(value: Any, kind: type[T]) -> T:  # noqa: ANN401 - JSON
    """The value, which must be of this type. Raises TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _keep(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value
