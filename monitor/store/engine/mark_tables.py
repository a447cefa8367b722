"""The tables of marks: what people say of the rules. `tables` exports them too.

They refer to no other table: a mark stays when its article, match and alert have left the archive.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from monitor.store.engine.metadata import metadata
from monitor.store.engine.shown_columns import LineText, LinkText
from monitor.store.engine.timestamp_column import UtcDateTime

# An article that has marks, in the version that was marked last. `uid_hash`, `link_hash`: as in `known`. An erasure
# empties its words (`url`, `title`, `text`, `authors` and `tags`), and they never come back: `title` is null then.
marked_article = Table(
    "marked_article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("uid_hash", String, nullable=False),
    Column("link_hash", String, index=True),
    Column("publisher", Text, nullable=False),
    Column("language", String),
    Column("published_at", UtcDateTime, nullable=False),
    Column("dated", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("url", LinkText),
    Column("title", LineText),
    Column("text", Text),
    Column("authors", JSON(none_as_null=True)),
    Column("tags", JSON(none_as_null=True)),
    UniqueConstraint("source_id", "uid_hash"),
    Index("ix_marked_article_published_at", "published_at", "id"),
)

# Each mark (model.RuleMark): an append-only log, of which the newest of an article and a rule counts.
rule_mark = Table(
    "rule_mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("marked_article.id"), nullable=False),
    Column("rule_id", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("who", String, nullable=False),
    Column("kind", String),  # of the match; null: the rule did not match the article
    Column("rule_version", String),
    Column("match_id", Integer),  # these two: in this database; null: the mark was imported, or no match was marked
    Column("alert_id", String),
    UniqueConstraint("article_id", "rule_id", "at", "verdict", "who"),  # importing twice adds nothing
)
