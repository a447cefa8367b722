"""What polls leave at their sources: when each is polled next, its validators, what was learnt of it and what is wrong
with it. All polls that share a commit are written together, with a statement for each kind of trace. It decides
nothing; `section` says when it is called."""

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

# Built once, with their values beside them: building a statement costs more than running it.
_OURS = update(source).where(source.c.id == bindparam("its_id"), source.c.token == bindparam("its_token"))
_AT = bindparam("now", type_=source.c.polled_at.type)
_WELL = _OURS.values(
    first_at=func.coalesce(source.c.first_at, _AT),
    last_ok_at=_AT,
    lease_until=null(),
    lease_owner=null(),
    failing_since=null(),
)
_UNFINISHED = _OURS.values(last_ok_at=_AT, lease_until=null(), lease_owner=null(), failing_since=null())
_FAILED = _OURS.values(failing_since=func.coalesce(source.c.failing_since, _AT), lease_until=null(), lease_owner=null())
_TOKENS = (
    select(source.c.id, source.c.token)
    .where(source.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(source.c.id)
    .with_for_update()
)
_EVIDENCE = insert(fetch)
_OVER = (
    update(trouble)
    .where(
        trouble.c.source_id == bindparam("its_source"),
        trouble.c.kind == bindparam("its_kind"),
        trouble.c.over_at.is_(None),
    )
    .values(over_at=_AT)
)


def lock_claim_tokens(connection: Connection, claims: Iterable[Claim]) -> dict[str, int]:
    """Of each claimed source, by its id, the token of its last claim. Nobody claims it until the transaction ends."""
    found: dict[str, int] = {}
    for some in in_batches(claim.source for claim in claims):
        found.update((its_id, token) for its_id, token in connection.execute(_TOKENS, {"ids": some}))
    return found


def write_sources(connection: Connection, polls: Sequence[tuple[PollRecord, int]]) -> None:
    """The traces of polls at their sources, each with how many new articles it has brought; the claims are ours."""
    # Those that go into one statement set the same columns: the habits, which are long, only where they have changed.
    traces: defaultdict[tuple[bool, bool, bool], list[Row]] = defaultdict(list)
    for polled, _ in polls:
        well = polled.fetched.outcome in _GOOD and polled.failures == 0
        traces[well, polled.is_unfinished, polled.stats is not None].append(_poll_to_source_row(polled, well=well))
    for (well, unfinished, _), rows in traces.items():
        statement = _FAILED if not well else _UNFINISHED if unfinished else _WELL
        write_rows(connection, statement, rows)
    # Thousands of polls an hour bring nothing: they leave `polled_at`.
    evidence = [
        _poll_to_fetch_row(polled, new)
        for polled, new in polls
        if new or polled.claim.is_first_poll or _has_new_problem(polled)
    ]
    write_rows(connection, _EVIDENCE, evidence)
    marks = [
        {"source_id": each.claim.source, "marks": each.fingerprints}
        for each, _ in polls
        if each.fingerprints is not None
    ]
    write_rows(connection, _build_document_upsert(connection.dialect.name), marks)
    _write_troubles(connection, [polled for polled, _ in polls])


def _has_new_problem(polled: PollRecord) -> bool:
    """Whether a poll has a problem, and not only that of a document that is still the same."""
    return polled.problem is not None and polled.fetched.outcome is not FetchOutcome.NOT_MODIFIED


def _poll_to_source_row(polled: PollRecord, *, well: bool) -> Row:
    claim, validators = polled.claim, polled.fetched.validators
    row: Row = {
        "its_id": claim.source,
        "its_token": claim.token,
        "now": polled.at,
        "next_at": polled.next_at,
        "polled_at": polled.at,
        "failures": polled.failures,
        "problem": polled.problem,
    }
    if well:
        row |= {"etag": validators.etag, "last_modified": validators.last_modified, "body": validators.body}
    if polled.stats is not None:
        row["habits"] = polled.stats.to_row()
    return row


@cache
def _build_document_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, document)
    return new.on_conflict_do_update(index_elements=["source_id"], set_={"marks": new.excluded.marks})


def _poll_to_fetch_row(polled: PollRecord, new: int) -> Row:
    return {
        "source_id": polled.claim.source,
        "at": polled.at,
        "outcome": polled.fetched.outcome,
        "status": polled.fetched.status,
        "entries": polled.entries,
        "new": new,
        "problem": polled.problem,
    }


def _write_troubles(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Those that the polls showed, or showed to be over. One that lasts keeps its beginning."""
    opened = [_trouble_to_row(each, polled.claim.source) for polled in polls for each in polled.opened_troubles]
    write_rows(connection, _build_trouble_upsert(connection.dialect.name), opened)
    closed = [
        {"its_source": polled.claim.source, "its_kind": kind, "now": polled.at}
        for polled in polls
        for kind in polled.closed_troubles
    ]
    write_rows(connection, _OVER, closed)


@cache
def _build_trouble_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, trouble)
    begun = case((trouble.c.over_at.is_(None), trouble.c.since), else_=new.excluded.since)
    again = {"since": begun, "last_at": new.excluded.last_at, "detail": new.excluded.detail, "over_at": None}
    return new.on_conflict_do_update(index_elements=["source_id", "kind"], set_=again)


def _trouble_to_row(seen: SourceTrouble, of: str) -> Row:
    return {"source_id": of, "kind": seen.kind, "since": seen.since, "last_at": seen.last_at, "detail": seen.detail}
