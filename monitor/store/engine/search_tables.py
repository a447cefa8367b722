"""The tables of the search index. `tables` exports the first one.

The index is not in the metadata: it is an FTS5 table on SQLite, and a table with a GIN index on PostgreSQL
(`store/search/search_index.py`).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, column, table

from monitor.store.engine.metadata import metadata

SQLITE = "sqlite"
"""The dialect whose index is an FTS5 table."""
INDEX_TABLE = "article_terms"

# One row. `is_on`: every commit writes the terms of its articles. `indexed_from`: the articles with this id and with
# greater ones are in the index; 0: all are.
search_index = Table(
    "search_index",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("indexed_from", Integer, nullable=False),
)

sqlite_terms = table(INDEX_TABLE, column("rowid", Integer), column("terms"))
