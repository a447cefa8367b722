"""The words of every clause, and how clauses are stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.model import (
    ClauseCode,
    DeskTime,
    Level,
    OncePer,
    Outcome,
    Reason,
    ReasonClause,
    UpdateTrigger,
)
from monitor.model.outcome import clauses_from_row, clauses_from_sentence, clauses_to_row, suppressed_outcome
from monitor.wording.reasons import outcome_in_words, reason_in_words, summarize_outcome

SEOUL = ZoneInfo("Asia/Seoul")
AT = DeskTime(datetime(2026, 1, 5, 21, 5, tzinfo=SEOUL))
BEFORE = DeskTime(datetime(2026, 1, 4, 23, tzinfo=SEOUL), dated=True)
SUBJECT: dict[str, Any] = {"rule": "launch", "once_per": OncePer.STORY, "subject": "S1"}
PAST = "older entries of its source (a first poll, or very many at once)"
SENTENCES: dict[ClauseCode, tuple[dict[str, Any], str]] = {
    ClauseCode.SENTENCE: ({"words": "launch has told this story"}, "launch has told this story"),
    ClauseCode.EVIDENCE: ({"words": "“missiles” in the title"}, "“missiles” in the title"),
    ClauseCode.FIRST_ALERT: ({"once_per": OncePer.EVENT}, "first alert of this event"),
    ClauseCode.FIRST_AFTER_HOLD: (
        {"once_per": OncePer.STORY, "age": timedelta(minutes=5)},
        "first alert of this story, 5 minutes later",
    ),
    ClauseCode.SENT_ON_REQUEST: ({}, "sent late, because a person ran `rules try --send`"),
    ClauseCode.DIGEST_POSSIBLY_SAME: ({"count": 2}, "2 events in doubt"),
    ClauseCode.DOUBTS_TOGETHER: (
        {"subject": "E1", "age": timedelta(minutes=10)},
        "possibly the same as E1; what is in doubt goes into its thread together, once in 10 minutes",
    ),
    ClauseCode.POSSIBLY_SAME: ({"subject": "E1"}, "possibly the same as E1"),
    ClauseCode.DOUBT: ({"words": "both Busan; the words differ"}, ": both Busan; the words differ"),
    ClauseCode.UPDATE: ({}, "update:"),
    ClauseCode.NEW_FACTS: ({"facts": (("dead", 1200), ("ships", 620))}, "new fact: 1,200 dead, 620 ships"),
    ClauseCode.LEVEL_RISES: (
        {"level_before": Level.HIGH, "level": Level.CRITICAL},
        "the level rises from high to critical",
    ),
    ClauseCode.OFFICIAL_SOURCE: ({}, "an official source reports it"),
    ClauseCode.CORRECTED: ({"wire_status": "withdrawn"}, "it was withdrawn"),
    ClauseCode.MORE_PUBLISHERS: ({"count": 3}, "3 more independent publishers"),
    ClauseCode.FIRST_SENT: ({"at": BEFORE}, "first sent at 4 Jan, 23:00"),
    ClauseCode.POLLS_MISSED: (
        {"since": BEFORE, "at": AT},
        "its source could not be polled from 4 Jan, 23:00 to 21:05",
    ),
    ClauseCode.SAME_IN_DOUBT: (
        {"subject": "S1", "words": "one of the two articles names no known place"},
        "suppressed as the same as S1, although one of the two articles names no known place",
    ),
    ClauseCode.BEYOND_TITLE: ({}, "only mentioned, outside its title"),
    ClauseCode.BEYOND_FIRST_SENTENCE: ({}, "only mentioned, behind its first sentence"),
    ClauseCode.BEYOND_LEAD: ({}, "only mentioned, deeper in the text than its lead"),
    ClauseCode.TITLE_HAS_NONE: ({}, "only mentioned, under a title that has none of it"),
    ClauseCode.OTHER_TITLE: ({}, "only mentioned, under a title about another rule"),
    ClauseCode.MENTION: ({}, "only mentioned, as its mention says"),
    ClauseCode.MENTION_IF: ({}, "only mentioned, as its mention_if says"),
    ClauseCode.DIGEST_OF_MENTIONS: ({"count": 1}, "1 story, only mentioned"),
    ClauseCode.DIGEST_IN_DOUBT: (
        {"count": 2},
        "2 articles, suppressed as the same although something is not known",
    ),
    ClauseCode.DIGEST_BEYOND_LIMIT: ({"count": 2}, "2 stories, beyond the messages of an hour"),
    ClauseCode.DIGEST_OF_CATCH_UP: ({"count": 2}, "2 stories, that could not be polled in time"),
    ClauseCode.SENT_LATER: ({"at": AT}, "it is sent at 21:05"),
    ClauseCode.COOLDOWN: ({"at": AT, "limit": timedelta(hours=1)}, "no update before 21:05 (cooldown: 1 hour)"),
    ClauseCode.LIMIT_REACHED: (
        {"rule": "launch", "count": 3},
        "launch has sent 3 within the hour; the rest is sent together",
    ),
    ClauseCode.MENTIONS_TOGETHER: ({"at": AT}, "mentions go out together at 21:05"),
    ClauseCode.CATCH_UP_TOGETHER: ({}, "what was missed is sent together"),
    ClauseCode.SAYS_MORE: ({"at": AT}, "it says more than what was deferred, until 21:05"),
    ClauseCode.DOUBT_LISTED_LATER: (
        {"words": "one names no place", "at": AT},
        "because one names no place, it is listed in the digest at 21:05",
    ),
    ClauseCode.NEWS_LEFT_OUT: (
        {"at": AT},
        "what an article said that was forgotten is left out, and it is sent at 21:05",
    ),
    ClauseCode.REPLACES_ARTICLE: (
        {"at": AT},
        "it replaces an article that was forgotten, and is sent at 21:05",
    ),
    ClauseCode.PENDING_MERGED: ({"at": AT}, "two were merged, and it is sent at 21:05"),
    ClauseCode.TOO_OLD: (
        {"age": timedelta(days=3), "limit": timedelta(hours=12)},
        "published 3 days ago, and max_age is 12 hours",
    ),
    ClauseCode.BACKLOG: (
        {"age": timedelta(days=3), "limit": timedelta(hours=12)},
        f"published 3 days ago, and came with {PAST}, where 12 hours count for a rule without max_age",
    ),
    ClauseCode.UNDATED: ({}, f"it came with {PAST}, and has no date of its own"),
    ClauseCode.SENT_AT: ({**SUBJECT, "at": AT}, "launch sent this story at 21:05 (S1)"),
    ClauseCode.SENT_BEFORE: (SUBJECT, "launch sent this story already (S1)"),
    ClauseCode.SENT_AT_IN_SHADOW: ({**SUBJECT, "at": AT}, "launch would have sent this story at 21:05 (S1)"),
    ClauseCode.SENT_BEFORE_IN_SHADOW: (SUBJECT, "launch would have sent this story already (S1)"),
    ClauseCode.JOINED: ({"words": "the same headline"}, "the same headline"),
    ClauseCode.SENT_AGAIN_IF: (
        {"triggers": (UpdateTrigger.NEW_FACT, UpdateTrigger.MORE_PUBLISHERS), "count": 3},
        "sent again if: new fact, 3 more publishers",
    ),
    ClauseCode.UPDATE_DEFERRED: ({"at": AT}, "an update is deferred until 21:05"),
    ClauseCode.ALREADY_DEFERRED: ({**SUBJECT, "at": AT}, "this story is deferred until 21:05 (S1)"),
    ClauseCode.SUBJECT_SENT_OR_DEFERRED: (SUBJECT, ", and launch sent this story already (S1), or will"),
    ClauseCode.SUBJECT_SENT_SINCE: ({"rule": "launch"}, ", and launch has sent it since"),
    ClauseCode.WITHDRAWN: ({}, "it was withdrawn before it was sent"),
    ClauseCode.UPDATE_WITHDRAWN: ({}, "it was withdrawn before the update was sent"),
    ClauseCode.SUPERSEDED: ({"publisher": "The Times"}, "a later report of The Times says more, and is sent instead"),
    ClauseCode.IN_SHADOW: ({"rule": "launch"}, "launch is in shadow"),
    ClauseCode.WOULD_HAVE_SENT: ({}, "it would have sent:"),
    ClauseCode.PUT_IN_SHADOW: ({"rule": "launch"}, "launch was put in shadow before it was sent"),
    ClauseCode.SWITCHED_OFF: ({"rule": "launch"}, "launch was switched off before it was sent"),
    ClauseCode.MUTED: (
        {"subject": "S1", "at": AT},
        "S1 is muted until 21:05 (`stories unmute S1` ends that); not sent:",
    ),
    ClauseCode.MUTED_BEFORE_SENT: ({"subject": "S1"}, "S1 was muted before it was sent"),
    ClauseCode.DOUBT_LISTED: ({}, "listed in a digest"),
    ClauseCode.MERGED_WITH_SENT: ({}, "its subject was merged with one that was sent, and it says nothing new"),
    ClauseCode.MERGED: ({"publisher": "The Times"}, "two were merged, and The Times is sent for both"),
    ClauseCode.NOTHING_LEFT: (
        {},
        "it was deferred with news from an article that was forgotten, and has nothing new without it",
    ),
    ClauseCode.ARTICLE_ERASED: ({}, "its article was forgotten at the operator's request"),
}


def clause(code: ClauseCode) -> ReasonClause:
    return ReasonClause(code, **SENTENCES[code][0])


@pytest.mark.parametrize("code", ClauseCode)
def test_each_clause_has_its_words(code: ClauseCode) -> None:
    """They show its parameters."""
    assert reason_in_words([clause(code)]) == SENTENCES[code][1]


def test_one_more_publisher_is_singular() -> None:
    """As are one story and one article of a digest."""
    assert reason_in_words([ReasonClause(ClauseCode.MORE_PUBLISHERS, count=1)]) == "1 more independent publisher"


def test_the_cooldown_is_shown_if_it_was_stored() -> None:
    """Earlier versions stored only the time. After some updates the cooldown is longer than the rule says."""
    assert reason_in_words([ReasonClause(ClauseCode.COOLDOWN, at=AT)]) == "no update before 21:05"
    grown = ReasonClause(ClauseCode.COOLDOWN, at=AT, limit=timedelta(hours=1), age=timedelta(hours=4))
    assert reason_in_words([grown]) == "no update before 21:05 (cooldown: 1 hour; for this update 4 hours)"


@pytest.mark.parametrize("code", ClauseCode)
def test_what_is_stored_is_what_was_decided(code: ClauseCode) -> None:
    """Through JSON; the words are the same."""
    stored = json.loads(json.dumps(clauses_to_row([clause(code)])))
    assert clauses_from_row(stored) == (clause(code),)
    assert reason_in_words(clauses_from_row(stored)) == SENTENCES[code][1]


@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_that_a_clock_shows_twice_is_read_as_it_was_decided(fold: int) -> None:
    """Python compares two such times as different if they have different zones, even if they are the same."""
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)
    decided = (ReasonClause(ClauseCode.FIRST_SENT, at=DeskTime(twice)),)
    assert clauses_from_row(json.loads(json.dumps(clauses_to_row(decided)))) == decided
    assert reason_in_words(decided) == "first sent at 02:30"


@pytest.mark.parametrize(
    "row",
    [
        None,
        7,
        "x",
        [None],
        [{"words": "x"}],
        [{"code": "of tomorrow"}],
        [{"code": "sentence", "words": None}],
        [{"code": "sentence", "of tomorrow": 1}],
        [{"code": "too-old", "age": 1e300}],
        [{"code": "too-old", "age": float("inf")}],
        [{"code": "too-old", "age": "long"}],
        [{"code": "new-facts", "facts": [["dead", "many"]]}],
        [{"code": "more-publishers", "count": "many"}],
        [{"code": "first-sent", "at": "noon"}],
        [{"code": "level-rises", "level": "loud"}],
    ],
)
def test_a_reason_that_cannot_be_read_is_an_error_of_its_value(row: Any) -> None:
    """Whatever is wrong with it: all who read reasons expect that error alone."""
    with pytest.raises(ValueError, match="no clauses of a reason"):
        clauses_from_row(row)


def test_stored_clauses_have_these_keys() -> None:
    """They are in databases and in `--json`: times in ISO 8601, lengths of time in seconds."""
    assert clauses_to_row([clause(ClauseCode.TOO_OLD), clause(ClauseCode.SENT_AT), clause(ClauseCode.NEW_FACTS)]) == [
        {"code": "too-old", "age": 259200.0, "limit": 43200.0},
        {
            "code": "sent-at",
            "rule": "launch",
            "once_per": "story",
            "subject": "S1",
            "at": {"time": "2026-01-05T21:05:00+09:00", "dated": False},
        },
        {"code": "new-facts", "facts": (("dead", 1200), ("ships", 620))},
    ]


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ((), ""),
        ((ClauseCode.IN_SHADOW, ClauseCode.JOINED), "launch is in shadow; the same headline"),
        # a colon introduces the next clause
        (
            (ClauseCode.EVIDENCE, ClauseCode.UPDATE, ClauseCode.CORRECTED, ClauseCode.FIRST_SENT),
            "“missiles” in the title; update: it was withdrawn; first sent at 4 Jan, 23:00",
        ),
        (
            (ClauseCode.IN_SHADOW, ClauseCode.WOULD_HAVE_SENT, ClauseCode.EVIDENCE),
            "launch is in shadow; it would have sent: “missiles” in the title",
        ),
        # others continue the one before
        (
            (ClauseCode.POSSIBLY_SAME, ClauseCode.DOUBT, ClauseCode.IN_SHADOW),
            "possibly the same as E1: both Busan; the words differ; launch is in shadow",
        ),
        (
            (ClauseCode.MENTION, ClauseCode.SUBJECT_SENT_SINCE),
            "only mentioned, as its mention says, and launch has sent it since",
        ),
    ],
)
def test_clauses_become_one_sentence(codes: tuple[ClauseCode, ...], sentence: str) -> None:
    """With semicolons between them."""
    assert reason_in_words(map(clause, codes)) == sentence


def test_words_from_elsewhere_may_be_empty_or_odd() -> None:
    """The signs in them neither join nor separate clauses, and nothing in them is a parameter."""
    odd = ReasonClause(ClauseCode.EVIDENCE, words="{rule}:")
    assert reason_in_words([odd, ReasonClause(ClauseCode.JOINED, words=", or")]) == "{rule}:; , or"
    assert reason_in_words([ReasonClause(ClauseCode.EVIDENCE), clause(ClauseCode.FIRST_ALERT)]) == (
        "; first alert of this event"
    )


def test_an_outcome_in_words() -> None:
    """The outcome, and its reason."""
    outcome = suppressed_outcome(Reason.TOO_OLD, clause(ClauseCode.TOO_OLD))
    assert outcome_in_words(outcome) == "suppressed: published 3 days ago, and max_age is 12 hours"


def test_the_sentence_of_an_earlier_version_stays() -> None:
    """Whatever it says."""
    assert reason_in_words(clauses_from_sentence("r has told this: {story}")) == "r has told this: {story}"


def test_a_time_is_dated_where_it_is_not_of_the_day() -> None:
    """By the clocks of the desk."""
    moment = datetime(2026, 1, 5, 16, tzinfo=UTC)
    assert str(DeskTime.from_moment(moment, SEOUL, moment - timedelta(hours=2))) == "6 Jan, 01:00"
    assert str(DeskTime.from_moment(moment, UTC, moment - timedelta(hours=2))) == "16:00"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_summary(reason: Reason) -> None:
    """For tables and counts."""
    assert summarize_outcome(Outcome.SUPPRESSED, reason).startswith("suppressed: ")


@pytest.mark.parametrize("reason", [Reason.MENTION, Reason.IN_DOUBT])
def test_a_reason_of_two_outcomes_says_what_differs(reason: Reason) -> None:
    """Who sees both counted side by side would else take one for a mistake."""
    deferred, suppressed = (summarize_outcome(each, reason) for each in (Outcome.DEFERRED, Outcome.SUPPRESSED))
    assert deferred.removeprefix("deferred: ") != suppressed.removeprefix("suppressed: ")
    assert deferred.endswith("; the daily digest lists it")
