"""Marks: what people say of the rules, with a copy of the articles that they say it of."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "marked_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("uid_hash", sa.String(), nullable=False),
        sa.Column("link_hash", sa.String(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_marked_article"),
        sa.UniqueConstraint("source_id", "uid_hash", name="uq_marked_article_source_id"),
    )
    op.create_index("ix_marked_article_link_hash", "marked_article", ["link_hash"])
    op.create_index("ix_marked_article_published_at", "marked_article", ["published_at", "id"])
    op.create_table(
        "rule_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("rule_version", sa.String(), nullable=True),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["marked_article.id"], name="fk_rule_mark_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_mark"),
        sa.UniqueConstraint("article_id", "rule_id", "at", "verdict", "who", name="uq_rule_mark_article_id"),
    )
    op.create_index("ix_rule_mark_at", "rule_mark", ["at"])
