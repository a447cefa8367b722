"""Stories and events that a person has muted."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    for table in ("story", "event"):
        op.add_column(table, sa.Column("muted_at", sa.DateTime(), nullable=True))
        op.add_column(table, sa.Column("muted_until", sa.DateTime(), nullable=True))
        op.add_column(table, sa.Column("muted_by", sa.String(), nullable=True))
