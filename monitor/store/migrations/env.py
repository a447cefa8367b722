"""Alembic's entry: runs the migrations on the given connection, in its transaction."""

from __future__ import annotations

from alembic import context

from monitor.store.engine.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
    transaction_per_migration=False,  # one transaction around everything: all or nothing
)
with context.begin_transaction():
    context.run_migrations()
