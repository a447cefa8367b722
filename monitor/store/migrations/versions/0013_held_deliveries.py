"""Deliveries that wait for the hours of a route."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("held_by", sa.Text(), nullable=True))
