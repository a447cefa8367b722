"""Indexes for reads by address and by age: without them, whoever looked an article up by its address, and the hourly
retention, read whole tables. They are partial where most rows need no entry."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Many uids are the address, and many addresses are the canonical one, which has an index already.
    _create_partial_index("ix_article_url", "article", "url", "canonical {differs} url")
    _create_partial_index("ix_article_uid", "article", "uid", "canonical {differs} uid AND url {differs} uid")
    op.create_index("ix_article_version_canonical", "article_version", ["canonical"])
    op.create_index("ix_known_uid_hash", "known", ["uid_hash"])
    _create_partial_index("ix_alert_alone", "alert", "at", "article_id IS NULL")
    op.drop_index("ix_account_heard_at", "account")
    _create_partial_index("ix_account_heard_at", "account", "heard_at", "alert_id IS NULL")


def _create_partial_index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(
        name,
        table,
        [column],
        sqlite_where=sa.text(where.format(differs="IS NOT")),
        postgresql_where=sa.text(where.format(differs="IS DISTINCT FROM")),
    )
