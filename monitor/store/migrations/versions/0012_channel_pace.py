"""Delivery: what is known of each channel, which attempts do not count, and why a message is late."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "channel_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("paused_until", sa.DateTime(), nullable=True),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_failed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_channel_state"),
    )
    op.add_column("attempt", sa.Column("throttled", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("delivery", sa.Column("due_at", sa.DateTime(), nullable=True))
    op.add_column("delivery", sa.Column("handed_from", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("handed_since", sa.DateTime(), nullable=True))
