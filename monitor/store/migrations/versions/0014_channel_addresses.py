"""The names and kinds of channels, to recognise one that was renamed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "channel_address",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("checksum", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_channel_address"),
    )
