"""Identity by facts: the keys that find stories and events, and the features that their members are compared by.
Nothing of it is rebuilt at a start any more.

For articles of the last days, `store.lifecycle.identity_backfill` computes it after the upgrade from the stored
articles. It takes a few milliseconds for each article that a rule hit in these days.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("story", "event"):
        op.add_column(table, sa.Column("news_at", sa.DateTime(), nullable=True))
        op.add_column(table, sa.Column("members", sa.JSON(), nullable=True))
        op.add_column(table, sa.Column("merged_into", sa.String(), nullable=True))
        op.add_column(table, sa.Column("kept_apart", sa.JSON(), nullable=True))
    op.drop_index("ix_story_opened_at", "story")
    op.drop_index("ix_event_sequence", "event")
    op.add_column("event", sa.Column("possibly_of", sa.String(), nullable=True))
    op.add_column("event", sa.Column("doubt", sa.Text(), nullable=True))
    in_doubt = sa.text("possibly_of IS NOT NULL")
    op.create_index("ix_event_possibly_of", "event", ["possibly_of"], sqlite_where=in_doubt, postgresql_where=in_doubt)
    for column in ("seen", "sequence", "place"):
        op.drop_column("event", column)
    op.drop_index("ix_account_sequence", "account")
    op.drop_column("account", "sequence")
    op.drop_table("section")
    op.create_index("ix_waiting_due", "waiting", ["due"])
    op.create_index("ix_waiting_since", "waiting", ["since"])
    op.add_column("match", sa.Column("by", sa.JSON(), nullable=True))
    op.add_column("match", sa.Column("why_event", sa.Text(), nullable=True))
    for table in ("story_article", "match"):
        op.add_column(table, sa.Column("compared", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("compared_with", sa.Integer(), nullable=True))
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
        "article_features",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_features_article_id"),
        sa.PrimaryKeyConstraint("article_id", "version", name="pk_article_features"),
    )
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
