"""Alembic's entry: runs the migrations on the given connection, in its transaction. Then it computes what rows from
before 0007 lack; that needs the tables in their final form."""

from __future__ import annotations

from alembic import context

from monitor.store.engine.tables import metadata

_IDENTITY = "0007"

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
    transaction_per_migration=False,  # one transaction around everything: all or nothing
)
with context.begin_transaction():
    context.run_migrations()
found, rules = attributes.get("found"), attributes.get("rules")
if found is not None and found < _IDENTITY:
    from monitor.matching import compile_rules
    from monitor.store.lifecycle.features_backfill import backfill_clusters

    backfill_clusters(attributes["connection"], compile_rules((), {}) if rules is None else rules())
