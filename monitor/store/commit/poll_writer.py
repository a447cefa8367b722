"""Writes what polls leave at their sources: the time of the next poll, validators, statistics and troubles. All polls
that share a commit are written together, with one statement for each kind of row. It decides nothing; `serial_section`
calls it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, case, func, insert, null, select, update

from monitor.model import Claim, FetchOutcome, PollRecord, SourceTrouble
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.tables import document, fetch, source, trouble

Row = dict[str, object]

_GOOD = frozenset({FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED})

# Built once, with bound values: building a statement costs more than running it.
_CLAIMED_SOURCE = update(source).where(source.c.id == bindparam("its_id"), source.c.token == bindparam("its_token"))
_NOW = bindparam("now", type_=source.c.polled_at.type)
_SUCCEEDED = _CLAIMED_SOURCE.values(
    first_at=func.coalesce(source.c.first_at, _NOW),
    last_ok_at=_NOW,
    lease_until=null(),
    lease_owner=null(),
    failing_since=null(),
)
_UNFINISHED = _CLAIMED_SOURCE.values(last_ok_at=_NOW, lease_until=null(), lease_owner=null(), failing_since=null())
_FAILED = _CLAIMED_SOURCE.values(
    failing_since=func.coalesce(source.c.failing_since, _NOW), lease_until=null(), lease_owner=null()
)
_SELECT_TOKENS = (
    select(source.c.id, source.c.token)
    .where(source.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(source.c.id)
    .with_for_update()
)
_INSERT_FETCH = insert(fetch)
_END_TROUBLE = (
    update(trouble)
    .where(
        trouble.c.source_id == bindparam("its_source"),
        trouble.c.kind == bindparam("its_kind"),
        trouble.c.over_at.is_(None),
    )
    .values(over_at=_NOW)
)


def lock_claim_tokens(connection: Connection, claims: Iterable[Claim]) -> dict[str, int]:
    """For each claimed source, by its id, the token of its last claim. The rows are locked: nobody else can claim these
    sources until the transaction ends."""
    found: dict[str, int] = {}
    for source_ids in in_batches(claim.source for claim in claims):
        found.update((source_id, token) for source_id, token in connection.execute(_SELECT_TOKENS, {"ids": source_ids}))
    return found


def write_sources(connection: Connection, polls: Sequence[tuple[PollRecord, int]]) -> None:
    """Write what polls leave at their sources, each with its number of new articles. Their claims must still be
    valid."""
    # Rows of one statement set the same columns: the statistics, which are long, only where they have changed.
    traces: defaultdict[tuple[bool, bool, bool], list[Row]] = defaultdict(list)
    for poll, _ in polls:
        succeeded = poll.fetched.outcome in _GOOD and poll.failures == 0
        traces[succeeded, poll.is_unfinished, poll.stats is not None].append(
            _poll_to_source_row(poll, succeeded=succeeded)
        )
    for (succeeded, unfinished, _), rows in traces.items():
        statement = _FAILED if not succeeded else _UNFINISHED if unfinished else _SUCCEEDED
        write_rows(connection, statement, rows)
    # Thousands of polls an hour bring nothing: they leave only `polled_at`.
    fetch_rows = [
        _poll_to_fetch_row(poll, new)
        for poll, new in polls
        if new or poll.claim.is_first_poll or _has_new_problem(poll)
    ]
    write_rows(connection, _INSERT_FETCH, fetch_rows)
    fingerprints = [
        {"source_id": poll.claim.source, "marks": poll.fingerprints}
        for poll, _ in polls
        if poll.fingerprints is not None
    ]
    write_rows(connection, _build_document_upsert(connection.dialect.name), fingerprints)
    _write_troubles(connection, [poll for poll, _ in polls])


def _has_new_problem(poll: PollRecord) -> bool:
    """Whether a poll has a problem that is not only that of an unchanged document."""
    return poll.problem is not None and poll.fetched.outcome is not FetchOutcome.NOT_MODIFIED


def _poll_to_source_row(poll: PollRecord, *, succeeded: bool) -> Row:
    claim, validators = poll.claim, poll.fetched.validators
    row: Row = {
        "its_id": claim.source,
        "its_token": claim.token,
        "now": poll.at,
        "next_at": poll.next_at,
        "polled_at": poll.at,
        "failures": poll.failures,
        "problem": poll.problem,
    }
    if succeeded:
        row |= {"etag": validators.etag, "last_modified": validators.last_modified, "body": validators.body}
    if poll.stats is not None:
        row["habits"] = poll.stats.to_row()
    return row


@cache
def _build_document_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, document)
    return new.on_conflict_do_update(index_elements=["source_id"], set_={"marks": new.excluded.marks})


def _poll_to_fetch_row(poll: PollRecord, new: int) -> Row:
    return {
        "source_id": poll.claim.source,
        "at": poll.at,
        "outcome": poll.fetched.outcome,
        "status": poll.fetched.status,
        "entries": poll.entries,
        "new": new,
        "problem": poll.problem,
    }


def _write_troubles(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Write the troubles that the polls showed, or showed to be over. A trouble that continues keeps its start."""
    opened = [
        _trouble_to_row(opened_trouble, poll.claim.source) for poll in polls for opened_trouble in poll.opened_troubles
    ]
    write_rows(connection, _build_trouble_upsert(connection.dialect.name), opened)
    closed = [
        {"its_source": poll.claim.source, "its_kind": kind, "now": poll.at}
        for poll in polls
        for kind in poll.closed_troubles
    ]
    write_rows(connection, _END_TROUBLE, closed)


@cache
def _build_trouble_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, trouble)
    since = case((trouble.c.over_at.is_(None), trouble.c.since), else_=new.excluded.since)
    changes = {"since": since, "last_at": new.excluded.last_at, "detail": new.excluded.detail, "over_at": None}
    return new.on_conflict_do_update(index_elements=["source_id", "kind"], set_=changes)


def _trouble_to_row(source_trouble: SourceTrouble, source_id: str) -> Row:
    return {
        "source_id": source_id,
        "kind": source_trouble.kind,
        "since": source_trouble.since,
        "last_at": source_trouble.last_at,
        "detail": source_trouble.detail,
    }
