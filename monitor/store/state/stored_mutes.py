"""The mutes that a decision needs, loaded by the ids of its stories and events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerting.case import Case
from monitor.alerting.mutes import Mutes, list_mutable_ids
from monitor.model import PendingAlert, Rule
from monitor.store.state.features_cache import FeaturesCache
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
