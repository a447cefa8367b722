"""What is pending instead when articles leave: pure, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from monitor.alerting import updates
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import build_pending_alert
from monitor.alerting.pending_replacement import (
    LostMatch,
    OtherMatch,
    PendingLoss,
    PendingReplacement,
    Removal,
    list_shared_keys,
    replace_pending_alert,
)
from monitor.alerting.subject_keys import article_key, story_key
from monitor.model import AlertPolicy, DeskTime, Level, Match, MatchKind, PendingKind, Reason, Story, UpdateTrigger
from monitor.model.outcome import clauses_from_sentence
from monitor.wording.reasons import reason_in_words
from tests.support.building import HOUR, MINUTE, NOON, article, hearing, rule

STORY = Story("S", "", NOON)
CANDIDATE = replace(hearing(), key=story_key("launch", "S"), story=STORY, event=None, article=article("a"))
PENDING = build_pending_alert(PendingKind.HOLD, CANDIDATE, clauses_from_sentence("the first"), NOON, NOON + HOUR)
REMOVAL = Removal(NOON + MINUTE, UTC)
RECORD = SubjectRecord(CANDIDATE.key, "launch", NOON)


def other(id_: int, uid: str, *, is_own: bool = False, facts: tuple[tuple[str, int], ...] = ()) -> OtherMatch:
    """A match of the same story in another article."""
    return OtherMatch(
        id=id_,
        match=Match("launch", "v1", MatchKind.NEWS, (), Level.HIGH),
        article=CANDIDATE.article if is_own else article(uid),
        story=STORY,
        publisher=f"of {uid}",
        wire=None,
        wire_status=None,
        official=False,
        facts=facts,
    )


def lost(id_: int, *, is_sent: bool = False) -> LostMatch:
    return LostMatch(id_, NOON, is_sent, "launch", "S", None, "Wire")


def replaced(loss: PendingLoss, *others: OtherMatch) -> PendingReplacement | None:
    return replace_pending_alert(loss, others, RECORD, rule(), REMOVAL)


@pytest.mark.parametrize("is_sentence", [False, True])
def test_an_update_that_says_the_same_as_before_stays_as_it_is(is_sentence: bool) -> None:
    """The next day too, when the time of its first message is shown with its date; and one that an earlier version
    deferred, with its reason as a sentence."""
    new_facts = AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    record = replace(RECORD, first_sent_at=NOON - HOUR, last_sent_at=NOON - HOUR)
    candidate = other(3, "a", is_own=True, facts=(("dead", 9),)).to_candidate(CANDIDATE)
    first_sent = DeskTime.from_moment(NOON - HOUR, UTC, NOON)
    why = updates.explain_update(new_facts, candidate, record, first_sent)
    why = clauses_from_sentence(reason_in_words(why)) if is_sentence else why
    pending = build_pending_alert(PendingKind.UPDATE, candidate, why, NOON, NOON + 9 * HOUR)
    loss = PendingLoss(pending, loses_article=False, lost=[lost(2)])
    later = replace(REMOVAL, now=NOON + (MINUTE if is_sentence else 13 * HOUR))
    others = [other(3, "a", is_own=True, facts=(("dead", 9),))]
    its = replace(rule(), alert=new_facts)
    assert replace_pending_alert(loss, others, record, its, later) is None
    (fewer,) = [replace(others[0], facts=(("dead", 8),))]
    assert replace_pending_alert(loss, [fewer], record, its, later) is not None


def test_another_article_takes_the_place_of_one_that_leaves() -> None:
    """At the same time; daemons can tell that it is another alert, though it has the same id."""
    found = replaced(PendingLoss(PENDING, loses_article=True), other(2, "b"))
    assert found is not None
    assert found.after is not None
    assert (found.after.id, found.after.due, found.after.candidate.article.uid) == (PENDING.id, PENDING.due, "b")
    assert found.after.since > PENDING.since
    [(candidate, outcome)] = found.outcomes
    assert (candidate.article.uid, outcome.reason) == ("b", Reason.HOLD)


def test_without_another_article_nothing_is_pending() -> None:
    """The match that was pending leaves too, so it has no new outcome."""
    assert replaced(PendingLoss(PENDING, loses_article=True)) == PendingReplacement(PENDING, None, ())


def test_an_alert_that_reports_nothing_of_what_leaves_stays() -> None:
    """What was sent before, or came after it."""
    for loss in ([lost(1, is_sent=True)], []):
        assert not PendingLoss(PENDING, loses_article=False, lost=loss).may_change(RECORD)
    later = PendingLoss(PENDING, loses_article=False, lost=[lost(5)])
    assert later.may_change(RECORD)
    assert later.is_made_before(4, RECORD)
    assert not later.is_made_before(6, RECORD)
    assert not later.is_made_before(None, RECORD)  # its own match leaves


def test_an_alert_that_reports_what_leaves_goes_on_without_it() -> None:
    """With an article that says more, if there is one; then its own match is superseded."""
    loss = PendingLoss(PENDING, loses_article=False, lost=[lost(1)])
    found = replaced(loss, other(2, "a", is_own=True), other(3, "b", facts=(("dead", 3),)))
    assert found is not None
    assert [(candidate.article.uid, outcome.reason) for candidate, outcome in found.outcomes] == [
        ("b", Reason.HOLD),
        ("a", Reason.SUPERSEDED),
    ]


def test_an_article_that_is_the_subject_shares_it_with_no_other() -> None:
    """Stories do."""
    own = replace(CANDIDATE, key=article_key("launch", CANDIDATE.article.source, CANDIDATE.article.uid))
    assert list(list_shared_keys(own)) == []
    assert list(list_shared_keys(CANDIDATE)) == [CANDIDATE.key]
