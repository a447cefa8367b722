"""Stories and events that are possibly the same as an older one, and why that is not sure."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("story", "event"):
        op.add_column(table, sa.Column("possibly_of", sa.String(), nullable=True))
        op.add_column(table, sa.Column("doubt", sa.Text(), nullable=True))
