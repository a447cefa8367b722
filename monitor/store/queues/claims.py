"""Claims of sources: a process claims due sources under a lease, so that only one process makes each poll."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, case, delete, null, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.fingerprints import unpack_fingerprints
from monitor.ingest.new_articles import FallbackIdentity, KnownArticle, build_fallback_identities
from monitor.ingest.poll_schedule import compute_latest_poll, within_interval
from monitor.model import Claim, Entry, EntryFingerprint, Source, SourceStats, Validators
from monitor.store.engine.database import Database, build_insert, in_batches, write_rows
from monitor.store.engine.store_thread import BatchCommitter, StoreThread
from monitor.store.engine.tables import document, source, trouble
from monitor.store.queues.known_entries import EntryLookup, find_known_entries
from monitor.store.queues.stored_secrets import has_secret_move, hide_secrets_in_rows, hide_stored_secrets
from monitor.url_secrets import digest_address, find_url_secrets, redact_url

_OPEN_DIGEST = re.compile("#open-([0-9a-f]+)$")  # of `Source.stored_url`

_CLAIMED = (
    source.c.id,
    source.c.url,
    source.c.token,
    source.c.next_at,
    source.c.etag,
    source.c.last_modified,
    source.c.body,
    source.c.failures,
    source.c.first_at.is_(None).label("first"),
    source.c.habits,
    source.c.last_ok_at,
    source.c.problem,
)


# Built once, with bound values: building a statement costs more than running it.
_NOW = bindparam("now", type_=source.c.next_at.type)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_IS_FREE = or_(source.c.lease_until.is_(None), source.c.lease_until <= _NOW)
_IS_DUE = source.c.next_at <= _NOW
_SELECT_DUE = select(source.c.id).where(_IS_DUE, _IS_FREE).order_by(source.c.next_at)
_SELECT_FIRST_DUE = _SELECT_DUE.limit(bindparam("limit"))
_SELECT_DUE_SINCE = _SELECT_DUE.where(source.c.next_at > bindparam("since", type_=source.c.next_at.type))
_RELEASE = (
    update(source)
    .where(source.c.id == bindparam("its_id"), source.c.token == bindparam("its_token"))
    .values(lease_until=null(), lease_owner=null())
)
_MOVE_NEXT_POLL = update(source).where(
    source.c.id == bindparam("its_id"), source.c.next_at == bindparam("before", type_=source.c.next_at.type)
)
_NOW_AT_THE_LATEST = case((_IS_DUE, source.c.next_at), else_=_NOW)  # a source that is due keeps its place in the queue
_MAKE_DUE = (
    update(source).where(source.c.id.in_(_IDS), _IS_FREE).values(next_at=_NOW_AT_THE_LATEST).returning(source.c.id)
)
_RETRY_FAILING = _MAKE_DUE.where(source.c.failures > 0)
_SELECT_STORED = select(source.c.id).where(source.c.id.in_(_IDS))
_SELECT_FAILING = select(source.c.id, source.c.habits).where(source.c.failures > 0)
_SELECT_FINGERPRINTS = select(document.c.source_id, document.c.marks).where(document.c.source_id.in_(_IDS))


def _build_claim_statement(*conditions: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    free = select(source.c.id).where(_IS_FREE, source.c.id.in_(_IDS), *conditions)
    first = free.order_by(source.c.next_at).limit(bindparam("limit"))
    # A CTE is evaluated once; a subquery with LIMIT may run again for every row, and lock more rows.
    wanted = first.with_for_update(skip_locked=True).cte("wanted")
    values = {
        "lease_until": bindparam("until", type_=source.c.lease_until.type),
        "lease_owner": bindparam("owner"),
        "token": source.c.token + 1,
    }
    return update(source).where(source.c.id.in_(select(wanted.c.id))).values(values).returning(*_CLAIMED)


_CLAIM_ALL, _CLAIM_DUE = _build_claim_statement(), _build_claim_statement(_IS_DUE)


class Claims:
    """The claims of one process (`owner`)."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def register_sources(self, sources: Mapping[str, Source], now: datetime) -> None:
        """Add sources that the database does not know, due at once. A source with a new address starts again. A source
        that works never waits longer than its interval allows: the interval may be new, or the clock may have been set
        back. What an older version stored of an address is replaced if it has a secret in it."""
        with self._lock_sources() as connection:
            columns = (source.c.id, source.c.url, source.c.next_at, source.c.failures, source.c.habits)
            rows = {row.id: row for row in connection.execute(select(*columns))}
            new, sooner = [], []
            for configured in sources.values():
                if (row := rows.get(configured.id)) is None:
                    new.append({"id": configured.id, "url": configured.stored_url, "next_at": now})
                elif not _is_same_address(row.url, configured):
                    _reset_source(connection, configured, now)
                    hide_secrets_in_rows(connection, configured.id, find_url_secrets(row.url))
                elif row.url != configured.stored_url or has_secret_move(row.habits):
                    hide_stored_secrets(connection, configured, row.url, row.habits)
                elif not row.failures and row.next_at > compute_latest_poll(
                    configured, SourceStats.of_row(row.habits), now
                ):
                    next_at = within_interval(configured, now)
                    sooner.append({"its_id": configured.id, "before": row.next_at, "next_at": next_at})
            write_rows(connection, build_insert(connection, source).on_conflict_do_nothing(), new)
            write_rows(connection, _MOVE_NEXT_POLL, sooner)

    def make_due(self, ids: Iterable[str], now: datetime) -> set[str]:
        """Make these sources due: a person wants them polled now. Returns the ids of those that are due. A source that
        is being polled now is left out, as that poll plans the next one."""
        return self._make_due(_MAKE_DUE, ids, now)

    def retry_failing(self, ids: Iterable[str], now: datetime) -> set[str]:
        """The same for those of these sources that fail, no matter how: somebody put them (back) into the config, or
        lets them reach more."""
        return self._make_due(_RETRY_FAILING, ids, now)

    def _make_due(self, statement: ReturningUpdate[*tuple[Any, ...]], ids: Iterable[str], now: datetime) -> set[str]:
        due: set[str] = set()
        with self._lock_sources() as connection:
            for batch in in_batches(ids):
                due.update(connection.execute(statement, {"ids": list(batch), "now": now}).scalars())
        return due

    def find_stored(self, ids: Iterable[str]) -> set[str]:
        """Those of these sources that the database knows: a daemon has read them in the files."""
        with self._database.reading() as connection:
            return {
                id_
                for batch in in_batches(ids)
                for id_ in connection.execute(_SELECT_STORED, {"ids": list(batch)}).scalars()
            }

    def find_refused(self) -> dict[str, str]:
        """The private addresses that the last polls of failing sources were refused, by the id of the source."""
        with self._database.reading() as connection:
            stats = {row.id: SourceStats.of_row(row.habits) for row in connection.execute(_SELECT_FAILING)}
        return {id_: each.refused for id_, each in stats.items() if each.refused is not None}

    def mark_readded(self, ids: Iterable[str]) -> None:
        """Sources that have just come (back) into the config were not polled because nobody wanted them. So what they
        published meanwhile was not missed, and counts as old as it is."""
        with self._lock_sources() as connection:
            for batch in in_batches(ids):
                connection.execute(update(source).where(source.c.id.in_(batch)).values(last_ok_at=None))

    def claim_due(self, ids: Iterable[str], now: datetime, *, lease: timedelta, limit: int) -> list[Claim]:
        """Claim at most `limit` of these sources that are due, those that have been due the longest first."""
        return self._claim(ids, now, lease, limit, only_due=True)

    def claim_all(self, ids: Iterable[str], now: datetime, *, lease: timedelta, limit: int) -> list[Claim]:
        """Claim at most `limit` of these sources, due or not, except those that another process has claimed."""
        return self._claim(ids, now, lease, limit, only_due=False)

    def _claim(self, ids: Iterable[str], now: datetime, lease: timedelta, limit: int, *, only_due: bool) -> list[Claim]:
        values = {"ids": list(ids), "now": now, "until": now + lease, "owner": self._owner, "limit": limit}
        with self._database.writing() as connection:
            rows = connection.execute(_CLAIM_DUE if only_due else _CLAIM_ALL, values)
            return sorted(map(_claim_from_row, rows), key=lambda claim: claim.planned)

    def find_due(self, now: datetime, limit: int | None = None, since: datetime | None = None) -> list[str]:
        """The sources that are due and not claimed, those that have been due the longest first: `limit` of them at
        most, or those that became due after `since`. It only reads, because it is called often."""
        query = _SELECT_DUE
        if since is not None:
            query = _SELECT_DUE_SINCE
        elif limit is not None:
            query = _SELECT_FIRST_DUE
        with self._database.reading() as connection:
            return list(connection.execute(query, {"now": now, "limit": limit, "since": since}).scalars())

    def release(self, claims: Iterable[Claim]) -> None:
        """Give back claims that were not polled: their sources stay due."""
        rows = [{"its_id": claim.source, "its_token": claim.token} for claim in claims]
        with self._lock_sources() as connection:
            write_rows(connection, _RELEASE, rows)

    def release_all(self) -> None:
        """Give back all claims of all processes: for a process that holds the database alone, when it starts."""
        with self._database.writing() as connection:
            connection.execute(update(source).values(lease_until=None, lease_owner=None))

    @contextmanager
    def _lock_sources(self) -> Iterator[Connection]:
        """A transaction that locks several sources. It enters the serial section, whose polls do the same: otherwise
        two such transactions could deadlock."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            yield connection

    def load_fingerprints(self, sources: Sequence[str]) -> list[tuple[EntryFingerprint, ...]]:
        """For each of these sources, the fingerprints of the entries of its last documents."""
        found: dict[str, tuple[EntryFingerprint, ...]] = {}
        with self._database.reading() as connection:
            for batch in in_batches(sources):
                rows = connection.execute(_SELECT_FINGERPRINTS, {"ids": batch})
                found.update((source_id, unpack_fingerprints(packed)) for source_id, packed in rows)
        return [found.get(source_id, ()) for source_id in sources]

    def find_known(
        self, source_id: str, uids: Collection[str], sought: Mapping[str, FallbackIdentity] | None = None
    ) -> dict[str, KnownArticle]:
        """What we have, or had, of these articles of a source, by uid. For an unknown uid: the article that has the
        address or the words that `sought` gives for it, if there is one."""
        return {
            uid: known_article
            for (_, uid), known_article in self.find_known_entries([EntryLookup(source_id, uids, sought or {})]).items()
        }

    def find_known_entries(self, polls: Sequence[EntryLookup]) -> dict[tuple[str, str], KnownArticle]:
        """The same for several sources, by source and uid."""
        with self._database.reading() as connection:
            return find_known_entries(connection, polls)


class KnownEntries:
    """What we have of a source, asked from the event loop. Fingerprints that are asked for while the database is busy
    are read together: many documents come at the same time."""

    def __init__(self, claims: Claims, thread: StoreThread) -> None:
        self._claims = claims
        self._thread = thread
        self._fingerprints = BatchCommitter(thread, claims.load_fingerprints)

    async def load_fingerprints(self, source_id: str) -> tuple[EntryFingerprint, ...]:
        """The fingerprints of the entries of its last documents."""
        return await self._fingerprints.run(source_id)

    async def are_known(self, source_id: str, entries: Sequence[Entry]) -> list[bool]:
        """For each of these entries, whether we have it."""
        uids = assign_uids(entries)
        found = await self._thread.run(
            self._claims.find_known, source_id, uids, build_fallback_identities(entries, uids)
        )
        return [uid in found for uid in uids]


def _is_same_address(stored: str, configured: Source) -> bool:
    """Whether the stored address is that of the source. Its secrets do not count where its file names them, or named
    them, by references."""
    if stored in {configured.stored_url, configured.address}:  # older versions stored it with its secrets
        return True
    shown = redact_url(_OPEN_DIGEST.sub("", stored), configured.secrets)
    if configured.has_open_secret and shown == configured.url:
        if (found := _OPEN_DIGEST.search(stored)) or stored != shown:  # an older version may have found fewer secrets
            return (found[1] if found else digest_address(stored)) == configured.open_digest
        return True  # a reference was replaced by the secret
    return configured.full_url is not None and shown == configured.url


def _reset_source(connection: Connection, configured: Source, now: datetime) -> None:
    """Reset a source with a new address: what was learnt at the old one does not apply, nor do its troubles."""
    values: dict[str, object] = {"url": configured.stored_url, "next_at": now, "failures": 0}
    values |= dict.fromkeys(("etag", "last_modified", "body", "failing_since", "problem"))
    # first_at too: what an unknown document holds is not news. token: a running poll of the old address must leave
    # nothing behind.
    values |= {"first_at": None, "lease_until": None, "lease_owner": None}
    values |= {"token": source.c.token + 1, "habits": null()}
    # unless another daemon has done it already
    has_other_address = (source.c.id == configured.id) & (source.c.url != configured.stored_url)
    if connection.execute(update(source).where(has_other_address).values(**values)).rowcount:
        connection.execute(delete(document).where(document.c.source_id == configured.id))
        open_troubles = (trouble.c.source_id == configured.id) & trouble.c.over_at.is_(None)
        connection.execute(update(trouble).where(open_troubles).values(over_at=now))


def _claim_from_row(row: Row[*tuple[Any, ...]]) -> Claim:
    id_, url, token, planned, etag, last_modified, body, failures, first, habits, last_ok, problem = row
    stats = SourceStats.of_row(habits)
    validators = Validators(etag, last_modified, body, stats.validators_origin)
    return Claim(id_, url, token, planned, validators, failures, first, stats, last_ok, problem)
