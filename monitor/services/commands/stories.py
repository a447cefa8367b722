"""Merges, splits and mutes stories and events, as a person says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.active_config import compile_config
from monitor.alerting.mutes import Mute
from monitor.errors import InvalidRequest
from monitor.model import Config
from monitor.services.lookup import find_story_or_event
from monitor.store.engine.database import Database
from monitor.store.lifecycle.cluster_merge import ClusterMerger, MergeResult
from monitor.store.lifecycle.cluster_split import ClusterSplitter, SplitResult
from monitor.store.queries.stories import StoryDetails, StoryQueries
from monitor.store.state.mute_rows import end_mute, set_mute

__all__ = ["MuteResult", "StoryDetails", "UnmuteResult", "merge_stories", "mute_story", "split_story", "unmute_story"]

LONGEST_MUTE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class MuteResult:
    """The result of muting a story or an event. `before`: the mute that it had until then; None: it was not muted.
    `mute`: the one that it has now."""

    story: StoryDetails
    before: Mute | None
    mute: Mute


@dataclass(frozen=True, slots=True)
class UnmuteResult:
    """The result of ending the mute of a story or an event. `before`: that mute; None: it was not muted.
    `still_active`: the mutes of its stories or events, because of which nothing of these is sent still."""

    story: StoryDetails
    before: Mute | None
    still_active: tuple[Mute, ...] = ()


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
) -> SplitResult:
    """Make these articles, by their numbers, a story or an event of their own; without a number, the one that joined
    last. The beginning of the id is enough. `who`: the name of the person. Raises
    InvalidRequest if the story does not exist or does not have all of them, or would have no article left."""
    found = find_story_or_event(StoryQueries(database), id_)
    return ClusterSplitter(database, config, compile_config(config)).split(found.id, articles, now, who)


def mute_story(
    database: Database, id_: str, until: datetime, *, now: datetime, who: str, may_shorten: bool = True
) -> MuteResult:
    """Send nothing of a story, or of an event, until this time; the beginning of the id is enough. If it is muted
    already, the new end counts; if not `may_shorten`, the later end. `who`: the name of the person. Raises
    InvalidRequest if the story does not exist, or if the end is past or too far."""
    if until <= now:
        raise InvalidRequest("the end of a mute must be in the future")
    if until - now > LONGEST_MUTE:
        raise InvalidRequest("the longest mute is 1 year; to keep a subject out of a rule, add its words to `unless`")
    story = _find_whole(database, id_, "mute")
    change = set_mute(database, story.id, Mute(story.id, now, until, who), may_shorten=may_shorten)
    return MuteResult(story, _select_active(change.before, now), change.after)


def unmute_story(database: Database, id_: str, *, now: datetime) -> UnmuteResult:
    """End the mute of a story or of an event; the beginning of the id is enough. Raises InvalidRequest if the story
    does not exist."""
    story = _find_whole(database, id_, "unmute")
    before = _select_active(end_mute(database, story.id), now)
    others = [each.id for each in story.events] if story.rule is None else [each.story for each in story.members]
    still_active = (mute for mute in StoryQueries(database).find_mutes(others) if mute.is_active(now))
    return UnmuteResult(story, before, tuple(still_active))


def _select_active(mute: Mute | None, now: datetime) -> Mute | None:
    return mute if mute is not None and mute.is_active(now) else None


def _find_whole(database: Database, id_: str, command: str) -> StoryDetails:
    """The story or event with this id, or the one that a person merged it into. `command`: that is being run."""
    queries = StoryQueries(database)
    found = find_story_or_event(queries, id_, command=command)
    return found if found.merged_into is None else find_story_or_event(queries, found.merged_into)
