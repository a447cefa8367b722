"""The whole rule language: a match's level, what a rule in shadow would have sent, an article's authors and tags."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("match", sa.Column("level", sa.String(), nullable=True))
    told = "SELECT level FROM alert WHERE alert.id = alert_id"
    op.execute(f'UPDATE "match" SET level = ({told}) WHERE alert_id IS NOT NULL')  # noqa: S608 - all of it stands here
    op.add_column("match", sa.Column("shadow_key", sa.Text(), nullable=True))
    some = sa.text("shadow_key IS NOT NULL")
    op.create_index("ix_match_shadow_key", "match", ["shadow_key"], sqlite_where=some, postgresql_where=some)
    for name in ("authors", "tags"):
        op.add_column("article_version", sa.Column(name, sa.JSON(), nullable=True))
