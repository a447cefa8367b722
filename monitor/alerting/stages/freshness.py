"""Is it fresh? Checks the rule's max_age, and articles from a first poll or a burst of entries. Pure."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Suppress
from monitor.alerting.wording import duration_in_words
from monitor.model import Reason

BASELINE_AGE = timedelta(hours=12)  # for rules without a max_age: what is in a source's past is not news
_PAST = "its source's past (a first poll, or a burst of entries)"


def check_freshness(case: Case) -> Suppress | None:
    """Why the article is too old to be news; None if it is not. This does not ask the ledger."""
    article, limit = case.article, case.rule.max_age
    if article.baseline:
        if not article.dated:
            return Suppress(Reason.UNDATED, f"it came with {_PAST}, and has no date of its own")
        limit = limit or BASELINE_AGE
    age = case.now - article.published
    if limit is None or age <= limit or (case.context.poll_gap and case.context.poll_gap.has_delayed(article)):
        return None
    if case.rule.max_age is None:
        bound = f"where {duration_in_words(limit)} count for a rule without max_age"
        return Suppress(Reason.BACKLOG, f"published {duration_in_words(age)} ago, and came with {_PAST}, {bound}")
    return Suppress(
        Reason.TOO_OLD, f"published {duration_in_words(age)} ago, and max_age is {duration_in_words(limit)}"
    )
