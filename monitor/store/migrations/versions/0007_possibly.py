"""Stories and events that are possibly the same as an older one, and why that is not sure."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    in_doubt = sa.text("possibly_of IS NOT NULL")
    for table in ("story", "event"):
        op.add_column(table, sa.Column("possibly_of", sa.String(), nullable=True))
        op.add_column(table, sa.Column("doubt", sa.Text(), nullable=True))
        op.create_index(
            f"ix_{table}_possibly_of", table, ["possibly_of"], sqlite_where=in_doubt, postgresql_where=in_doubt
        )
