"""What is remembered of what was told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.told import KEPT, Account, Told
from monitor.alerting.waiting import waiting, waiting_id
from monitor.errors import NotLoaded
from monitor.model import Level, WaitKind
from tests.building import HOUR, MINUTE, NOON, alert, hearing

HEARD = hearing()
KEY = HEARD.key


def state() -> Told:
    """One story that was told, and something that waits."""
    begun = Told(["old"])
    begun.tells(HEARD, alert(), NOON)
    begun.told("launch", NOON)
    begun.wait(WAITS)
    return begun


WAITS = waiting(WaitKind.HOLD, replace(HEARD, key="other"), "the first", NOON, NOON + 2 * MINUTE)


def everything(told: Told) -> object:
    """All that can be asked of it."""
    keys = [key for key in (KEY, "old", "new", "other") if key in told]
    return keys, told.account(KEY, NOON), told.account("new", NOON), told.waiting, told.lately("launch", NOON)


def change(told: Told) -> None:
    """Everything that deciding does to it."""
    told.tells(replace(HEARD, facts=(("dead", 3),)), alert(), NOON + MINUTE)
    told.tells(replace(HEARD, key="new"), None, NOON)
    told.add("more")
    told.told("launch", NOON)
    told.drop(WAITS.id)
    told.wait(waiting(WaitKind.UPDATE, HEARD, "update", NOON, NOON + HOUR))


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
    assert everything(straight) == everything(draft.settled()) == everything(above.settled().settled())
    assert everything(drafted) == everything(straight)


def test_a_draft_says_which_accounts_it_has_changed() -> None:
    """They are what is written."""
    draft = state().draft()
    assert draft.changed == []
    draft.keep(Account("new", "launch", NOON))
    assert [each.key for each in draft.changed] == ["new"]


def test_what_is_old_is_forgotten_but_for_its_key() -> None:
    """An account that nothing was heard of for a fortnight; what was told once stays told. A clock that jumps a month
    ahead and back has forgotten nothing."""
    base = state()
    for after, kept in ((KEPT, True), (KEPT + MINUTE, False), (timedelta(30), False), (-timedelta(30), True)):
        assert (base.account(KEY, NOON + after) is not None) is kept
        assert KEY in base
    assert timedelta(14) == KEPT


def test_an_account_is_kept_for_what_waits_of_it() -> None:
    """However long ago it was heard; and once that was told, for what may come of it."""
    base, late = state(), NOON + KEPT + HOUR
    base.wait(waiting(WaitKind.UPDATE, HEARD, "update", NOON, NOON + HOUR))
    assert base.account(KEY, late) is not None
    draft = base.draft()
    draft.tells(HEARD, alert(), late)
    draft.drop(waiting_id(WaitKind.UPDATE, KEY))
    told = draft.settled().account(KEY, late)
    assert told is not None
    assert (told.updates, told.last) == (1, late)
    assert base.account(KEY, late + KEPT + HOUR) is None


def test_what_was_not_loaded_is_no_answer() -> None:
    """Whoever took it for "never" would tell twice: of keys, of what waits, and of the messages of the last hour."""
    part = Told(complete=False)
    part.load([KEY], accounts=[Account(KEY, "launch", NOON)], sent=[KEY], waiting=[])
    part.load_lately(["launch"], {})
    for ledger in (part, part.draft(), part.draft().draft()):
        assert (KEY in ledger, ledger.waits(WaitKind.HOLD, KEY), ledger.lately("launch", NOON)) == (True, None, ())
        assert ledger.account(KEY, NOON) is not None
        for ask in (
            lambda ledger=ledger: "other" in ledger,
            lambda ledger=ledger: ledger.account("other", NOON),
            lambda ledger=ledger: ledger.waits(WaitKind.HOLD, "other"),
            lambda ledger=ledger: ledger.lately("talks", NOON),
        ):
            with pytest.raises(NotLoaded):
                ask()
    assert (part.missing([KEY, "other"]), part.missing_rules(["launch", "talks"])) == ({"other"}, {"talks"})
    assert Told().missing(["other"]) == Told().missing_rules(["talks"]) == set()


def test_only_what_is_changed_after_loading_is_written() -> None:
    """And not what was loaded."""
    part = Told(complete=False)
    part.load([KEY, "new"], accounts=[Account(KEY, "launch", NOON)], sent=[], waiting=[])
    draft = part.draft()
    draft.keep(Account("new", "launch", NOON))
    draft.settled()
    assert [each.key for each in part.changed] == ["new"]


@pytest.mark.parametrize(("after", "counts"), [(-HOUR, 0), (-MINUTE, 1), (59 * MINUTE, 1), (HOUR, 0)])
def test_messages_of_the_last_hour(after: timedelta, counts: int) -> None:
    """They count for an hour; a clock that went back by more has lost them."""
    assert len(state().lately("launch", NOON + after)) == counts
    assert state().lately("other rule", NOON) == ()


def test_an_account_grows_with_what_is_heard_and_told() -> None:
    """Outlets with one agency's text are one voice; what was told is kept at its greatest."""
    account = Account(KEY, "launch", NOON)
    for publisher, wire in (("Wire", None), ("Post", "AFP"), ("Times", "AFP"), ("AFP", "AFP"), ("Wire", None)):
        account = account.heard(replace(HEARD, publisher=publisher, wire=wire), NOON + MINUTE)
    assert (account.voices, account.heard_at, account.told_at) == (("Wire", "AFP"), NOON + MINUTE, None)
    first = account.told(replace(HEARD, facts=(("dead", 5),), mark="flash"), NOON + HOUR, "a1")
    assert (first.alert, first.first_at, first.told_at, first.updates) == ("a1", NOON + HOUR, NOON + HOUR, 0)
    assert (first.level, first.told_voices, first.marks) == (Level.HIGH, 2, ("flash",))
    low = replace(HEARD, level=Level.LOW, facts=(("dead", 3), ("ships", 1)), official=True)
    again = first.told(low, NOON + 2 * HOUR, "a2")
    assert (again.alert, again.first_at, again.told_at, again.updates) == ("a1", NOON + HOUR, NOON + 2 * HOUR, 1)
    assert (again.level, again.facts, again.official) == (Level.HIGH, {"dead": 5, "ships": 1}, True)


def test_an_account_is_read_as_it_was_written() -> None:
    """Through JSON; what an older version did not know has its default, what a newer one knows is left."""
    account = Account(KEY, "launch", NOON, "a1", NOON, NOON + HOUR).heard(HEARD, NOON)
    account = account.told(replace(HEARD, facts=(("dead", 5),), mark="corrected", official=True), NOON + HOUR, "a1")
    columns = {name: getattr(account, name) for name in ("key", "rule", "heard_at", "alert", "first_at", "told_at")}
    row = json.loads(json.dumps(account.to_row()))
    assert Account.of_row(row, **columns) == account
    assert Account.of_row({**row, "of the future": 1}, **columns) == account
    assert Account.of_row({}, **columns).voices == ()
