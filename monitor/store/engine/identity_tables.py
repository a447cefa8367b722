"""The tables of identity: stories, events, and what they are found and compared by. `tables` has them all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from monitor.store.engine.metadata import metadata
from monitor.store.engine.timestamp_column import UtcDateTime


# What stories and events have in common (stories.clusters.Cluster). `last_at`: when an article joined it last, as we
# saw it; `news_at`: when its latest article was news; `members`: the articles that others are compared with: id,
# version, and when it was seen, in microseconds; null: it was over before we kept them.
def _build_cluster_columns() -> tuple[Column[Any], ...]:
    return (
        Column("title", Text, nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("last_at", UtcDateTime, nullable=False, index=True),
        Column("news_at", UtcDateTime),
        Column("members", JSON(none_as_null=True)),
        Column("merged_into", String),  # by a person, as it is kept apart from those
        Column("kept_apart", JSON(none_as_null=True)),
    )


story = Table("story", metadata, Column("id", String, primary_key=True), *_build_cluster_columns())

story_article = Table(
    "story_article",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("story_id", ForeignKey("story.id"), nullable=False, index=True),
    Column("how", Text, nullable=False),
    Column("publisher", Text),  # who prints it, and the agency whose text it is; null: from before we kept it
    Column("wire", Text),
    Column("compared", Text),  # with the older article `compared_with`, in words; null: with none, or it was forgotten
    Column("compared_with", Integer),  # no foreign key: that one may leave first
)

# The same happening as one rule sees it. Matches and alerts name it without a foreign key: SQLite would copy the alerts
# to add one. `possibly_of`: the older one that it is possibly the same as, and `doubt`: why, in words.
event = Table(
    "event",
    metadata,
    Column("id", String, primary_key=True),
    Column("rule_id", String, nullable=False),
    *_build_cluster_columns(),
    Column("possibly_of", String),
    Column("doubt", Text),
)

# By what stories (scope "") and events (scope: their rule's id) are found. `postings`: the few that were touched last
# (stories.clusters.CLUSTERS_PER_KEY), latest first: when, in microseconds, and id; `touched`: when the first of them.
cluster_key = Table(
    "cluster_key",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("touched", BigInteger, nullable=False),
    Column("postings", JSON, nullable=False),
    sqlite_with_rowid=False,
)

# What identity knows of an article that a rule hit (stories.features): what members of stories and events are compared
# by.
article_features = Table(
    "article_features",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("row", JSON, nullable=False),
)

# A person's word on stories and events. In `scope` (of stories "", of events their rule's id), by `kind`: `other_id`
# became part of `cluster_id` ("merge"), or was split off it ("split"). `who`: the user's name on that machine.
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

_in_doubt = event.c.possibly_of.is_not(None)  # few are
Index("ix_event_possibly_of", event.c.possibly_of, sqlite_where=_in_doubt, postgresql_where=_in_doubt)
