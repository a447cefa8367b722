"""Ingest: statistics, fingerprints and troubles of sources, requested pages, and articles by their words."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("source", sa.Column("body", sa.String(), nullable=True))
    op.add_column("source", sa.Column("habits", sa.JSON(), nullable=True))
    op.create_table(
        "document",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_document_source_id"),
        sa.PrimaryKeyConstraint("source_id", name="pk_document"),
    )
    op.create_table(
        "trouble",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("over_at", sa.DateTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_trouble_source_id"),
        sa.PrimaryKeyConstraint("source_id", "kind", name="pk_trouble"),
    )
    op.create_table(
        "page",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_page_article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_page"),
    )
    op.create_index("ix_page_not_before", "page", ["not_before"])
    no_address = sa.text("canonical IS NULL")
    op.create_index(
        "ix_article_words",
        "article",
        ["source_id", "digest"],
        sqlite_where=no_address,
        postgresql_where=no_address,
    )
    op.add_column("known", sa.Column("link_hash", sa.String(), nullable=True))
    op.create_index("ix_known_link", "known", ["source_id", "link_hash"])
    op.create_index("ix_known_words", "known", ["source_id", "digest"])
