"""Stories and events: who prints an article, events, the ledger records of subjects, and pending alerts; and the id of
a match is never given twice any more. A million matches take 15 s on two cores, and for a while as much disk space
again.

It changed until it was released: a database that a development version had upgraded to 0005 must be created anew.
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("story_article", sa.Column("publisher", sa.Text(), nullable=True))
    op.add_column("story_article", sa.Column("wire", sa.Text(), nullable=True))
    op.add_column("page", sa.Column("away_since", sa.DateTime(), nullable=True))
    op.create_table(
        "event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_last_at", "event", ["last_at"])
    op.create_index("ix_event_sequence", "event", ["sequence"])
    # SQLite gives the number of the newest row again when that row has left, unless the table was made not to: it is
    # copied, once. PostgreSQL never does so.
    copied: Literal["always", "never"] = "always" if op.get_context().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("match", recreate=copied, table_kwargs={"sqlite_autoincrement": True}) as match:
        match.add_column(sa.Column("event_id", sa.String(), nullable=True))
        match.add_column(sa.Column("heard", sa.Boolean(), nullable=True))
        match.create_index("ix_match_event_id", ["event_id"])
    op.add_column("alert", sa.Column("event_id", sa.String(), nullable=True))
    op.create_index("ix_alert_event_id", "alert", ["event_id"])
    op.add_column("alert", sa.Column("thread", sa.String(), nullable=True))
    op.add_column("alert", sa.Column("items", sa.JSON(), nullable=True))
    op.create_table(
        "account",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_account_alert_id"),
        sa.PrimaryKeyConstraint("key", name="pk_account"),
    )
    op.create_index("ix_account_alert_id", "account", ["alert_id"])
    op.create_index("ix_account_heard_at", "account", ["heard_at"])
    op.create_index("ix_account_sequence", "account", ["sequence"])
    op.create_table(
        "waiting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("hearing", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_waiting_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
    )
    op.create_index("ix_waiting_article_id", "waiting", ["article_id"])
    op.create_index("ix_waiting_key", "waiting", ["key"])
