"""Finds what a request names. A name that is unknown raises InvalidRequest with the names that were meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from monitor.config.language.faults import did_you_mean
from monitor.errors import InvalidRequest

if TYPE_CHECKING:  # not all who look names up have a database
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


def find_story_or_event(queries: StoryQueries, id_: str) -> StoryDetails:
    """The story or event with this id, or the only one whose id begins so. Raises InvalidRequest."""
    details = queries.find(id_)
    if details is not None:
        return details
    begin = queries.find_by_prefix(id_, _MAX_MATCHES + 1)
    if len(begin) == 1:
        return find_story_or_event(queries, begin[0].id)
    if not begin:
        raise InvalidRequest(
            f"there is no story or event '{id_}'; `news-monitor stories list` names those that are kept"
        )
    more = ["  and more"] if len(begin) > _MAX_MATCHES else []
    lines = [f"  {each.id}  {each.title}" for each in begin[:_MAX_MATCHES]]
    raise InvalidRequest(
        "\n".join([f"several stories and events begin with '{id_}'; write more of its id:", *lines, *more])
    )
