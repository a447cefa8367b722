"""Who polls which source: due sources are claimed under a lease, so that each poll is made by one process only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, delete, null, or_, select, update
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


# Built once, with their values beside them: building a statement costs more than running it.
_NOW = bindparam("now", type_=source.c.next_at.type)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FREE = or_(source.c.lease_until.is_(None), source.c.lease_until <= _NOW)
_DUE = source.c.next_at <= _NOW
_WAITING = select(source.c.id).where(_DUE, _FREE).order_by(source.c.next_at)
_FIRST = _WAITING.limit(bindparam("most"))
_RELEASE = (
    update(source)
    .where(source.c.id == bindparam("its_id"), source.c.token == bindparam("its_token"))
    .values(lease_until=null(), lease_owner=null())
)
_SOONER = update(source).where(
    source.c.id == bindparam("its_id"), source.c.next_at == bindparam("before", type_=source.c.next_at.type)
)
_FAILING = source.c.id.in_(_IDS) & (source.c.failures > 0)
_AGAIN = update(source).where(_FAILING, _FREE).values(next_at=_NOW).returning(source.c.id)
_MARKS = select(document.c.source_id, document.c.marks).where(document.c.source_id.in_(_IDS))


def _build_claim_statement(*conditions: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    free = select(source.c.id).where(_FREE, source.c.id.in_(_IDS), *conditions)
    first = free.order_by(source.c.next_at).limit(bindparam("most"))
    # A CTE is evaluated once; a subquery with LIMIT may be run again for every row, and lock more.
    wanted = first.with_for_update(skip_locked=True).cte("wanted")
    ours = {
        "lease_until": bindparam("until", type_=source.c.lease_until.type),
        "lease_owner": bindparam("owner"),
        "token": source.c.token + 1,
    }
    return update(source).where(source.c.id.in_(select(wanted.c.id))).values(ours).returning(*_CLAIMED)


_TAKE, _TAKE_DUE = _build_claim_statement(), _build_claim_statement(_DUE)


class Claims:
    """The claims of one process (`owner`)."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def register_sources(self, sources: Mapping[str, Source], now: datetime) -> None:
        """Sources that the database does not know yet are due at once; one with a new address starts afresh. None that
        is well waits longer than it may: its interval may be a new one, or the clock may have been set back."""
        with self._several() as connection:
            columns = (source.c.id, source.c.url, source.c.next_at, source.c.failures, source.c.habits)
            there = {row.id: row for row in connection.execute(select(*columns))}
            new, sooner = [], []
            for wanted in sources.values():
                if (found := there.get(wanted.id)) is None:
                    new.append({"id": wanted.id, "url": wanted.url, "next_at": now})
                elif found.url != wanted.url:
                    _reset_source(connection, wanted, now)
                elif not found.failures and found.next_at > compute_latest_poll(
                    wanted, SourceStats.of_row(found.habits), now
                ):
                    at = within_interval(wanted, now)
                    sooner.append({"its_id": wanted.id, "before": found.next_at, "next_at": at})
            write_rows(connection, build_insert(connection, source).on_conflict_do_nothing(), new)
            write_rows(connection, _SOONER, sooner)

    def retry_failing(self, ids: Iterable[str], now: datetime) -> set[str]:
        """Those of these sources that fail are due at once, however they failed before: somebody mended them, or wrote
        them (back) into the config. Which they are; not one that is being polled just now, as that poll plans its next.
        """
        due: set[str] = set()
        with self._several() as connection:
            for some in in_batches(ids):
                made = connection.execute(_AGAIN, {"ids": list(some), "now": now})
                due.update(made.scalars())
        return due

    def mark_readded(self, ids: Iterable[str]) -> None:
        """Sources that have just come (back) into the config were not polled because nobody wanted them: what they said
        meanwhile was not missed, and counts as late as it is."""
        with self._several() as connection:
            for some in in_batches(ids):
                connection.execute(update(source).where(source.c.id.in_(some)).values(last_ok_at=None))

    def claim_due(self, ids: Iterable[str], now: datetime, *, lease: timedelta, most: int) -> list[Claim]:
        """Claim at most `most` of these sources that are due, the longest due first."""
        return self._claim(ids, now, lease, most, only_due=True)

    def claim_all(self, ids: Iterable[str], now: datetime, *, lease: timedelta, most: int) -> list[Claim]:
        """Claim at most `most` of these sources, due or not, unless somebody else holds them."""
        return self._claim(ids, now, lease, most, only_due=False)

    def _claim(self, ids: Iterable[str], now: datetime, lease: timedelta, most: int, *, only_due: bool) -> list[Claim]:
        given = {"ids": list(ids), "now": now, "until": now + lease, "owner": self._owner, "most": most}
        with self._database.writing() as connection:
            rows = connection.execute(_TAKE_DUE if only_due else _TAKE, given)
            return sorted(map(_claim_from_row, rows), key=lambda claim: claim.planned)

    def find_due(self, now: datetime, most: int | None = None) -> list[str]:
        """The sources that are due and that nobody holds, the longest due first; at most so many of them. Only read: it
        is asked often."""
        asked = _WAITING if most is None else _FIRST
        with self._database.reading() as connection:
            return list(connection.execute(asked, {"now": now, "most": most}).scalars())

    def release(self, claims: Iterable[Claim]) -> None:
        """Give claims back that were not polled: their sources stay due."""
        given = [{"its_id": claim.source, "its_token": claim.token} for claim in claims]
        with self._several() as connection:
            write_rows(connection, _RELEASE, given)

    def release_all(self) -> None:
        """Give back every claim, whoever made it: for a process that holds the database alone, at its start."""
        with self._database.writing() as connection:
            connection.execute(update(source).values(lease_until=None, lease_owner=None))

    @contextmanager
    def _several(self) -> Iterator[Connection]:
        """A transaction that locks one source after the other: in the serial section, whose polls do so too, or two of
        them would wait for each other in a circle."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            yield connection

    def load_fingerprints(self, sources: Sequence[str]) -> list[tuple[EntryFingerprint, ...]]:
        """Of each of these sources, by what the entries of its last documents are recognised."""
        found: dict[str, tuple[EntryFingerprint, ...]] = {}
        with self._database.reading() as connection:
            for some in in_batches(sources):
                rows = connection.execute(_MARKS, {"ids": some})
                found.update((its_id, unpack_fingerprints(packed)) for its_id, packed in rows)
        return [found.get(each, ()) for each in sources]

    def find_known(
        self, source_id: str, uids: Collection[str], sought: Mapping[str, FallbackIdentity] | None = None
    ) -> dict[str, KnownArticle]:
        """What we have, or had, of these articles of a source, by uid; of an unknown uid the article that has the
        address or the words that are `sought` with it, if there is one."""
        return {
            uid: each
            for (_, uid), each in self.find_known_entries([EntryLookup(source_id, uids, sought or {})]).items()
        }

    def find_known_entries(self, polls: Sequence[EntryLookup]) -> dict[tuple[str, str], KnownArticle]:
        """The same of several sources, by source and uid."""
        with self._database.reading() as connection:
            return find_known_entries(connection, polls)


class KnownEntries:
    """What we have of a source, asked from the event loop (`sources.asking.Memory`). The marks of sources that are
    asked for while the database is busy are read together: many documents come at the same time."""

    def __init__(self, claims: Claims, thread: StoreThread) -> None:
        self._claims = claims
        self._thread = thread
        self._marks = BatchCommitter(thread, claims.load_fingerprints)

    async def load_fingerprints(self, source_id: str) -> tuple[EntryFingerprint, ...]:
        """By what the entries of its last documents are recognised."""
        return await self._marks.run(source_id)

    async def are_known(self, source_id: str, entries: Sequence[Entry]) -> list[bool]:
        """Which of these entries we have."""
        uids = assign_uids(entries)
        found = await self._thread.run(
            self._claims.find_known, source_id, uids, build_fallback_identities(entries, uids)
        )
        return [uid in found for uid in uids]


def _reset_source(connection: Connection, wanted: Source, now: datetime) -> None:
    """A source at another address: what was learnt at the old one is not true of it, nor are its troubles."""
    fresh: dict[str, object] = {"url": wanted.url, "next_at": now, "failures": 0}
    fresh |= dict.fromkeys(("etag", "last_modified", "body", "failing_since", "problem"))
    # first_at too: what an unknown document holds is not news. token: a poll of the old address that is under way must
    # leave nothing behind.
    fresh |= {"first_at": None, "lease_until": None, "lease_owner": None, "token": source.c.token + 1, "habits": null()}
    other = (source.c.id == wanted.id) & (source.c.url != wanted.url)  # not if another daemon was first
    if connection.execute(update(source).where(other).values(**fresh)).rowcount:
        connection.execute(delete(document).where(document.c.source_id == wanted.id))
        lasting = (trouble.c.source_id == wanted.id) & trouble.c.over_at.is_(None)
        connection.execute(update(trouble).where(lasting).values(over_at=now))


def _claim_from_row(row: Row[*tuple[Any, ...]]) -> Claim:
    id_, url, token, planned, etag, last_modified, body, failures, first, habits, last_ok, problem = row
    validators = Validators(etag, last_modified, body)
    return Claim(id_, url, token, planned, validators, failures, first, SourceStats.of_row(habits), last_ok, problem)
