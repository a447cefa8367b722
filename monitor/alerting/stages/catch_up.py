"""Was its source not polled for a while? What was missed is sent together. Pure."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import ClauseCode, PendingKind, ReasonClause

CATCHING_UP = timedelta(minutes=10)  # from the first missed article: by then most sources were polled once


def check_catch_up(case: Case) -> Ruling:
    gap = case.context.poll_gap
    if gap is None or not gap.needs_catch_up(case.article, case.now):
        return None
    since, until = case.desk_time(gap.since), case.desk_time(gap.until)
    why = (ReasonClause(ClauseCode.POLLS_MISSED, since=since, at=until),)
    return Defer(PendingKind.CATCH_UP, case.now + CATCHING_UP, why, ReasonClause(ClauseCode.CATCH_UP_TOGETHER))
