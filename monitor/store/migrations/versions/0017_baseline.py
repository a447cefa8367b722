"""The whole schema. Databases of earlier revisions were never released; they are refused."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.create_table(
        "channel_address",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("checksum", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_channel_address"),
    )
    op.create_table(
        "channel_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime()),
        sa.Column("paused_until", sa.DateTime()),
        sa.Column("failing_since", sa.DateTime()),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_failed", sa.Integer()),
        sa.PrimaryKeyConstraint("name", name="pk_channel_state"),
    )
    op.create_table(
        "cluster_key",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_cluster_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daemon",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ticked_at", sa.DateTime()),
        sa.Column("delivered_at", sa.DateTime()),
        sa.Column("stopped_at", sa.DateTime()),
        sa.Column("running", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_daemon"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("news_at", sa.DateTime()),
        sa.Column("members", sa.JSON()),
        sa.Column("merged_into", sa.String()),
        sa.Column("kept_apart", sa.JSON()),
        sa.Column("muted_at", sa.DateTime()),
        sa.Column("muted_until", sa.DateTime()),
        sa.Column("muted_by", sa.String()),
        sa.Column("possibly_of", sa.String()),
        sa.Column("doubt", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_last_at", "event", ["last_at"])
    op.create_index("ix_event_muted_until", "event", ["muted_until"], **_where("muted_until IS NOT NULL"))
    op.create_index("ix_event_possibly_of", "event", ["possibly_of"], **_where("possibly_of IS NOT NULL"))
    op.create_table(
        "identity_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_mark"),
    )
    op.create_index("ix_identity_mark_cluster_id", "identity_mark", ["cluster_id"])
    op.create_index("ix_identity_mark_other_id", "identity_mark", ["other_id"])
    op.create_table(
        "marked_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("uid_hash", sa.String(), nullable=False),
        sa.Column("link_hash", sa.String()),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("language", sa.String()),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("authors", sa.JSON()),
        sa.Column("tags", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_marked_article"),
        sa.UniqueConstraint("source_id", "uid_hash", name="uq_marked_article_source_id"),
    )
    op.create_index("ix_marked_article_link_hash", "marked_article", ["link_hash"])
    op.create_index("ix_marked_article_published_at", "marked_article", ["published_at", "id"])
    op.create_table(
        "noticed",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("over_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("subject", name="pk_noticed"),
    )
    op.create_table(
        "search_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("indexed_from", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_index"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body", sa.String()),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("lease_until", sa.DateTime()),
        sa.Column("lease_owner", sa.String()),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_at", sa.DateTime()),
        sa.Column("polled_at", sa.DateTime()),
        sa.Column("last_ok_at", sa.DateTime()),
        sa.Column("failing_since", sa.DateTime()),
        sa.Column("problem", sa.Text()),
        sa.Column("habits", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_index("ix_source_next_at", "source", ["next_at"])
    op.create_table(
        "story",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("news_at", sa.DateTime()),
        sa.Column("members", sa.JSON()),
        sa.Column("merged_into", sa.String()),
        sa.Column("kept_apart", sa.JSON()),
        sa.Column("muted_at", sa.DateTime()),
        sa.Column("muted_until", sa.DateTime()),
        sa.Column("muted_by", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
    )
    op.create_index("ix_story_last_at", "story", ["last_at"])
    op.create_index("ix_story_muted_until", "story", ["muted_until"], **_where("muted_until IS NOT NULL"))
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("canonical", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String()),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_article_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("source_id", "uid", name="uq_article_source_id"),
    )
    op.create_index("ix_article_canonical", "article", ["canonical"])
    op.create_index("ix_article_seen_at", "article", ["seen_at"])
    # SQLAlchemy writes what each database understands: SQLite before 3.39 does not know IS DISTINCT FROM.
    canonical: sa.ColumnElement[str] = sa.column("canonical")
    url: sa.ColumnElement[str] = sa.column("url")
    uid: sa.ColumnElement[str] = sa.column("uid")
    has_other_uid = canonical.is_distinct_from(uid) & url.is_distinct_from(uid)
    op.create_index("ix_article_uid", "article", ["uid"], **_where(has_other_uid))
    op.create_index("ix_article_url", "article", ["url"], **_where(canonical.is_distinct_from(url)))
    op.create_index("ix_article_words", "article", ["source_id", "digest"], **_where("canonical IS NULL"))
    op.create_table(
        "document",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_document_source_id"),
        sa.PrimaryKeyConstraint("source_id", name="pk_document"),
    )
    op.create_table(
        "fetch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("page_url", sa.Text()),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_fetch_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fetch"),
    )
    op.create_index("ix_fetch_source_at", "fetch", ["source_id", "at"])
    op.create_table(
        "known",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("uid_hash", sa.String(), nullable=False),
        sa.Column("link_hash", sa.String()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_known_source_id"),
        sa.PrimaryKeyConstraint("source_id", "uid_hash", name="pk_known"),
    )
    op.create_index("ix_known_left_at", "known", ["left_at"])
    op.create_index("ix_known_link", "known", ["source_id", "link_hash"])
    op.create_index("ix_known_uid_hash", "known", ["uid_hash"])
    op.create_index("ix_known_words", "known", ["source_id", "digest"])
    op.create_table(
        "rule_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String()),
        sa.Column("rule_version", sa.String()),
        sa.Column("match_id", sa.Integer()),
        sa.Column("alert_id", sa.String()),
        sa.ForeignKeyConstraint(["article_id"], ["marked_article.id"], name="fk_rule_mark_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_mark"),
        sa.UniqueConstraint("article_id", "rule_id", "at", "verdict", "who", name="uq_rule_mark_article_id"),
    )
    op.create_index("ix_rule_mark_at", "rule_mark", ["at"])
    op.create_table(
        "trouble",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("over_at", sa.DateTime()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_trouble_source_id"),
        sa.PrimaryKeyConstraint("source_id", "kind", name="pk_trouble"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String()),
        sa.Column("title", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("story_id", sa.String()),
        sa.Column("article_id", sa.Integer()),
        sa.Column("article_version", sa.Integer()),
        sa.Column("reason_parameters", sa.JSON()),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.String()),
        sa.Column("thread", sa.String()),
        sa.Column("items", sa.JSON()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_alert_article_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_alert_story_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("dedup_key", name="uq_alert_dedup_key"),
    )
    op.create_index("ix_alert_alone", "alert", ["at"], **_where("article_id IS NULL"))
    op.create_index("ix_alert_article_id", "alert", ["article_id"])
    op.create_index("ix_alert_at", "alert", ["at"])
    op.create_index("ix_alert_event_id", "alert", ["event_id"])
    op.create_index("ix_alert_rule_id", "alert", ["rule_id"])
    op.create_index("ix_alert_story_id", "alert", ["story_id"])
    op.create_index("ix_alert_subject", "alert", ["subject"])
    op.create_table(
        "article_features",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_features_article_id"),
        sa.PrimaryKeyConstraint("article_id", "version", name="pk_article_features"),
    )
    op.create_table(
        "article_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("canonical", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("authors", sa.JSON()),
        sa.Column("tags", sa.JSON()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_version_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article_version"),
        sa.UniqueConstraint("article_id", "version", name="uq_article_version_article_id"),
    )
    op.create_index("ix_article_version_canonical", "article_version", ["canonical"])
    op.create_table(
        "page",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime()),
        sa.Column("away_since", sa.DateTime()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_page_article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_page"),
    )
    op.create_index("ix_page_not_before", "page", ["not_before"])
    op.create_table(
        "story_article",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.String(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text()),
        sa.Column("wire", sa.Text()),
        sa.Column("compared", sa.Text()),
        sa.Column("compared_with", sa.Integer()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_story_article_article_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_story_article_story_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_article"),
    )
    op.create_index("ix_story_article_story_id", "story_article", ["story_id"])
    op.create_table(
        "waiting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("reason_parameters", sa.JSON()),
        sa.Column("hearing", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_waiting_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
    )
    op.create_index("ix_waiting_article_id", "waiting", ["article_id"])
    op.create_index("ix_waiting_due", "waiting", ["due"])
    op.create_index("ix_waiting_key", "waiting", ["key"])
    op.create_index("ix_waiting_since", "waiting", ["since"])
    op.create_table(
        "account",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String()),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("first_at", sa.DateTime()),
        sa.Column("told_at", sa.DateTime()),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_account_alert_id"),
        sa.PrimaryKeyConstraint("key", name="pk_account"),
    )
    op.create_index("ix_account_alert_id", "account", ["alert_id"])
    op.create_index("ix_account_heard_at", "account", ["heard_at"], **_where("alert_id IS NULL"))
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("forgiven", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("held_by", sa.Text()),
        sa.Column("lease_until", sa.DateTime()),
        sa.Column("lease_owner", sa.String()),
        sa.Column("repeat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("detail", sa.Text()),
        sa.Column("blame", sa.String()),
        sa.Column("due_at", sa.DateTime()),
        sa.Column("handed_from", sa.String()),
        sa.Column("handed_since", sa.DateTime()),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'retry', 'accepted', 'dead', 'discarded')", name="ck_delivery_state"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_delivery_alert_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("alert_id", "channel", name="uq_delivery_alert_id"),
    )
    op.create_index(
        "ix_delivery_next",
        "delivery",
        ["channel", "priority", "not_before", "id"],
        **_where("state IN ('pending', 'retry')"),
    )
    op.create_index(
        "ix_delivery_open", "delivery", ["state", "not_before"], **_where("state IN ('pending', 'retry', 'sending')")
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "channel", "ended_at"])
    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("article_version", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(), server_default="suppressed", nullable=False),
        sa.Column("reason", sa.String(), server_default="unknown", nullable=False),
        sa.Column("reason_parameters", sa.JSON()),
        sa.Column("alert_id", sa.String()),
        sa.Column("level", sa.String()),
        sa.Column("shadow_key", sa.Text()),
        sa.Column("event_id", sa.String()),
        sa.Column("heard", sa.Boolean()),
        sa.Column("by", sa.JSON()),
        sa.Column("why_event", sa.Text()),
        sa.Column("compared", sa.Text()),
        sa.Column("compared_with", sa.Integer()),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_match_alert_id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_match_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_match"),
        sa.UniqueConstraint("article_id", "article_version", "rule_id", name="uq_match_article_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_match_alert_id", "match", ["alert_id"])
    op.create_index("ix_match_at", "match", ["at"])
    op.create_index("ix_match_event_id", "match", ["event_id"])
    op.create_index("ix_match_rule_id", "match", ["rule_id"])
    op.create_index("ix_match_shadow_key", "match", ["shadow_key"], **_where("shadow_key IS NOT NULL"))
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("receipt", sa.String()),
        sa.Column("detail", sa.Text()),
        sa.Column("throttled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_delivery_id", "attempt", ["delivery_id"])
    # Off, and empty: who opens the database knows whether it wants an index, and whether its SQLite can have one.
    op.execute("INSERT INTO search_index (id, is_on, indexed_from) VALUES (1, false, 0)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE article_terms (article_id INTEGER PRIMARY KEY, terms TSVECTOR)")
        op.execute("CREATE INDEX ix_article_terms_terms ON article_terms USING gin (terms)")
        op.execute("CREATE INDEX ix_article_terms_too_long ON article_terms (article_id) WHERE terms IS NULL")


def _where(condition: sa.ColumnElement[bool] | str) -> dict[str, Any]:
    """Which rows an index holds, for both kinds of database."""
    rows = sa.text(condition) if isinstance(condition, str) else condition
    return {"sqlite_where": rows, "postgresql_where": rows}
