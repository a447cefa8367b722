"""Merges and splits stories and events, as a person says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from monitor.active_config import compile_config, plan_alert
from monitor.model import Config
from monitor.services.lookup import find_story_or_event
from monitor.store.engine.database import Database
from monitor.store.lifecycle.cluster_merge import ClusterMerger, MergeResult
from monitor.store.lifecycle.cluster_split import ClusterSplitter, SplitResult
from monitor.store.queries.stories import StoryQueries


def merge_stories(database: Database, config: Config, id_: str, other: str, *, now: datetime, who: str) -> MergeResult:
    """Make the story or event `other` a part of this one; the beginning of an id is enough. `who`: the name of the
    person. Raises InvalidRequest if one of them does not exist, or if they are of different kinds."""
    queries = StoryQueries(database)
    whole, part = find_story_or_event(queries, id_), find_story_or_event(queries, other)
    return ClusterMerger(database, config).merge(whole.id, part.id, now, who)


def split_story(
    database: Database,
    config: Config,
    id_: str,
    articles: Collection[int],
    *,
    now: datetime,
    who: str,
    quiet: bool = False,
) -> SplitResult:
    """Make these articles, by their numbers, a story or an event of their own; without a number, the one that joined
    last. The beginning of the id is enough. `who`: the name of the person; `quiet`: send no message of them. Raises
    InvalidRequest if the story does not exist or does not have all of them, or would have no article left."""
    found = find_story_or_event(StoryQueries(database), id_)
    plan = partial(plan_alert, routes=config.settings.routes)
    splitter = ClusterSplitter(database, config, compile_config(config), plan)
    return splitter.split(found.id, articles, now, who, quiet=quiet)
