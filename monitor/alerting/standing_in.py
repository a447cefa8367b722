"""What waits to be told, after its article has left: another article in which the rule heard the same stands in. Pure.

It is what would wait if the one that left had never come: nothing that only that one said is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from monitor.alerting import again
from monitor.alerting.told import Account
from monitor.alerting.waiting import waiting
from monitor.model import AlertPolicy, Hearing, Waiting, time_of_day


def standing_in(
    waits: Waiting, heard: Sequence[Hearing], account: Account, policy: AlertPolicy, *, now: datetime, zone: tzinfo
) -> Waiting | None:
    """What waits in its place, of what was heard and not told, in its order; None: of that nothing is to be told.

    `account`: what was heard and told of the subject; `policy`: what its rule tells again.
    """
    first_at = account.first_sent_at
    if first_at is None:
        said = _first(heard, now)
        return None if said is None else waiting(waits.kind, said, waits.why, now, waits.due)
    said = _update(heard, account, policy, now)
    if said is None:
        return None
    why = again.why_again(policy, said, account, time_of_day(first_at, zone, now))
    return waiting(waits.kind, said, why, now, waits.due)


def _first(heard: Sequence[Hearing], now: datetime) -> Hearing | None:
    """What is told first of a subject: what says most, and nothing that takes it back."""
    said: Hearing | None = None
    for each in heard:
        if each.wire_status == "withdrawn":
            continue
        nothing = Account(each.key, each.rule, now)
        if said is None:
            said = each
        elif again.says_more(each, nothing.after_send(said, now, None)):
            said = again.with_more(said, each)
    return said


def _update(heard: Sequence[Hearing], account: Account, policy: AlertPolicy, now: datetime) -> Hearing | None:
    """What is told again of it: what is new against what was told, and against each other."""
    said: Hearing | None = None
    for each in heard:
        known = account if said is None else account.after_send(said, now, None)
        if again.reasons(policy, each, known):
            said = each if said is None else again.with_more(said, each)
    return said
