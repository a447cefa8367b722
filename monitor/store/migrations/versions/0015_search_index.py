"""The search index. The articles that are stored already are added to it later, in slices."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    state = op.create_table(
        "search_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("indexed_from", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_index"),
    )
    # Off, and empty: who opens the database knows whether it wants an index, and whether its SQLite can have one.
    op.execute(sa.insert(state).values(id=1, is_on=False, indexed_from=0))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE article_terms (article_id INTEGER PRIMARY KEY, terms TSVECTOR)")
        op.execute("CREATE INDEX ix_article_terms_terms ON article_terms USING gin (terms)")
        op.execute("CREATE INDEX ix_article_terms_too_long ON article_terms (article_id) WHERE terms IS NULL")
