"""The tables of identity: stories, events, and what they are found and compared by. `tables` exports them too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from monitor.store.engine.metadata import metadata
from monitor.store.engine.shown_columns import LineText
from monitor.store.engine.timestamp_column import UtcDateTime


# The columns that stories and events share (stories.clusters.Cluster). `last_at`: when we saw the article that joined
# last; `news_at`: when its latest article was news; `members`: the articles that others are compared with, each with
# its id, its version, and when it was seen, in microseconds; null: it was over before we stored them.
def _build_cluster_columns() -> tuple[Column[Any], ...]:
    return (
        Column("title", LineText, nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("last_at", UtcDateTime, nullable=False, index=True),
        Column("news_at", UtcDateTime),
        Column("members", JSON(none_as_null=True)),
        Column("merged_into", String),  # by a person; so is `kept_apart`, the ids that it is kept apart from
        Column("kept_apart", JSON(none_as_null=True)),
        Column("muted_at", UtcDateTime),  # the last time; null: it is not muted, and never was or a person ended that
        Column("muted_until", UtcDateTime),
        Column("muted_by", String),  # the user's name on that machine
    )


story = Table("story", metadata, Column("id", String, primary_key=True), *_build_cluster_columns())

story_article = Table(
    "story_article",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("story_id", ForeignKey("story.id"), nullable=False, index=True),
    Column("how", Text, nullable=False),
    Column("publisher", Text),  # who prints it; `wire`: the agency whose text it is; null: from before we stored it
    Column("wire", Text),
    Column("compared", Text),  # with the older article `compared_with`, in words; null: with none, or it was erased
    Column("compared_with", Integer),  # no foreign key: that article may leave first
)

# The same happening as one rule sees it. Matches and alerts name it without a foreign key: SQLite would copy the alerts
# to add one. `possibly_of`: the older event that it is possibly the same as; `doubt`: why that is unsure, in words.
event = Table(
    "event",
    metadata,
    Column("id", String, primary_key=True),
    Column("rule_id", String, nullable=False),
    *_build_cluster_columns(),
    Column("possibly_of", String),
    Column("doubt", Text),
)

# The keys by which stories (scope "") and events (scope: their rule's id) are found. `postings`: the few that were
# touched last (stories.clusters.CLUSTERS_PER_KEY), the latest first: when, in microseconds, and id; `touched`: the time
# of the first of them.
cluster_key = Table(
    "cluster_key",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("touched", BigInteger, nullable=False),
    Column("postings", JSON, nullable=False),
    sqlite_with_rowid=False,
)

# The features of an article that a rule hit (stories.features): members of stories and events are compared by them.
article_features = Table(
    "article_features",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("row", JSON, nullable=False),
)

# What people merged and split. `scope`: "" for stories, the rule's id for events. `kind`: "merge" (`other_id` became
# part of `cluster_id`) or "split" (`other_id` was split off). `who`: the user's name on that machine.
identity_mark = Table(
    "identity_mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("cluster_id", String, nullable=False, index=True),
    Column("other_id", String, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
)

_in_doubt = event.c.possibly_of.is_not(None)  # few events
Index("ix_event_possibly_of", event.c.possibly_of, sqlite_where=_in_doubt)
Index("ix_story_muted_until", story.c.muted_until, sqlite_where=story.c.muted_until.is_not(None))
Index("ix_event_muted_until", event.c.muted_until, sqlite_where=event.c.muted_until.is_not(None))
