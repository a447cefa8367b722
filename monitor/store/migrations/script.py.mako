"""${message}"""

from alembic import op
import sqlalchemy as sa

from monitor.store.engine.timestamp_column import UtcDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
