"""Retries, discards and moves stuck deliveries: those that are dead, and those that wait for their next attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import InvalidRequest
from monitor.model import DeliveryState, Settings
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queues import delivery_moves
from monitor.store.queues.outbox import OPERATOR_STATES, Outbox


@dataclass(frozen=True, slots=True)
class DeliverySelection:
    """Either deliveries by their `ids`, or all that are stuck: only the `dead` ones, only those on one `channel`, or
    both. Raises InvalidRequest if it selects nothing, or in both ways."""

    ids: Sequence[int] = ()
    dead: bool = False
    channel: str | None = None

    def __post_init__(self) -> None:
        """Nobody changes everything by mistake."""
        if bool(self.ids) == bool(self.dead or self.channel):
            raise InvalidRequest(
                "name the deliveries: either IDs (`news-monitor outbox list`), or --dead, --channel NAME or both"
            )


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """A selected delivery, and the state in which it was found; None: there is no such delivery."""

    id: int
    found: DeliveryState | None

    @property
    def is_changed(self) -> bool:
        """Whether it was retried, discarded or moved. What is being sent, was accepted or was discarded stays so."""
        return self.found in OPERATOR_STATES


def retry_deliveries(
    database: Database, settings: Settings, selection: DeliverySelection, now: datetime
) -> list[DeliveryChange]:
    """Make the selected deliveries due now, with all their attempts. Those of a channel that the hours of a route hold
    stay held, unless their ids are given. Raises InvalidRequest for an unknown channel."""
    outbox = Outbox(database, "operator")
    ids = _find_selected(outbox, settings, selection, unheld_at=now)
    return _list_changes(ids, outbox.retry(ids, now))


def discard_deliveries(
    database: Database, settings: Settings, selection: DeliverySelection, now: datetime
) -> list[DeliveryChange]:
    """Never send the selected deliveries. Raises InvalidRequest for an unknown channel."""
    outbox = Outbox(database, "operator")
    ids = _find_selected(outbox, settings, selection)
    return _list_changes(ids, outbox.discard(ids, now))


def move_deliveries(
    database: Database, settings: Settings, selection: DeliverySelection, to: str, now: datetime
) -> list[DeliveryChange]:
    """Send the selected deliveries on another channel now, with all their attempts. Raises InvalidRequest for an
    unknown channel, or if they are selected on the channel that they are moved to."""
    require_known("channel", [to], settings.channels)
    if selection.channel == to:
        raise InvalidRequest(f"'{to}' is the channel that they wait for; name another one after --to")
    ids = _find_selected(Outbox(database, "operator"), settings, selection)
    return _list_changes(ids, delivery_moves.move_deliveries(database, ids, to, now))


def _find_selected(
    outbox: Outbox, settings: Settings, selection: DeliverySelection, unheld_at: datetime | None = None
) -> Sequence[int]:
    channel = selection.channel
    require_known("channel", [channel] if channel else [], settings.channels, outbox.channels)
    states = [DeliveryState.DEAD] if selection.dead else OPERATOR_STATES
    return selection.ids or outbox.ids(states, channel, unheld_at)


def _list_changes(ids: Iterable[int], found: Mapping[int, DeliveryState]) -> list[DeliveryChange]:
    """Each delivery once, in the order of the selection."""
    return [DeliveryChange(id_, found.get(id_)) for id_ in dict.fromkeys(ids)]
