"""Was its source not polled for a while? What was missed is sent together. Pure."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import PendingKind

CATCHING_UP = timedelta(minutes=10)  # from the first of it: by then most sources were polled once


def check_catch_up(case: Case) -> Ruling:
    away = case.context.poll_gap
    if away is None or not away.needs_catch_up(case.article, case.now):
        return None
    gone = f"its source could not be polled from {case.format_time(away.since)} to {case.format_time(away.until)}"
    return Defer(PendingKind.CATCH_UP, case.now + CATCHING_UP, gone, "what was missed is sent together")
