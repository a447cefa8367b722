"""What we have, or had, of the entries of polls. It is looked up together for all the polls that share a commit.

A lookup for each poll alone costs more than deciding on what it brought: most polls bring one entry, which needs four
more lookups if its uid is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, exists, select, tuple_

from monitor.ingest.new_articles import FallbackIdentity, KnownArticle
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import article, known, source

Key = tuple[str, str]  # a source's id, and a uid, an address or a digest of words in it


@dataclass(frozen=True, slots=True)
class EntryLookup:
    """Entries of a source, by their uids; `sought`: what else identifies them. `first_poll`: the source is polled for
    the first time, so mostly nothing of it is stored."""

    source: str
    uids: Collection[str]
    sought: Mapping[str, FallbackIdentity] = field(default_factory=dict)
    first_poll: bool = False


def find_known_entries(connection: Connection, polls: Sequence[EntryLookup]) -> dict[Key, KnownArticle]:
    """Known articles by source and uid. For an unknown uid: the article that has the former uid, the address or the
    words that are sought for it, if there is one."""
    nonempty = _find_nonempty_sources(connection, {poll.source for poll in polls if poll.first_poll})
    polls = [poll for poll in polls if not poll.first_poll or poll.source in nonempty]
    keys = {(poll.source, uid) for poll in polls for uid in poll.uids}
    sought = {(poll.source, uid): identity for poll in polls for uid, identity in poll.sought.items()}
    found = {(row.source_id, row.uid): _known_from_row(row) for row in _read_rows(connection, _SELECT_STORED, keys)}
    # most documents hold only stored entries: then nothing more is looked up
    hashed = {(source_id, uid_hash(uid)): (source_id, uid) for source_id, uid in keys if (source_id, uid) not in found}
    departed = {hashed[row.source_id, row.uid_hash]: row for row in _read_rows(connection, _SELECT_DEPARTED, hashed)}
    found |= {key: replace(_known_from_row(row), is_erased=row.forgotten) for key, row in departed.items()}
    for find in (
        _find_by_former_uid,
        _find_departed_by_former_uid,
        _find_by_address,
        _find_by_words,
        _find_departed_by_address,
        _find_departed_by_words,
    ):
        found |= find(connection, {key: identity for key, identity in sought.items() if key not in found})
    return found


def _find_nonempty_sources(connection: Connection, sources: Iterable[str]) -> set[str]:
    """Those of which we have or had anything. First polls come by the hundred, and each would look up all of its
    entries."""
    return {
        id_
        for batch in in_batches(sources)
        for id_ in connection.execute(_SELECT_NONEMPTY, {"sources": batch}).scalars()
    }


def _find_by_former_uid(connection: Connection, missing: Mapping[Key, FallbackIdentity]) -> dict[Key, KnownArticle]:
    """Articles under the uids that older versions gave them. They keep these uids."""
    key_of = _index_by_former_uid(missing, str)
    rows = _read_rows(connection, _SELECT_BY_UID, key_of)
    return {key_of[row.source_id, row.uid]: _known_under_other_uid(row) for row in rows}


def _find_departed_by_former_uid(
    connection: Connection, missing: Mapping[Key, FallbackIdentity]
) -> dict[Key, KnownArticle]:
    """Entries that left the archive, by the hash of the uid that older versions gave them."""
    key_of = _index_by_former_uid(missing, uid_hash)
    rows = _read_rows(connection, _SELECT_DEPARTED, key_of)
    return {key_of[row.source_id, row.uid_hash]: replace(_known_from_row(row), is_erased=row.forgotten) for row in rows}


def _find_by_address(connection: Connection, missing: Mapping[Key, FallbackIdentity]) -> dict[Key, KnownArticle]:
    """Articles by their addresses. Of several at one address: the one with the same words, or else the latest."""
    key_of = _index_by_link(missing, str)
    known_articles: dict[Key, KnownArticle] = {}
    for row in sorted(_read_rows(connection, _SELECT_BY_ADDRESS, key_of), key=lambda row: row.id):
        key = key_of[row.source_id, row.canonical]
        if key not in known_articles or known_articles[key].digest != missing[key].digest:
            known_articles[key] = _known_under_other_uid(row)
    return known_articles


def _find_by_words(connection: Connection, missing: Mapping[Key, FallbackIdentity]) -> dict[Key, KnownArticle]:
    """Articles without an address, by their words."""
    digest_keys = _map_to_digests(missing)
    rows = sorted(_read_rows(connection, _SELECT_BY_WORDS, set(digest_keys.values())), key=lambda row: row.id)
    found = {(row.source_id, row.digest): _known_under_other_uid(row) for row in rows}
    return {key: found[digest_key] for key, digest_key in digest_keys.items() if digest_key in found}


def _find_departed_by_address(
    connection: Connection, missing: Mapping[Key, FallbackIdentity]
) -> dict[Key, KnownArticle]:
    """Entries that left the archive, by the hash of their address: erased ones first, then those with the same
    words."""
    key_of = _index_by_link(missing, uid_hash)
    known_articles: dict[Key, KnownArticle] = {}
    for row in sorted(
        _read_rows(connection, _SELECT_DEPARTED_BY_ADDRESS, key_of), key=lambda row: (row.forgotten, row.left_at)
    ):
        key = key_of[row.source_id, row.link_hash]
        if row.forgotten or key not in known_articles or known_articles[key].digest != missing[key].digest:
            known_articles[key] = _departed_from_row(row)
    return known_articles


def _find_departed_by_words(connection: Connection, missing: Mapping[Key, FallbackIdentity]) -> dict[Key, KnownArticle]:
    """Entries that left the archive and had no address, by their words."""
    digest_keys = _map_to_digests(missing)
    found = {
        (row.source_id, row.digest): _departed_from_row(row)
        for row in _read_rows(connection, _SELECT_DEPARTED_BY_WORDS, set(digest_keys.values()))
    }
    return {key: found[digest_key] for key, digest_key in digest_keys.items() if digest_key in found}


def _index_by_link(missing: Mapping[Key, FallbackIdentity], link_name: Callable[[str], str]) -> dict[Key, Key]:
    return {
        (source_id, link_name(identity.link)): (source_id, uid)
        for (source_id, uid), identity in missing.items()
        if identity.link
    }


def _index_by_former_uid(missing: Mapping[Key, FallbackIdentity], uid_name: Callable[[str], str]) -> dict[Key, Key]:
    return {
        (source_id, uid_name(identity.former_uid)): (source_id, uid)
        for (source_id, uid), identity in missing.items()
        if identity.former_uid is not None
    }


def _map_to_digests(missing: Mapping[Key, FallbackIdentity]) -> dict[Key, Key]:
    return {
        (source_id, uid): (source_id, identity.digest)
        for (source_id, uid), identity in missing.items()
        if identity.link is None
    }


def _read_rows(connection: Connection, statement: Select[Any], keys: Iterable[Key]) -> Iterator[Row[Any]]:
    for batch in in_batches(keys):
        yield from connection.execute(statement, {"keys": batch})


def _known_from_row(row: Row[Any]) -> KnownArticle:
    return KnownArticle(row.version, row.digest, row.seen_at, row.baseline)


def _known_under_other_uid(row: Row[Any]) -> KnownArticle:
    return replace(_known_from_row(row), uid=row.uid, title=row.title)


def _departed_from_row(row: Row[Any]) -> KnownArticle:
    return replace(_known_from_row(row), is_erased=row.forgotten, uid="")


# Built once: building them costs more than running them.
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_SOURCES: BindParameter[Any] = bindparam("sources", expanding=True)
_KNOWN_COLUMNS = ("version", "digest", "seen_at", "baseline")
_SELECT_NONEMPTY = select(source.c.id).where(
    source.c.id.in_(_SOURCES),
    exists().where(article.c.source_id == source.c.id) | exists().where(known.c.source_id == source.c.id),
)
_SELECT_STORED = select(article.c.source_id, article.c.uid, *(article.c[name] for name in _KNOWN_COLUMNS)).where(
    tuple_(article.c.source_id, article.c.uid).in_(_KEYS)
)
_SELECT_BY_IDENTITY = select(
    *(article.c[name] for name in (*_KNOWN_COLUMNS, "id", "source_id", "uid", "title", "canonical"))
)
_SELECT_BY_UID = _SELECT_BY_IDENTITY.where(tuple_(article.c.source_id, article.c.uid).in_(_KEYS))
_SELECT_BY_ADDRESS = _SELECT_BY_IDENTITY.where(tuple_(article.c.source_id, article.c.canonical).in_(_KEYS))
_SELECT_BY_WORDS = _SELECT_BY_IDENTITY.where(
    article.c.canonical.is_(None), tuple_(article.c.source_id, article.c.digest).in_(_KEYS)
)
_SELECT_DEPARTED = select(
    known.c.source_id, known.c.uid_hash, *(known.c[name] for name in _KNOWN_COLUMNS), known.c.forgotten
).where(tuple_(known.c.source_id, known.c.uid_hash).in_(_KEYS))
_SELECT_DEPARTED_BY_IDENTITY = select(
    *(known.c[name] for name in (*_KNOWN_COLUMNS, "source_id", "forgotten", "link_hash", "left_at"))
)
_SELECT_DEPARTED_BY_ADDRESS = _SELECT_DEPARTED_BY_IDENTITY.where(
    tuple_(known.c.source_id, known.c.link_hash).in_(_KEYS)
)
_SELECT_DEPARTED_BY_WORDS = _SELECT_DEPARTED_BY_IDENTITY.where(
    known.c.link_hash.is_(None), tuple_(known.c.source_id, known.c.digest).in_(_KEYS)
)
