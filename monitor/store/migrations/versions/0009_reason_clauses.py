"""The reasons of matches, alerts and pending alerts as codes and typed parameters (`model.outcome`). The
sentence of an earlier version becomes one clause that holds it, and so does that of a notice."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_SENTENCES = {"match": "decision", "alert": "reason", "waiting": "why"}


def upgrade() -> None:
    build = "json" if op.get_bind().dialect.name == "sqlite" else "json_build"
    for table, sentence in _SENTENCES.items():
        op.add_column(table, sa.Column("reason_parameters", sa.JSON(), nullable=True))
        # Something else may have written bytes, which SQLite takes for text, and refuses in JSON.
        clauses = f"{build}_array({build}_object('code', 'sentence', 'words', CAST({sentence} AS text)))"
        op.execute(f'UPDATE "{table}" SET reason_parameters = {clauses}')  # noqa: S608 - constants of this file
        op.drop_column(table, sentence)
