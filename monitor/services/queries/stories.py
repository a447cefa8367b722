"""The stories and events: who reports them, and what was sent of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.config.loading.summary import ConfigSummary
from monitor.model import Config
from monitor.services.lookup import find_story_or_event, require_known
from monitor.store.engine.database import Database
from monitor.store.queries.matches import MatchQueries
from monitor.store.queries.stories import StoryDetails, StoryQueries, StoryReport
from monitor.store.state.identity_marks import IdentityMark

__all__ = ["IdentityMark", "StoryDetails", "list_stories", "show_story"]


def list_stories(
    config: Config | ConfigSummary,
    database: Database,
    *,
    rules: Sequence[str] = (),
    since: datetime | None = None,
    muted_at: datetime | None = None,
    limit: int,
) -> list[StoryReport]:
    """At most `limit` stories, those with the latest article first. `rules`: only what they matched; `since`: only what
    has an article from then on; `muted_at`: only what is muted at this time, or has an event that is. Raises
    InvalidRequest for a rule that neither the files nor the database know."""
    require_known("rule", rules, config.rules, MatchQueries(database).rules)
    return StoryQueries(database).newest(rules=rules, since=since, muted_at=muted_at, limit=limit)


def show_story(database: Database, name: str) -> StoryDetails:
    """The story or event with this id, or the only one whose id begins so. Raises InvalidRequest."""
    return find_story_or_event(StoryQueries(database), name)
