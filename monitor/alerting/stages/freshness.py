"""Is it fresh? Checks the rule's max_age, and articles from a first poll or a burst of entries. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Suppress
from monitor.model import BASELINE_AGE, ClauseCode, Reason, ReasonClause


def check_freshness(case: Case) -> Suppress | None:
    """Why the article is too old to be news; None if it is not. This does not ask the ledger."""
    article, limit = case.article, case.rule.max_age
    if article.baseline:
        if not article.dated:
            return Suppress(Reason.UNDATED, (ReasonClause(ClauseCode.UNDATED),))
        limit = limit or BASELINE_AGE
    age = (article.seen if case.context.is_requested else case.now) - article.published
    if limit is None or age <= limit or (case.context.poll_gap and case.context.poll_gap.has_delayed(article)):
        return None
    if case.rule.max_age is None:
        return Suppress(Reason.BACKLOG, (ReasonClause(ClauseCode.BACKLOG, age=age, limit=limit),))
    return Suppress(Reason.TOO_OLD, (ReasonClause(ClauseCode.TOO_OLD, age=age, limit=limit),))
