"""The outbox: the most urgent deliveries go first, and a dead delivery says whether its channel or the message is to
blame. For deliveries that died before, that is unknown: they stay dead until somebody says otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Of the others the number says nothing any more, and there may be years of them.
_ORDERED = """
    UPDATE delivery SET priority = coalesce((
        SELECT CASE level WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 WHEN 'info' THEN 4 ELSE 0 END
        FROM alert WHERE alert.id = delivery.alert_id
    ), 0) WHERE state IN ('pending', 'retry', 'sending', 'dead')
"""


def upgrade() -> None:
    op.add_column("delivery", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("blame", sa.String(), nullable=True))
    op.execute(_ORDERED)
    unsent = sa.text("state IN ('pending', 'retry')")
    op.create_index(
        "ix_delivery_next",
        "delivery",
        ["channel", "priority", "not_before", "id"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
