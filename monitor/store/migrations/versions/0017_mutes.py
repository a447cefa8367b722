"""Stories and events that a person has muted."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for table in ("story", "event"):
        op.add_column(table, sa.Column("muted_at", sa.DateTime(), nullable=True))
        op.add_column(table, sa.Column("muted_until", sa.DateTime(), nullable=True))
        op.add_column(table, sa.Column("muted_by", sa.String(), nullable=True))
        is_muted = sa.text("muted_until IS NOT NULL")
        name = f"ix_{table}_muted_until"
        op.create_index(name, table, ["muted_until"], sqlite_where=is_muted, postgresql_where=is_muted)
