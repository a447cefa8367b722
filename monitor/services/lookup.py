"""Finds what a request names. A name that is unknown raises InvalidRequest with the names that were meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from monitor.config.language.faults import did_you_mean
from monitor.errors import InvalidRequest

if TYPE_CHECKING:  # not all who look names up have a database
    from monitor.store.queries.alerts import AlertQueries, AlertSummary
    from monitor.store.queries.articles import ArticleQueries
    from monitor.store.queries.stories import StoryDetails, StoryQueries

_MAX_MATCHES = 5  # that are named, of those that begin so


def require_known(
    what: str, names: Iterable[str], configured: Iterable[str], stored: Callable[[], Iterable[str]] = tuple
) -> None:
    """Raises InvalidRequest for a name that is neither `configured`, in the files, nor `stored`, in the database. The
    database is asked only for names that are not in the files."""
    known = list(configured)
    if any(name not in known for name in names):
        known = list(dict.fromkeys([*known, *stored()]))
    for name in names:
        if name not in known:
            meant = did_you_mean(name, known) or "there is none at all"
            raise InvalidRequest(f"there is no {what} '{name}'; {meant}")


def find_story_or_event(queries: StoryQueries, id_: str, *, command: str = "show") -> StoryDetails:
    """The story or event with this id, or the only one whose id begins so. `command`: of `stories`, which the error
    proposes if the id is that of an alert. Raises InvalidRequest."""
    details = queries.find(id_)
    if details is not None:
        return details
    begin = queries.find_by_prefix(id_, _MAX_MATCHES + 1)
    if len(begin) == 1:
        return find_story_or_event(queries, begin[0].id)
    if not begin:
        if of_alert := queries.find_clusters_of_alert(id_):
            commands = " or ".join(f"`news-monitor stories {command} {each}`" for each in of_alert)
            raise InvalidRequest(f"'{id_}' is an alert, not a story or event; for those of the alert: {commands}")
        raise InvalidRequest(
            f"there is no story or event '{id_}'; `news-monitor stories list` names those that are kept"
        )
    raise _describe_ambiguity("stories and events", id_, [(each.id, each.title) for each in begin])


def find_alert(queries: AlertQueries, id_: str) -> AlertSummary:
    """The alert or notice with this id, or the only one whose id begins so. Raises InvalidRequest."""
    alert = queries.find(id_)
    if alert is not None:
        return alert
    begin = queries.find_by_prefix(id_, _MAX_MATCHES + 1) if id_ else []
    if len(begin) == 1:
        return begin[0]
    if not begin:
        raise InvalidRequest(f"there is no alert '{id_}'; `news-monitor alerts list` names those that are kept")
    raise _describe_ambiguity("alerts", id_, [(each.id, each.title) for each in begin])


def find_article_number(queries: ArticleQueries, name: str) -> int:
    """The number of the stored article with this number or address. Raises InvalidRequest."""
    found = queries.find_numbers(name)
    if len(found) == 1:
        return found[0][0]
    if not found:
        gone = queries.explain_missing(name)
        why = f": {gone.reason}" if gone is not None else "; give its address, or its number (`stories show` has it)"
        raise InvalidRequest(f"there is no article '{name}'{why}")
    lines = [f"  {number}  of {source}" for number, source in found[:_MAX_MATCHES]]
    raise InvalidRequest("\n".join([f"several articles have the address '{name}'; give a number:", *lines]))


def _describe_ambiguity(what: str, begin: str, found: Sequence[tuple[str, str]]) -> InvalidRequest:
    """The error for the beginning of an id that several have. `found`: their ids and titles."""
    more = ["  and more"] if len(found) > _MAX_MATCHES else []
    lines = [f"  {id_}  {title}" for id_, title in found[:_MAX_MATCHES]]
    return InvalidRequest("\n".join([f"several {what} begin with '{begin}'; write more of its id:", *lines, *more]))
