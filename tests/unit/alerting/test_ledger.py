"""What is remembered of what was told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.ledger import RECORD_RETENTION, NotificationLedger, SubjectRecord
from monitor.alerting.pending import build_pending_alert
from monitor.errors import NotLoaded
from monitor.model import Level, PendingKind
from monitor.model.outcome import clauses_from_sentence
from tests.support.building import HOUR, MINUTE, NOON, alert, hearing

HEARD = hearing()
WHY = clauses_from_sentence("the first")
KEY = HEARD.key


def state() -> NotificationLedger:
    """One story that was told, and something that waits."""
    begun = NotificationLedger(["old"])
    begun.record_alert(HEARD, alert(), NOON)
    begun.record_send("launch", NOON)
    begun.add_pending(WAITS)
    return begun


WAITS = build_pending_alert(PendingKind.HOLD, replace(HEARD, key="other"), WHY, NOON, NOON + 2 * MINUTE)


def everything(told: NotificationLedger) -> object:
    """All that can be asked of it."""
    keys = [key for key in (KEY, "old", "new", "other") if key in told]
    return (
        keys,
        told.find_record(KEY, NOON),
        told.find_record("new", NOON),
        told.pending,
        told.recent_sends("launch", NOON),
    )


def change(told: NotificationLedger) -> None:
    """Everything that deciding does to it."""
    told.record_alert(replace(HEARD, facts=(("dead", 3),)), alert(), NOON + MINUTE)
    told.record_alert(replace(HEARD, key="new"), None, NOON)
    told.add_sent_key("more")
    told.record_send("launch", NOON)
    told.remove_pending(WAITS)
    told.add_pending(build_pending_alert(PendingKind.UPDATE, HEARD, clauses_from_sentence("update"), NOON, NOON + HOUR))


def test_a_draft_leaves_what_it_began_from_unchanged() -> None:
    """A commit that fails throws the draft away; drafts of drafts too."""
    base = state()
    before = everything(base)
    draft = base.draft()
    assert everything(draft) == before
    change(draft.draft())
    assert everything(draft) == before
    change(draft)
    assert everything(base) == before


def test_a_settled_draft_is_what_it_began_from() -> None:
    """All that it was told holds, as if there had been no draft; one after the other, or one on the other."""
    straight, drafted, twice = state(), state(), state()
    change(straight)
    draft = drafted.draft()
    change(draft)
    above = twice.draft().draft()
    change(above)
    assert everything(straight) == everything(draft.commit()) == everything(above.commit().commit())
    assert everything(drafted) == everything(straight)


def test_a_draft_says_which_accounts_it_has_changed() -> None:
    """They are what is written."""
    draft = state().draft()
    assert draft.changed_records == []
    draft.put_record(SubjectRecord("new", "launch", NOON))
    assert [each.key for each in draft.changed_records] == ["new"]


def test_what_is_old_is_forgotten_but_for_its_key() -> None:
    """An account that nothing was heard of for a fortnight; what was told once stays told. A clock that jumps a month
    ahead and back has forgotten nothing."""
    base = state()
    for after, kept in (
        (RECORD_RETENTION, True),
        (RECORD_RETENTION + MINUTE, False),
        (timedelta(30), False),
        (-timedelta(30), True),
    ):
        assert (base.find_record(KEY, NOON + after) is not None) is kept
        assert KEY in base
    assert timedelta(14) == RECORD_RETENTION


def test_an_account_is_kept_for_what_waits_of_it() -> None:
    """However long ago it was heard; and once that was told, for what may come of it."""
    base, late = state(), NOON + RECORD_RETENTION + HOUR
    update = build_pending_alert(PendingKind.UPDATE, HEARD, clauses_from_sentence("update"), NOON, NOON + HOUR)
    base.add_pending(update)
    assert base.find_record(KEY, late) is not None
    draft = base.draft()
    draft.record_alert(HEARD, alert(), late)
    draft.remove_pending(update)
    told = draft.commit().find_record(KEY, late)
    assert told is not None
    assert (told.update_count, told.last_activity_at) == (1, late)
    assert base.find_record(KEY, late + RECORD_RETENTION + HOUR) is None


def test_what_was_not_loaded_is_no_answer() -> None:
    """Whoever took it for "never" would tell twice: of keys, of what waits, and of the messages of the last hour."""
    part = NotificationLedger(complete=False)
    part.load([KEY], records=[SubjectRecord(KEY, "launch", NOON)], sent=[KEY], pending=[])
    part.load_recent_sends(["launch"], {})
    for ledger in (part, part.draft(), part.draft().draft()):
        assert (KEY in ledger, ledger.find_pending(PendingKind.HOLD, KEY), ledger.recent_sends("launch", NOON)) == (
            True,
            None,
            (),
        )
        assert ledger.find_record(KEY, NOON) is not None
        for ask in (
            lambda ledger=ledger: "other" in ledger,
            lambda ledger=ledger: ledger.find_record("other", NOON),
            lambda ledger=ledger: ledger.find_pending(PendingKind.HOLD, "other"),
            lambda ledger=ledger: ledger.recent_sends("talks", NOON),
        ):
            with pytest.raises(NotLoaded):
                ask()
    assert (part.missing_keys([KEY, "other"]), part.missing_rules(["launch", "talks"])) == ({"other"}, {"talks"})
    assert NotificationLedger().missing_keys(["other"]) == NotificationLedger().missing_rules(["talks"]) == set()


def test_only_what_is_changed_after_loading_is_written() -> None:
    """And not what was loaded."""
    part = NotificationLedger(complete=False)
    part.load([KEY, "new"], records=[SubjectRecord(KEY, "launch", NOON)], sent=[], pending=[])
    draft = part.draft()
    draft.put_record(SubjectRecord("new", "launch", NOON))
    draft.commit()
    assert [each.key for each in part.changed_records] == ["new"]


@pytest.mark.parametrize(("after", "counts"), [(-HOUR, 0), (-MINUTE, 1), (59 * MINUTE, 1), (HOUR, 0)])
def test_messages_of_the_last_hour(after: timedelta, counts: int) -> None:
    """They count for an hour; a clock that went back by more has lost them."""
    assert len(state().recent_sends("launch", NOON + after)) == counts
    assert state().recent_sends("other rule", NOON) == ()


def test_an_account_grows_with_what_is_heard_and_told() -> None:
    """Outlets with one agency's text are one voice; what was told is kept at its greatest."""
    account = SubjectRecord(KEY, "launch", NOON)
    for publisher, wire in (("Wire", None), ("Post", "AFP"), ("Times", "AFP"), ("AFP", "AFP"), ("Wire", None)):
        account = account.after_match(replace(HEARD, publisher=publisher, wire=wire), NOON + MINUTE)
    assert (account.independent_publishers, account.last_match_at, account.last_sent_at) == (
        ("Wire", "AFP"),
        NOON + MINUTE,
        None,
    )
    first = account.after_send(replace(HEARD, facts=(("dead", 5),), wire_status="flash"), NOON + HOUR, "a1")
    assert (first.first_alert, first.first_sent_at, first.last_sent_at, first.update_count) == (
        "a1",
        NOON + HOUR,
        NOON + HOUR,
        0,
    )
    assert (first.level, first.publishers_at_last_send, first.wire_statuses) == (Level.HIGH, 2, ("flash",))
    low = replace(HEARD, level=Level.LOW, facts=(("dead", 3), ("ships", 1)), official=True)
    again = first.after_send(low, NOON + 2 * HOUR, "a2")
    assert (again.first_alert, again.first_sent_at, again.last_sent_at, again.update_count) == (
        "a1",
        NOON + HOUR,
        NOON + 2 * HOUR,
        1,
    )
    assert (again.level, again.facts, again.official) == (Level.HIGH, {"dead": 5, "ships": 1}, True)


def test_an_account_is_read_as_it_was_written() -> None:
    """Through JSON; what an older version did not know has its default, what a newer one knows is left."""
    account = SubjectRecord(KEY, "launch", NOON, "a1", NOON, NOON + HOUR).after_match(HEARD, NOON)
    account = account.after_send(
        replace(HEARD, facts=(("dead", 5),), wire_status="corrected", official=True), NOON + HOUR, "a1"
    )
    columns = {
        name: getattr(account, name)
        for name in ("key", "rule", "last_match_at", "first_alert", "first_sent_at", "last_sent_at")
    }
    row = json.loads(json.dumps(account.to_row()))
    assert SubjectRecord.from_row(row, **columns) == account
    assert SubjectRecord.from_row({**row, "of the future": 1}, **columns) == account
    assert SubjectRecord.from_row({}, **columns).independent_publishers == ()


def test_rows_of_earlier_versions_are_read_and_written_the_same() -> None:
    """Whatever its attributes are called by now."""
    stored = {
        "updates": 1,
        "waited": 1,
        "level": "high",
        "voices": ["Wire"],
        "told_voices": 1,
        "facts": {"dead": 5},
        "official": True,
        "marks": ["corrected"],
    }
    record = SubjectRecord.from_row(stored, key=KEY, rule="launch", last_match_at=NOON)
    assert (record.update_count, record.deferred_updates) == (1, 1)
    assert (record.independent_publishers, record.publishers_at_last_send) == (("Wire",), 1)
    assert record.wire_statuses == ("corrected",)
    assert record.to_row() == {**stored, "in_doubt": False}
