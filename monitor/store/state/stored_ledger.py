"""What was heard and told of subjects, as it is stored: loaded by key, and written after it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Insert, Row, bindparam, or_, select, union_all

from monitor.alerting.ledger import AN_HOUR, NotificationLedger, SubjectRecord
from monitor.alerting.pending import CLOCKS_DIFFER
from monitor.model import AlertKind, PendingAlert, PendingKind, Rule
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.tables import account, alert, match, waiting
from monitor.store.state.pending_rows import pending_alert_from_row

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_ACCOUNTS = select(account).where(account.c.key.in_(_KEYS))
_SENT = union_all(
    select(alert.c.dedup_key).where(alert.c.dedup_key.in_(_KEYS)),
    select(match.c.shadow_key).where(match.c.shadow_key.in_(_KEYS)),
)
_WAITS = select(waiting).where(waiting.c.key.in_(_KEYS))
_LATELY = (
    select(alert.c.rule_id, alert.c.at)
    .where(alert.c.rule_id.in_(_KEYS), alert.c.kind != AlertKind.DIGEST, alert.c.at > bindparam("since"))
    .order_by(alert.c.at)
)
_DUE = select(waiting).where(or_(waiting.c.due <= bindparam("now"), waiting.c.since > bindparam("set_back")))
_MISSED = select(waiting).where(waiting.c.kind == PendingKind.CATCH_UP)


def load_subjects(connection: Connection, told: NotificationLedger, wanted: Iterable[str]) -> None:
    """All that was told of the subjects under these keys, and what waits of them."""
    keys = told.missing_keys(wanted)
    if not keys:
        return
    accounts = load_subject_records(connection, keys)
    told.load(
        keys,
        records=accounts.values(),
        sent=sent_keys(connection, keys, accounts),
        pending=[each for some in in_batches(keys) for each in _read_pending(connection, _WAITS, {"keys": some})],
    )


def load_recent_sends(connection: Connection, told: NotificationLedger, wanted: Iterable[Rule], now: datetime) -> None:
    """When those of these rules that may send so many messages an hour sent some within the last one."""
    rules = told.missing_rules({each.id for each in wanted if each.alert.most_an_hour is not None})
    lately: dict[str, tuple[datetime, ...]] = {}
    for some in in_batches(rules):
        for rule, at in connection.execute(_LATELY, {"keys": some, "since": now - AN_HOUR}):
            lately[rule] = (*lately.get(rule, ()), at)
    told.load_recent_sends(rules, lately)


def load_due_alerts(connection: Connection, now: datetime) -> list[PendingAlert]:
    """What has waited until now; of what was missed all, as soon as the first of it is due. A clock that was set back
    makes nobody wait longer (`alerting.waiting.is_due`)."""
    due = _read_pending(connection, _DUE, {"now": now, "set_back": now + CLOCKS_DIFFER})
    if not any(each.kind is PendingKind.CATCH_UP for each in due):
        return due
    missed = _read_pending(connection, _MISSED, {})
    return [*(each for each in due if each.kind is not PendingKind.CATCH_UP), *missed]


def sent_keys(connection: Connection, keys: Iterable[str], accounts: Mapping[str, SubjectRecord]) -> set[str]:
    """Those of the keys that were ever told, or would have been by rules in shadow."""
    sent = {key for key, each in accounts.items() if each.last_sent_at is not None}
    for some in in_batches(set(keys) - sent):
        sent.update(connection.execute(_SENT, {"keys": some}).scalars())
    return sent


def load_subject_records(connection: Connection, keys: Iterable[str]) -> dict[str, SubjectRecord]:
    """What was heard and told of these subjects."""
    found: dict[str, SubjectRecord] = {}
    for some in in_batches(keys):
        for row in connection.execute(_ACCOUNTS, {"keys": some}):
            with skip_if_unreadable(f"account {row.key}"):
                found[row.key] = _subject_record_from_row(row)
    return found


def _read_pending(connection: Connection, asked: Any, values: Mapping[str, object]) -> list[PendingAlert]:  # noqa: ANN401 - a Select
    found: list[PendingAlert] = []
    for row in connection.execute(asked, values):
        with skip_if_unreadable(f"waiting {row.id}"):
            found.append(pending_alert_from_row(row))
    return found


def _subject_record_from_row(row: Row[*tuple[Any, ...]]) -> SubjectRecord:
    return SubjectRecord.from_row(
        row.row,
        key=row.key,
        rule=row.rule_id,
        last_match_at=row.heard_at,
        first_alert=row.alert_id,
        first_sent_at=row.first_at,
        last_sent_at=row.told_at,
    )


def write_subject_records(connection: Connection, accounts: Iterable[SubjectRecord]) -> None:
    """What was heard and told of subjects."""
    rows = [
        {
            "key": each.key,
            "rule_id": each.rule,
            "its_alert": each.first_alert,
            "heard_at": each.last_match_at,
            "first_at": each.first_sent_at,
            "told_at": each.last_sent_at,
            "row": each.to_row(),
        }
        for each in accounts
    ]
    write_rows(connection, _build_subject_upsert(connection.dialect.name), rows)


@cache
def _build_subject_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, account)
    anew = {name: new.excluded[name] for name in ("alert_id", "heard_at", "first_at", "told_at", "row")}
    # An alert that was told long ago may have left the archive, while its subject is still heard of.
    here = select(alert.c.id).where(alert.c.id == bindparam("its_alert")).scalar_subquery()
    return new.values(alert_id=here).on_conflict_do_update(index_elements=["key"], set_=anew)
