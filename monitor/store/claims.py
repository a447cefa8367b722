"""Who polls which source: due sources are claimed under a lease, so that each poll is made by one process only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, null, or_, select, update

from monitor.intake.articles import Known, Sought, sought
from monitor.intake.identity import identify, uid_hash
from monitor.intake.marks import unpacked
from monitor.intake.pace import latest, within_interval
from monitor.model import Claim, Entry, Habits, Mark, Source, Validators
from monitor.store.database import Database, in_batches, insert
from monitor.store.tables import article, document, known, source, trouble
from monitor.store.thread import StoreThread

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
)


class Claims:
    """The claims of one process (`owner`)."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def know(self, sources: Mapping[str, Source], now: datetime) -> None:
        """Sources that the database does not know yet are due at once; one with a new address starts afresh. None that
        is well waits longer than it may: its interval may be a new one, or the clock may have been set back."""
        with self._several() as connection:
            columns = (source.c.id, source.c.url, source.c.next_at, source.c.failures, source.c.habits)
            there = {row.id: row for row in connection.execute(select(*columns))}
            for wanted in sources.values():
                if (found := there.get(wanted.id)) is None:
                    new = insert(connection, source).values(id=wanted.id, url=wanted.url, next_at=now)
                    connection.execute(new.on_conflict_do_nothing())
                elif found.url != wanted.url:
                    _start_afresh(connection, wanted, now)
                elif not found.failures and found.next_at > latest(wanted, Habits.of_row(found.habits), now):
                    sooner = update(source).where(source.c.id == wanted.id, source.c.next_at == found.next_at)
                    connection.execute(sooner.values(next_at=within_interval(wanted, now)))

    def due(self, ids: Iterable[str], now: datetime, *, lease: timedelta, most: int) -> list[Claim]:
        """Claim at most `most` of these sources that are due, the longest due first."""
        return self._claim(ids, now, lease, most, only_due=True)

    def all(self, ids: Iterable[str], now: datetime, *, lease: timedelta, most: int) -> list[Claim]:
        """Claim at most `most` of these sources, due or not, unless somebody else holds them."""
        return self._claim(ids, now, lease, most, only_due=False)

    def _claim(self, ids: Iterable[str], now: datetime, lease: timedelta, most: int, *, only_due: bool) -> list[Claim]:
        free = select(source.c.id).where(_free(now), source.c.id.in_(list(ids))).order_by(source.c.next_at).limit(most)
        if only_due:
            free = free.where(source.c.next_at <= now)
        # A CTE is evaluated once; a subquery with LIMIT may be run again for every row, and lock more.
        wanted = free.with_for_update(skip_locked=True).cte("wanted")
        claim = (
            update(source)
            .where(source.c.id.in_(select(wanted.c.id)))
            .values(lease_until=now + lease, lease_owner=self._owner, token=source.c.token + 1)
            .returning(*_CLAIMED)
        )
        with self._database.writing() as connection:
            return sorted((_claim(row) for row in connection.execute(claim)), key=lambda claim: claim.planned)

    def waiting(self, now: datetime) -> list[str]:
        """The sources that are due and that nobody holds, the longest due first. Only read: it is asked often."""
        due = select(source.c.id).where(source.c.next_at <= now, _free(now)).order_by(source.c.next_at)
        with self._database.reading() as connection:
            return list(connection.execute(due).scalars())

    def release(self, claims: Iterable[Claim]) -> None:
        """Give claims back that were not polled: their sources stay due."""
        with self._several() as connection:
            for claim in claims:
                mine = (source.c.id == claim.source) & (source.c.token == claim.token)
                connection.execute(update(source).where(mine).values(lease_until=None, lease_owner=None))

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

    def marks(self, source_id: str) -> tuple[Mark, ...]:
        """By what the entries of a source's last documents are recognised."""
        packed = select(document.c.marks).where(document.c.source_id == source_id)
        with self._database.reading() as connection:
            return unpacked(connection.execute(packed).scalar() or b"")

    def known(
        self, source_id: str, uids: Collection[str], sought: Mapping[str, Sought] | None = None
    ) -> dict[str, Known]:
        """What we have, or had, of these articles of a source, by uid; of an unknown uid the article that has the
        address or the words that are `sought` with it, if there is one."""
        here = select(article.c.uid, *(article.c[name] for name in _KNOWN))
        left = select(known.c.uid_hash, *(known.c[name] for name in _KNOWN), known.c.forgotten)
        found: dict[str, Known] = {}
        with self._database.reading() as connection:
            for some in in_batches(uids):
                rows = connection.execute(here.where(article.c.source_id == source_id, article.c.uid.in_(some)))
                found.update({row.uid: Known(*row[1:]) for row in rows})
            # most documents hold nothing but what is here: then nothing more is asked
            for missing in in_batches(uid for uid in uids if uid not in found):
                uid_of = {uid_hash(uid): uid for uid in missing}
                rows = connection.execute(left.where(known.c.source_id == source_id, known.c.uid_hash.in_(uid_of)))
                found.update({uid_of[row.uid_hash]: Known(*row[1:]) for row in rows})
            for look in (_at_address, _with_words, _once_at_address, _once_with_words):
                found |= look(connection, source_id, {u: each for u, each in (sought or {}).items() if u not in found})
        return found


class KnownEntries:
    """What we have of a source, asked from the event loop (`sources.asking.Memory`)."""

    def __init__(self, claims: Claims, thread: StoreThread) -> None:
        self._claims = claims
        self._thread = thread

    async def marks(self, source_id: str) -> tuple[Mark, ...]:
        """By what the entries of its last documents are recognised."""
        return await self._thread.run(self._claims.marks, source_id)

    async def has(self, source_id: str, entries: Sequence[Entry]) -> list[bool]:
        """Which of these entries we have."""
        uids = identify(entries)
        found = await self._thread.run(self._claims.known, source_id, uids, sought(entries, uids))
        return [uid in found for uid in uids]


def _start_afresh(connection: Connection, wanted: Source, now: datetime) -> None:
    """A source at another address: what was learnt at the old one is not true of it, nor are its troubles."""
    fresh: dict[str, object] = {"url": wanted.url, "next_at": now, "failures": 0}
    fresh |= dict.fromkeys(("etag", "last_modified", "body", "failing_since"))
    # first_at too: what an unknown document holds is not news. token: a poll of the old address that is under way must
    # leave nothing behind.
    fresh |= {"first_at": None, "lease_until": None, "lease_owner": None, "token": source.c.token + 1, "habits": null()}
    other = (source.c.id == wanted.id) & (source.c.url != wanted.url)  # not if another daemon was first
    if connection.execute(update(source).where(other).values(**fresh)).rowcount:
        connection.execute(delete(document).where(document.c.source_id == wanted.id))
        lasting = (trouble.c.source_id == wanted.id) & trouble.c.over_at.is_(None)
        connection.execute(update(trouble).where(lasting).values(over_at=now))


def _at_address(connection: Connection, source_id: str, missing: Mapping[str, Sought]) -> dict[str, Known]:
    """Articles by their addresses: of several at one address that with the same words, else the latest."""
    uid_of = {each.link: uid for uid, each in missing.items() if each.link}
    found: dict[str, Known] = {}
    for some in in_batches(uid_of):
        there = (article.c.source_id == source_id) & article.c.canonical.in_(some)
        for row in connection.execute(_UNDER_ANOTHER.where(there).order_by(article.c.id)):
            uid = uid_of[row.canonical]
            if uid not in found or found[uid].digest != missing[uid].digest:
                found[uid] = _under_another(row)
    return found


def _with_words(connection: Connection, source_id: str, missing: Mapping[str, Sought]) -> dict[str, Known]:
    """Articles that have no address by their words."""
    digests = {each.digest for each in missing.values() if each.link is None}
    found: dict[str, Known] = {}
    for some in in_batches(digests):
        there = (article.c.source_id == source_id) & article.c.canonical.is_(None) & article.c.digest.in_(some)
        rows = connection.execute(_UNDER_ANOTHER.where(there).order_by(article.c.id))
        found |= {row.digest: _under_another(row) for row in rows}
    return {uid: found[each.digest] for uid, each in missing.items() if each.digest in found and each.link is None}


def _once_at_address(connection: Connection, source_id: str, missing: Mapping[str, Sought]) -> dict[str, Known]:
    """What left the archive, by the hash of its address: what was forgotten before anything else, then what has the
    same words."""
    uid_of = {uid_hash(each.link): uid for uid, each in missing.items() if each.link}
    found: dict[str, Known] = {}
    for some in in_batches(uid_of):
        there = (known.c.source_id == source_id) & known.c.link_hash.in_(some)
        for row in connection.execute(_LEFT.where(there).order_by(known.c.forgotten, known.c.left_at)):
            uid = uid_of[row.link_hash]
            if row.forgotten or uid not in found or found[uid].digest != missing[uid].digest:
                found[uid] = _gone(row)
    return found


def _once_with_words(connection: Connection, source_id: str, missing: Mapping[str, Sought]) -> dict[str, Known]:
    """What left the archive and had no address, by its words."""
    digests = {each.digest for each in missing.values() if each.link is None}
    found: dict[str, Known] = {}
    for some in in_batches(digests):
        there = (known.c.source_id == source_id) & known.c.link_hash.is_(None) & known.c.digest.in_(some)
        found |= {row.digest: _gone(row) for row in connection.execute(_LEFT.where(there))}
    return {uid: found[each.digest] for uid, each in missing.items() if each.digest in found and each.link is None}


_KNOWN = ("version", "digest", "seen_at", "baseline")
_UNDER_ANOTHER = select(*(article.c[name] for name in (*_KNOWN, "uid", "title", "canonical")))
_LEFT = select(*(known.c[name] for name in (*_KNOWN, "forgotten", "link_hash")))


def _under_another(row: Row[*tuple[Any, ...]]) -> Known:
    return Known(row.version, row.digest, row.seen_at, row.baseline, uid=row.uid, title=row.title)


def _gone(row: Row[*tuple[Any, ...]]) -> Known:
    return Known(row.version, row.digest, row.seen_at, row.baseline, row.forgotten, uid="")


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(source.c.lease_until.is_(None), source.c.lease_until <= now)


def _claim(row: Row[*tuple[Any, ...]]) -> Claim:
    id_, url, token, planned, etag, last_modified, body, failures, first, habits, last_ok = row
    validators = Validators(etag, last_modified, body)
    return Claim(id_, url, token, planned, validators, failures, first, Habits.of_row(habits), last_ok)
