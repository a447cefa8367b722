"""All tables. They hold state only: sources and rules are in YAML.

The migrations in `migrations/` create them; a test compares the two. `sqlite_where` says for both kinds of database
which rows an index holds: naming it for PostgreSQL, too, would load its dialect wherever tables are used (30 ms).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

from monitor.store.engine.delivery_tables import UNSENT, attempt, channel_address, channel_state, delivery
from monitor.store.engine.identity_tables import (
    article_features,
    cluster_key,
    event,
    identity_mark,
    story,
    story_article,
)
from monitor.store.engine.mark_tables import marked_article, rule_mark
from monitor.store.engine.metadata import metadata
from monitor.store.engine.shown_columns import LinkText
from monitor.store.engine.timestamp_column import UtcDateTime

__all__ = [
    "UNSENT",
    "account",
    "alert",
    "article",
    "article_features",
    "article_version",
    "attempt",
    "channel_address",
    "channel_state",
    "cluster_key",
    "daemon",
    "delivery",
    "document",
    "event",
    "fetch",
    "identity_mark",
    "known",
    "marked_article",
    "match",
    "metadata",
    "noticed",
    "page",
    "rule_mark",
    "search_index",
    "source",
    "story",
    "story_article",
    "trouble",
    "waiting",
]

# What is known of a source after its polls. `token` counts its claims: only the last claimer may write.
source = Table(
    "source",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body", String),  # the digest of its last document
    Column("next_at", UtcDateTime, nullable=False, index=True),
    Column("lease_until", UtcDateTime),
    Column("lease_owner", String),
    Column("token", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("first_at", UtcDateTime),  # its first good poll (the baseline); null: unverified
    Column("polled_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("problem", Text),
    Column("habits", JSON),  # its statistics (model.SourceStats); null: none yet
)

# The fingerprints of the entries in a source's last documents, packed: they show what is new without parsing the rest.
document = Table(
    "document",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("marks", LargeBinary, nullable=False),
)

# The troubles of a source that answers: a gap, a silence, a burst ... `over_at`: when a poll showed that it is over.
trouble = Table(
    "trouble",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("over_at", UtcDateTime),
    Column("detail", Text, nullable=False),
)

# Pages whose full text is requested: one row for each article, until the page was read or given up.
page = Table(
    "page",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", UtcDateTime),
    # from then until `wanted_at` its source was not polled, though it should have been
    Column("away_since", UtcDateTime),
)

# The log of fetches: each that brought something new, or had a problem.
fetch = Table(
    "fetch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("status", Integer),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("problem", Text),
    Column("page_url", LinkText),  # of an article whose page could not be read; NULL: the fetch was a poll
    Index("ix_fetch_source_at", "source_id", "at"),
)

article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("uid", Text, nullable=False),
    Column("version", Integer, nullable=False),  # the latest; its texts are in article_version
    Column("url", LinkText),
    Column("canonical", Text, index=True),
    Column("title", Text, nullable=False),
    Column("language", String),
    Column("published_at", UtcDateTime, nullable=False),
    Column("dated", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("baseline", Boolean, nullable=False),
    Column("digest", String, nullable=False),
    UniqueConstraint("source_id", "uid"),
)

# Articles without an address are recognised by their words where a source's guids are useless.
_no_address = article.c.canonical.is_(None)
Index(
    "ix_article_words",
    article.c.source_id,
    article.c.digest,
    sqlite_where=_no_address,
)
# People look articles up by their address or uid. Many uids are the address, and many addresses are the canonical one,
# which has an index of its own.
HAS_OTHER_URL = article.c.canonical.is_distinct_from(article.c.url)
HAS_OTHER_UID = and_(article.c.canonical.is_distinct_from(article.c.uid), article.c.url.is_distinct_from(article.c.uid))
Index("ix_article_url", article.c.url, sqlite_where=HAS_OTHER_URL)
Index("ix_article_uid", article.c.uid, sqlite_where=HAS_OTHER_UID)

# The texts that are matched, one row for each version: apart from `article`, so that scans of it stay small.
article_version = Table(
    "article_version",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order of the commits
    Column("article_id", ForeignKey("article.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("canonical", Text, index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String, nullable=False),
    Column("authors", JSON),  # these two: null in versions from before we stored them
    Column("tags", JSON),
    UniqueConstraint("article_id", "version"),
)

# Entries that left the archive, or must not come back into it: enough to recognise them, and none of their words.
known = Table(
    "known",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("uid_hash", String, primary_key=True, index=True),
    Column("link_hash", String),  # of its address; null: it had none of its own, or left before we stored it
    Column("version", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("forgotten", Boolean, nullable=False),  # erased by the operator: never ingested again, whatever it says
    Column("left_at", UtcDateTime, nullable=False, index=True),
    Index("ix_known_link", "source_id", "link_hash"),
    Index("ix_known_words", "source_id", "digest"),
)


# What a rule has matched and sent of one subject (an article, a story or an event): `alerting.ledger`.
account = Table(
    "account",
    metadata,
    Column("key", Text, primary_key=True),
    Column("rule_id", String, nullable=False),
    Column("alert_id", ForeignKey("alert.id"), index=True),  # its first; null: deferred, or in shadow
    Column("heard_at", UtcDateTime, nullable=False),
    Column("first_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("row", JSON, nullable=False),
)
# The retention looks at those without an alert; the others leave with their alerts.
_unsent = account.c.alert_id.is_(None)
Index("ix_account_heard_at", account.c.heard_at, sqlite_where=_unsent)

# Alerts that are sent later: after a hold or a cooldown, or in a digest. `key`: of its subject, as in `account`.
# `hearing`: the alert candidate, without the text.
waiting = Table(
    "waiting",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("rule_id", String, nullable=False),
    Column("key", Text, nullable=False, index=True),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False, index=True),
    Column("due", UtcDateTime, nullable=False, index=True),
    Column("reason_parameters", JSON),
    Column("hearing", JSON, nullable=False),
)

# What was decided on a match: the outcome and its reason (model.outcome), with the clauses of the reason
# (model.outcome): sentences are made when they are read.
match = Table(
    "match",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("article.id"), nullable=False),
    Column("article_version", Integer, nullable=False),
    Column("rule_id", String, nullable=False, index=True),
    Column("rule_version", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("outcome", String, nullable=False, server_default="suppressed"),
    Column("reason", String, nullable=False, server_default="unknown"),
    Column("reason_parameters", JSON),
    Column("alert_id", ForeignKey("alert.id"), index=True),
    Column("level", String),  # null: suppressed before we stored it
    Column("shadow_key", Text),  # the ledger key of what a rule in shadow would have sent
    Column("event_id", String, index=True),
    Column("heard", Boolean, key="is_recorded"),  # whether it counts for its subject; null: from before we stored it
    Column("by", JSON(none_as_null=True)),  # the values of each condition that the rule names in `by`
    Column("why_event", Text),  # null: it has no event, or is from before we stored it
    Column("compared", Text),  # as in `story_article`, with an article of that event, or of another one
    Column("compared_with", Integer),
    UniqueConstraint("article_id", "article_version", "rule_id"),
    sqlite_autoincrement=True,  # people see its id: the id of a deleted match must not be given again
)
# Few matches have one.
_in_shadow = match.c.shadow_key.is_not(None)
Index("ix_match_shadow_key", match.c.shadow_key, sqlite_where=_in_shadow)

# A message to somebody. A notice to the operator has no rule, story and article, but a subject.
alert = Table(
    "alert",
    metadata,
    Column("id", String, primary_key=True),
    Column("dedup_key", Text, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("level", String, nullable=False),
    Column("rule_id", String, index=True),
    Column("title", Text),  # the rule's, or the notice's
    Column("subject", Text, index=True),  # what a notice is about: "source ID", "channel NAME", "config"
    Column("story_id", ForeignKey("story.id"), index=True),
    Column("article_id", ForeignKey("article.id"), index=True),
    Column("article_version", Integer),
    Column("reason_parameters", JSON),
    Column("sentence", Text, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("event_id", String, index=True),
    Column("thread", String),  # the first alert of the same subject; null: this is the first
    Column("items", JSON(none_as_null=True)),  # the lines of a digest
)
# The retention looks at these by themselves; the others leave with their articles.
_alone = alert.c.article_id.is_(None)
Index("ix_alert_alone", alert.c.at, sqlite_where=_alone)

# What the operator was notified of and what is not over, by the notice's subject ("source ID", "channel NAME" ...).
noticed = Table(
    "noticed",
    metadata,
    Column("subject", String, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),  # the last time
    Column("over_at", UtcDateTime),  # it is over; the notice of that is still to be sent
)

# The daemons that work here, or did, for `status`. `running`: what they run, and how it differs from the files
# (daemon.reload); the times are those of their last runs.
daemon = Table(
    "daemon",
    metadata,
    Column("owner", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ticked_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    Column("running", JSON, nullable=False),
)

# One row. `is_on`: every commit writes the terms of its articles. `indexed_from`: the articles with this id and with
# greater ones are in the index; 0: all are. The index itself is not in the metadata: see `store/search/index.py`.
search_index = Table(
    "search_index",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("indexed_from", Integer, nullable=False),
)
