"""The search index: which terms the latest version of an article has.

Words are terms. Of a script without spaces, and of a word in Hangul, each pair of adjacent characters is a term, and so
is the last character: no dictionary decides where a word ends. A single character is looked up as the beginning of a
term. The index has no positions, which would be as large as the texts. So it proposes articles (`find_candidates`), and
their texts decide (`query.build_check`). An article that has what a query asks for is always proposed.

SQLite: an FTS5 table. PostgreSQL: a tsvector with a GIN index. Articles are written to it in the commit that stores
them; those that were stored before are added in slices, the newest first. The row of `search_index` says how far that
is, and is read in the transaction that writes.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import add

from sqlalchemy import ARRAY, ColumnElement, Connection, Integer, and_, any_, bindparam, func, select, text, update

from monitor.model import FoldedText
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.store.engine.database import Database, write_rows
from monitor.store.engine.tables import article, article_version, search_index
from monitor.text.folding import fold_text
from monitor.text.scripts import APART, HANGUL, UNSPACED, UNSPACED_LETTER

INDEX_TABLE = "article_terms"
MAX_TERM = 64  # characters; longer words are cut: no database takes every length
_SQLITE = "sqlite"
_MIN_SQLITE = (3, 43)  # deleting from a table that keeps no texts
_SLICE = 50  # articles in one transaction of the build: others wait for it
_MERGED_PAGES = 250  # of the index, in one transaction
_MAX_VECTOR = 1_000_000  # bytes of terms: PostgreSQL takes 2**20; an article with more is a candidate of every search
_CREATE = (
    f"CREATE VIRTUAL TABLE {INDEX_TABLE} "
    "USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)
_CONFIGURE = f"INSERT INTO {INDEX_TABLE} ({INDEX_TABLE}, rank) VALUES (?, ?)"  # noqa: S608 - no input, here and below
# Each commit adds a part to the index. SQLite merges parts when there are as many as `automerge` says, a few pages in
# each commit; with its default, 4, it rewrites each term twice as often. When there are as many as `crisismerge` says,
# one commit merges all of them, and others wait for it.
_MERGE_SETTINGS = {"automerge": 16, "crisismerge": 64}
# PostgreSQL collects terms in a list. The commit that fills it adds all of them to the index, and others wait for it.
_LIMIT_LIST = "ALTER INDEX ix_article_terms_terms SET (gin_pending_list_limit = 512)"  # kB; its default is 4096
_INSERT_SQLITE = f"INSERT OR REPLACE INTO {INDEX_TABLE} (rowid, terms) VALUES (?, ?)"  # noqa: S608
_INSERT_POSTGRESQL = text(
    f"INSERT INTO {INDEX_TABLE} (article_id, terms) VALUES (:id, array_to_tsvector(CAST(:terms AS text[]))) "  # noqa: S608
    "ON CONFLICT (article_id) DO UPDATE SET terms = excluded.terms"
)
_FIND_SQLITE = f"SELECT json_group_array(rowid) FROM {INDEX_TABLE} WHERE {INDEX_TABLE} MATCH ?"  # noqa: S608
# An entry without terms has more than fit: it may have any.
_FIND_POSTGRESQL = text(
    f"SELECT array_agg(article_id) FROM {INDEX_TABLE} WHERE terms @@ CAST(:wanted AS tsquery) OR terms IS NULL"  # noqa: S608
)
_IS_LATEST = and_(article_version.c.article_id == article.c.id, article_version.c.version == article.c.version)
_RUN = re.compile(rf"[{APART}]+|[{UNSPACED}](?: [{UNSPACED}])*")
_UNSPACED_OR_APART = re.compile(f"[{UNSPACED}{APART}]")
_FIELD_BORDER = "\x02"  # no token contains it: no run crosses it


@dataclass(frozen=True, slots=True)
class IndexState:
    """Whether commits write to the index, and the first article that is in it with all that came later (0: all)."""

    is_on: bool
    indexed_from: int

    @property
    def is_complete(self) -> bool:
        """Whether every article is in it."""
        return self.is_on and self.indexed_from == 0


def explain_unsupported(dialect: str) -> str | None:
    """Why there can be no index here; None if there can be one."""
    return _explain_sqlite() if dialect == _SQLITE else None


@cache
def _explain_sqlite() -> str | None:
    oldest = ".".join(map(str, _MIN_SQLITE))
    needed = f"full-text search needs SQLite {oldest} or newer with FTS5"
    advice = "use a Python that is built with a newer one, or PostgreSQL"
    if sqlite3.sqlite_version_info < _MIN_SQLITE:
        return f"{needed}, and this Python has {sqlite3.sqlite_version}: {advice}"
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(_CREATE)
    except sqlite3.OperationalError:
        return f"{needed}, and the one of this Python has no FTS5: {advice}"
    finally:
        connection.close()
    return None


def load_index_state(connection: Connection) -> IndexState:
    """The state of the index as this transaction sees it."""
    row = connection.execute(select(search_index.c.is_on, search_index.c.indexed_from)).one()
    return IndexState(row.is_on, row.indexed_from)


def is_index_complete(connection: Connection) -> bool:
    """Whether there is an index that has every article."""
    return explain_unsupported(connection.dialect.name) is None and load_index_state(connection).is_complete


def find_candidates(connection: Connection, query: ArticleQuery) -> list[int] | None:
    """The ids of all articles that may have the words of a query, the smallest first. None: any article may, because
    the query has no word that must be there, or the index is not complete."""
    terms = dict.fromkeys(each for term in query.wanted_terms for each in list_needed_terms(term))
    if not terms or not is_index_complete(connection):
        return None
    # A term has only letters and digits, so that quotation marks around it are enough.
    if connection.dialect.name == _SQLITE:
        wanted = " AND ".join(f'"{term}"{" *" if is_prefix else ""}' for term, is_prefix in terms)
        return sorted(json.loads(connection.exec_driver_sql(_FIND_SQLITE, (wanted,)).scalar_one()))
    wanted = " & ".join(f"'{term}'{':*' if is_prefix else ''}" for term, is_prefix in terms)
    # Else the server goes through all entries: it takes the check of a tsvector for as cheap as that of a number.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = connection.execute(_FIND_POSTGRESQL, {"wanted": wanted}).scalar_one()
    connection.exec_driver_sql("SET LOCAL enable_seqscan TO DEFAULT")
    return sorted(found or ())


def is_one_of(connection: Connection, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition for one of any number of ids; a statement may have some ten thousand parameters only."""
    if connection.dialect.name == _SQLITE:
        return column.in_(select(func.json_each(json.dumps(ids)).table_valued("value").c.value))
    return column == any_(bindparam(None, ids, ARRAY(Integer)))


def fold_field(content: str) -> str:
    """The folded tokens of a text, with a blank before, between and after them."""
    return f" {fold_text(content)[0]} "


def fold_texts(title: str, text: str) -> FoldedText:
    """A title and a text, folded."""
    return FoldedText(fold_text(title)[0], fold_text(text)[0])


def list_terms(*fields: str) -> list[str]:
    """The terms of folded fields, each once, in any order."""
    runs: list[str] = []

    def take_run(run: re.Match[str]) -> str:
        runs.append(run[0])
        return " "

    joined = f" {_FIELD_BORDER} ".join(fields)
    words = _RUN.sub(take_run, joined) if _UNSPACED_OR_APART.search(joined) else joined
    found = set(words.split())
    found.discard(_FIELD_BORDER)
    for run in runs:
        letters = run.replace(" ", "")
        found.update(map(add, letters, letters[1:]))  # each with the next one
        found.add(letters[-1])
    if len(max(found, key=len, default="")) > MAX_TERM:
        found = {term[:MAX_TERM] for term in found}
    return list(found)


def list_needed_terms(term: TextTerm) -> Iterator[tuple[str, bool]]:
    """The terms that every text has in which the tokens of a query's term follow each other, and whether each is only
    the beginning of one."""
    runs: list[str] = []  # the tokens, with letters of scripts without spaces joined
    for before, token in pairwise(("", *term.tokens)):
        if before and UNSPACED_LETTER[before[0]] and UNSPACED_LETTER[token[0]]:
            runs[-1] += token
        else:
            runs.append(token)
    for number, run in enumerate(runs, 1):
        if not (UNSPACED_LETTER[run[0]] or HANGUL.match(run)):
            yield run[:MAX_TERM], term.is_prefix and number == len(runs)
        elif len(run) == 1:
            yield run, True
        else:
            yield from ((first + second, False) for first, second in pairwise(run))


def index_articles(connection: Connection, articles: Mapping[int, FoldedText]) -> None:
    """Write articles that this transaction stores to the index, if there is one, in place of their earlier versions.
    `articles`: their words by the article's id. Call it in the serial section."""
    if articles and load_index_state(connection).is_on:
        _write_terms(connection, {id_: list_terms(words.title, words.text) for id_, words in articles.items()})


def _write_terms(connection: Connection, terms: Mapping[int, list[str]]) -> None:
    """`terms`: of at least one article, by its id."""
    if connection.dialect.name == _SQLITE:
        # FTS5 makes a new part of the index, to be merged later, wherever an id is smaller than the one before.
        connection.exec_driver_sql(_INSERT_SQLITE, [(id_, " ".join(found)) for id_, found in sorted(terms.items())])
        return
    fits = {id_: sum(len(term.encode()) for term in found) < _MAX_VECTOR for id_, found in terms.items()}
    rows = [{"id": id_, "terms": found if fits[id_] else None} for id_, found in terms.items()]
    write_rows(connection, _INSERT_POSTGRESQL, rows)


def remove_from_index(connection: Connection, ids: Sequence[int]) -> None:
    """Remove articles that leave. On SQLite their terms stay in the file, without use, until they are merged
    (`purge_removed_terms`, or later commits)."""
    key = "rowid" if connection.dialect.name == _SQLITE else "article_id"
    if _has_table(connection):
        statement = text(f"DELETE FROM {INDEX_TABLE} WHERE {key} = :id")  # noqa: S608
        write_rows(connection, statement, [{"id": id_} for id_ in ids])


def _has_table(connection: Connection) -> bool:
    """Whether there is an index that can be written."""
    if connection.dialect.name != _SQLITE:
        return True
    tables = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return _explain_sqlite() is None and connection.exec_driver_sql(tables, (INDEX_TABLE,)).first() is not None


def purge_removed_terms(database: Database) -> Iterator[None]:
    """Remove from SQLite's file the terms of articles that were removed from the index, in short steps. PostgreSQL does
    it by itself, as for other tables."""
    pages = -_MERGED_PAGES  # negative: all parts of the index are to become one
    while database.write.dialect.name == _SQLITE:
        with database.writing() as connection:
            if not _has_table(connection):
                return
            before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
            connection.exec_driver_sql(_CONFIGURE, ("merge", pages))
            after = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
        yield
        if after - before < 2:  # as SQLite says: nothing was merged
            return
        pages = _MERGED_PAGES


def switch_index(database: Database, *, wanted: bool) -> str | None:
    """Have commits write to the index from now on, or delete it. An index that is switched on begins empty, with the
    articles that come from then on. Returns why there is none although it is wanted; else None."""
    problem = explain_unsupported(database.write.dialect.name)
    turn_on = wanted and problem is None
    with database.writing() as connection:
        database.enter_section(connection)
        if load_index_state(connection).is_on != turn_on:
            if problem is None:
                _empty_index(connection, create=turn_on)
            newest = connection.execute(select(func.max(article.c.id))).scalar_one() or 0
            first = newest + 1 if turn_on and newest else 0
            connection.execute(update(search_index).values(is_on=turn_on, indexed_from=first))
    return problem if wanted else None


def _empty_index(connection: Connection, *, create: bool) -> None:
    if connection.dialect.name != _SQLITE:
        connection.exec_driver_sql(f"TRUNCATE {INDEX_TABLE}")
        connection.exec_driver_sql(_LIMIT_LIST)
        return
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {INDEX_TABLE}")
    if create:
        connection.exec_driver_sql(_CREATE)
        connection.exec_driver_sql(_CONFIGURE, list(_MERGE_SETTINGS.items()))


def count_missing(database: Database) -> int:
    """How many articles are not in the index yet; 0 if it is off."""
    with database.reading() as connection:
        state = load_index_state(connection)
        missing = select(func.count()).select_from(article).where(article.c.id < state.indexed_from)
        return connection.execute(missing).scalar_one()


def build_slices(database: Database) -> Iterator[int]:
    """Add the articles that were stored before the index was switched on, the newest first. Yields after each slice how
    many it added. Each slice is one short transaction: it may end with any of them, and the next call goes on from
    there."""
    while added := _build_slice(database):
        yield added


def _build_slice(database: Database) -> int:
    with database.reading() as connection:  # most calls have nothing to do
        if not load_index_state(connection).indexed_from:
            return 0
    with database.writing() as connection:
        database.enter_section(connection)
        below = load_index_state(connection).indexed_from
        missing = select(article.c.id, article.c.title, article_version.c.text).join(article_version, _IS_LATEST)
        missing = missing.where(article.c.id < below).order_by(article.c.id.desc()).limit(_SLICE)
        rows = connection.execute(missing).all()
        if rows:
            _write_terms(connection, {row.id: list_terms(fold_field(row.title), fold_field(row.text)) for row in rows})
        first = rows[-1].id if len(rows) == _SLICE else 0
        connection.execute(update(search_index).values(indexed_from=first))
        return len(rows)
