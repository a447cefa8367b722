"""The page that a fetch record is about, in a column. Earlier versions wrote `page URL: ` before the problem."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("fetch", sa.Column("page_url", sa.Text(), nullable=True))
    fetch = sa.table("fetch", sa.column("id"), sa.column("problem"), sa.column("page_url"))
    connection = op.get_bind()
    records = sa.select(fetch.c.id, fetch.c.problem).where(fetch.c.problem.like("page http%: %"))
    for id_, text in connection.execute(records).all():
        # In the link of an article, blanks are percent-encoded, so the first one ends it.
        url, _, problem = text.removeprefix("page ").partition(": ")
        connection.execute(sa.update(fetch).where(fetch.c.id == id_).values(page_url=url, problem=problem))
