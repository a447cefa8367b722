"""The service: notices, daemons, entries that left the archive, and since when a source fails."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("polled_at", "failing_since"):
        op.add_column("source", sa.Column(name, sa.DateTime(), nullable=True))
    op.execute('UPDATE source SET polled_at = (SELECT max(at) FROM "fetch" f WHERE f.source_id = source.id)')
    op.execute("UPDATE source SET failing_since = coalesce(last_ok_at, polled_at) WHERE failures > 0")

    op.execute("ALTER TABLE alert RENAME COLUMN rule_title TO title")
    op.add_column("alert", sa.Column("subject", sa.Text(), nullable=True))
    for column in ("subject", "story_id", "article_id"):
        op.create_index(f"ix_alert_{column}", "alert", [column], unique=False)
    op.create_index("ix_match_alert_id", "match", ["alert_id"], unique=False)
    op.add_column("delivery", sa.Column("forgiven", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_delivery_state", "delivery", ["state", "channel", "ended_at"], unique=False)

    op.create_table(
        "known",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("uid_hash", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_known_source_id"),
        sa.PrimaryKeyConstraint("source_id", "uid_hash", name="pk_known"),
    )
    op.create_index("ix_known_left_at", "known", ["left_at"], unique=False)
    op.create_table(
        "daemon",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(), nullable=True),
        sa.Column("running", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_daemon"),
    )
    op.create_table(
        "noticed",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("over_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_noticed"),
    )
