"""Mutes as they are stored: columns of the story or event that a person has muted. So they are deleted with it.

The mute of a story and that of its event are separate: each is made, ended and merged alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, update

from monitor.alerting.case import Case
from monitor.alerting.mutes import Mute, Mutes, list_mutable_ids
from monitor.model import PendingAlert, Rule
from monitor.store.engine.database import Database
from monitor.store.state.features_cache import FeaturesCache
from monitor.store.state.identity_marks import MarkedCluster, require_cluster
from monitor.store.state.mute_rows import load_mutes
from monitor.store.state.stored_part import StoredPart


class StoredMutes(StoredPart):
    """The mutes that one pass through the section has loaded, in `mutes`."""

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        super().__init__(connection, cache)
        self.part = self.mutes = Mutes(complete=False)

    def load_for_cases(self, cases: Sequence[Case], now: datetime) -> None:  # noqa: ARG002 - the contract's
        """Load whether their stories and events are muted."""
        self._load(id_ for case in cases for id_ in list_mutable_ids(case.story, case.subject_event))

    def load_for_due(self, due: Sequence[PendingAlert], rules: Iterable[Rule], now: datetime) -> None:  # noqa: ARG002
        """Load the same for pending alerts."""
        candidates = [pending.candidate for pending in due]
        self._load(id_ for each in candidates for id_ in list_mutable_ids(each.story, each.event))

    def _load(self, wanted: Iterable[str]) -> None:
        ids = self.mutes.by_id.missing(wanted)
        self.mutes.by_id.load({**dict.fromkeys(ids), **load_mutes(self._connection, ids)})


@dataclass(frozen=True, slots=True)
class MuteChange:
    """The mute that a story or an event had before it was muted, also one that was over, and the one that it has
    now."""

    before: Mute | None
    after: Mute


def set_mute(database: Database, id_: str, mute: Mute, *, may_shorten: bool = True) -> MuteChange:
    """Mute a story or an event. `may_shorten`: also if it is muted already, and that ends later. Raises InvalidRequest
    if there is no such story or event."""
    with database.writing() as connection:
        database.enter_section(connection)
        cluster = require_cluster(connection, id_)
        before = load_mutes(connection, [cluster.id]).get(cluster.id)
        if before is not None and before.until > mute.until and not may_shorten:
            return MuteChange(before, before)
        _write_mute(connection, cluster, mute)
        return MuteChange(before, mute)


def end_mute(database: Database, id_: str) -> Mute | None:
    """End the mute of a story or an event. Returns it, also if it was over. Raises InvalidRequest if there is no such
    story or event."""
    with database.writing() as connection:
        database.enter_section(connection)
        cluster = require_cluster(connection, id_)
        before = load_mutes(connection, [cluster.id]).get(cluster.id)
        _write_mute(connection, cluster, None)
        return before


def _write_mute(connection: Connection, cluster: MarkedCluster, mute: Mute | None) -> None:
    """What was merged into it is muted too: alerts that were deferred before the merge name it."""
    values = {"muted_at": mute and mute.at, "muted_until": mute and mute.until, "muted_by": mute and mute.who}
    ids = cluster.table.c
    itself = or_(ids.id == cluster.id, ids.merged_into == cluster.id)
    connection.execute(update(cluster.table).where(itself).values(**values))


def merge_mutes(connection: Connection, whole: MarkedCluster, part: MarkedCluster, now: datetime) -> None:
    """After a merge: if one of the two is muted, the whole is; if both are, until the later end."""
    active = [mute for mute in load_mutes(connection, [whole.id, part.id]).values() if mute.is_active(now)]
    if active:
        _write_mute(connection, whole, max(active, key=lambda mute: mute.until))
