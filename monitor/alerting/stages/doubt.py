"""Is it possibly the same as what was sent? One message in ten minutes lists what is. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.doubt import defer_in_doubt
from monitor.alerting.stages.ruling import Ruling


def check_doubt(case: Case) -> Ruling:
    return defer_in_doubt(case.candidate, case.ledger, case.now, case.first_reason)
