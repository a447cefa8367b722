"""Hides the secrets of a source's address in what older versions stored with them.

Titles and texts stay: highlights count their characters, and few servers repeat a secret there. Uids stay too: by them
entries are recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, and_, bindparam, null, or_, select, type_coerce, update

from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Source, SourceStats
from monitor.store.engine.database import write_rows
from monitor.store.engine.tables import article, article_version, fetch, marked_article, page, source, trouble
from monitor.url_secrets import SHORTEST_IN_TEXT, drop_secrets_from_link, find_url_secrets, hide_secrets_in, redact_url


def has_secret_move(habits: object) -> bool:
    """Whether a permanent redirect was learnt to an address with a secret in it."""
    return redact_url(moved_to := _find_move(habits)) != moved_to


def hide_stored_secrets(connection: Connection, configured: Source, stored_url: str, habits: object) -> None:
    """Store the address of a source as it is shown now; all that was learnt of it stays, but an address with a secret
    and what the last poll said of it. Its rows lose the secrets that are or were in its address."""
    values: dict[str, object] = {"url": configured.stored_url, "problem": null()}
    secrets = configured.secrets | find_url_secrets(stored_url)
    if has_secret_move(habits):
        secrets |= find_url_secrets(_find_move(habits))
        stats = replace(SourceStats.of_row(habits), moved_to=None, moved_since=None, moved_polls=0, moved_asked=None)
        values["habits"] = stats.to_row()
    connection.execute(update(source).where(source.c.id == configured.id).values(**values))
    hide_secrets_in_rows(connection, configured.id, secrets)


def hide_secrets_in_rows(connection: Connection, source_id: str, secrets: Collection[str]) -> None:
    """Hide these secrets in what is stored of a source: in links of its articles, and in what was logged of its
    polls."""
    sought = frozenset(secret for secret in secrets if len(secret) >= SHORTEST_IN_TEXT)
    if not sought:
        return

    def clean_link(link: str) -> str:
        return drop_secrets_from_link(link, sought)

    def clean_line(line: str) -> str:
        return hide_secrets_in(line, sought)

    its_articles = select(article.c.id).where(article.c.source_id == source_id)
    for column, is_its, clean in (
        (article.c.url, article.c.source_id == source_id, clean_link),
        (article.c.canonical, article.c.source_id == source_id, lambda link: canonicalize_url(clean_link(link))),
        (article_version.c.canonical, article_version.c.article_id.in_(its_articles),
         lambda link: canonicalize_url(clean_link(link))),
        (page.c.url, page.c.article_id.in_(its_articles), clean_link),
        (marked_article.c.url, marked_article.c.source_id == source_id, clean_link),
        (fetch.c.problem, fetch.c.source_id == source_id, clean_line),
        (fetch.c.page_url, fetch.c.source_id == source_id, clean_link),
        (trouble.c.detail, trouble.c.source_id == source_id, clean_line),
    ):  # fmt: skip
        _rewrite(connection, column, is_its & _holds_any(column, sought), clean)


def _find_move(habits: object) -> str:
    has_move = isinstance(habits, Mapping) and "moved_to" in habits  # few have one, and the rest need not be parsed
    return (SourceStats.of_row(habits).moved_to or "") if has_move else ""


def _holds_any(column: Column[Any], texts: Collection[str]) -> ColumnElement[bool]:
    stored = type_coerce(column, Text)
    return or_(*(stored.contains(text, autoescape=True) for text in texts))


def _rewrite(
    connection: Connection, column: Column[Any], condition: ColumnElement[bool], clean: Callable[[str], str | None]
) -> None:
    """Replace the values of a column where the condition holds by what `clean` makes of them."""
    keys = list(column.table.primary_key.columns)
    stored = type_coerce(column, Text).label("stored")
    rows = [
        {"cleaned": clean(row.stored)} | {f"key{number}": key for number, key in enumerate(row[:-1])}
        for row in connection.execute(select(*keys, stored).where(condition)).all()
    ]
    is_row = and_(*(key == bindparam(f"key{number}") for number, key in enumerate(keys)))
    write_rows(connection, update(column.table).where(is_row).values({column: bindparam("cleaned")}), rows)
