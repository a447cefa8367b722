"""PostgreSQL: the candidates of a query are gathered before the first of them is read.

Left to itself, the server often goes through all entries from the newest on. It takes the check of a tsvector for as
cheap as that of a number, although it has to unpack it; and it knows only of the most frequent words how frequent they
are. Gathering takes a fraction of a microsecond a candidate, in the server and here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, ColumnElement, Connection, Integer, any_, bindparam, text

from monitor.store.engine.search_tables import INDEX_TABLE
from monitor.store.search.index_terms import IndexTerm

# Without an order or a range of ids, which the server could meet by going through the ids. An entry without terms has
# more than fit: it may have any.
_GATHER = text(
    f"SELECT array_agg(article_id) FROM {INDEX_TABLE} WHERE terms @@ CAST(:wanted AS tsquery) OR terms IS NULL"  # noqa: S608 - no input
)


def gather_candidates(connection: Connection, terms: Sequence[IndexTerm]) -> list[int]:
    """The ids of the articles that have all of these terms, or may have them, the smallest first."""
    # A term has only letters and digits, so that quotation marks around it are enough.
    wanted = " & ".join(f"'{term.text}'{':*' if term.is_prefix else ''}" for term in terms)
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = connection.execute(_GATHER, {"wanted": wanted}).scalar_one()
    connection.exec_driver_sql("SET LOCAL enable_seqscan TO DEFAULT")
    return sorted(found or ())


def is_one_of(column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition for one of any number of ids; a statement may have some ten thousand parameters only."""
    return column == any_(bindparam(None, ids, ARRAY(Integer)))
