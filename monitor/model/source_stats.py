"""What was learnt of a source from its polls, and what is not as it should be at one that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any

MOVED_AFTER_POLLS = 3
MOVED_DOUBTED = timedelta(days=7)
_SHOWN = timedelta(days=1)


class TroubleKind(StrEnum):
    """What is not as it should be at a source."""

    GAP = "possible_gap"  # between two polls its whole document was replaced
    SILENT = "silent"  # nothing new for much longer than it was ever quiet
    UNREADABLE = "unreadable"  # ill-formed, poll after poll; something was read of it
    UNDATED = "undated"  # what is new has no date, poll after poll
    GONE = "gone"  # 410
    BURST = "burst"  # many more new entries at once than it ever had
    GUIDS = "guids"  # its guids change while its articles do not

    @property
    def label(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


# What happens at one poll and is over at the next one that is as usual: people are shown it for a day all the same.
MOMENTARY = frozenset({TroubleKind.GAP, TroubleKind.BURST})


@dataclass(frozen=True, slots=True)
class SourceTrouble:
    """A trouble of a source: since when, when it was last seen, and one line for a person. Of a gap, `since` and
    `last_at` are the window in which entries may have been lost."""

    source: str
    kind: TroubleKind
    since: datetime
    last_at: datetime
    detail: str
    over_at: datetime | None = None

    def is_current(self, now: datetime) -> bool:
        """Whether people should be shown it: it lasts, or it happened within a day."""
        return self.over_at is None or (self.kind in MOMENTARY and now - self.last_at < _SHOWN)


@dataclass(frozen=True, slots=True)
class SourceStats:
    """What was learnt of a source; it changes only when a poll brings something to learn, so that most polls write
    nothing of it.

    since, last_new_at   its first poll; when it last had something new (at first: its first poll)
    rate                 new entries an hour, lately, at `last_new_at`
    arrivals             at how many polls it had something new
    entries              how many its last document held
    overlap              the share of a document's entries that the poll before knew, lately (0 to 1)
    most                 the most new entries at one poll
    left                 how many entries of the last document wait for the next poll: they were too many
                         (`limits.entries`) or too much work
    left_since           of these: when the good poll before the one that left them was; they are news since then
    left_late            of these: when that one came, if it came much later than planned
    quiet                the longest it was usually without anything new
    hint                 how long its server and its feed ask to be left alone
    tightened            what its interval is multiplied by after a gap (1: nothing)
    eased                what its interval is multiplied by after it refused us (1: nothing)
    ill_formed, undated  so many polls in a row (counted up to where they are trouble)
    troubled             the troubles that last
    distrusts_guids      its guids are not used
    read_as              how its last document was read (`Source.read_as`)
    moved_*              a permanent redirect: where to, since when, at how many polls; of one that has held, when the
                         old address was asked last
    """

    since: datetime | None = None
    last_new_at: datetime | None = None
    rate: float = 0.0
    arrivals: int = 0
    entries: int = 0
    overlap: float = 1.0
    most: int = 0
    left: int = 0
    left_since: datetime | None = None
    left_late: datetime | None = None
    quiet: timedelta = timedelta(0)
    hint: timedelta | None = None
    tightened: float = 1.0
    eased: float = 1.0
    ill_formed: int = 0
    undated: int = 0
    troubled: frozenset[TroubleKind] = frozenset()
    distrusts_guids: bool = False
    read_as: str = ""
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_polls: int = 0
    moved_asked: datetime | None = None

    def address(self, url: str) -> str:
        """Where a source of this address is polled: elsewhere, once a permanent redirect has held."""
        return self.moved_to if self.moved_to is not None and self.moved_polls >= MOVED_AFTER_POLLS else url

    def doubts_move(self, at: datetime) -> bool:
        """Whether the old address should be asked again, as it may answer itself: once a week."""
        asked = self.moved_asked or self.moved_since
        learnt = self.moved_to is not None and self.moved_polls >= MOVED_AFTER_POLLS
        return learnt and (asked is None or at - asked >= MOVED_DOUBTED)

    def to_row(self) -> dict[str, Any]:
        """As it is stored: plain JSON, without what is as at the beginning; durations in seconds."""
        values = zip(_NAMES, _IN_ORDER(self), _AT_THE_BEGINNING, strict=True)
        return {name: _value_to_json(value) for name, value, beginning in values if value != beginning}

    @classmethod
    def of_row(cls, row: Mapping[str, Any] | None) -> SourceStats:
        """What `to_row` gave, by this version of the program or another one: what is unknown or cannot be is left out,
        as it is learnt anew."""
        read: dict[str, Any] = {}
        for name, value in (row or {}).items():
            try:
                read[name] = _READ[name](value)
            except (KeyError, ValueError, TypeError, OverflowError):
                continue
        return cls(**read)


_NAMES = tuple(field.name for field in fields(SourceStats))
_IN_ORDER = attrgetter(*_NAMES)
_AT_THE_BEGINNING = _IN_ORDER(SourceStats())


def _value_to_json(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case frozenset():
            return sorted(value)
        case _:
            return value


def _parse_moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _seconds_to_timedelta(value: float) -> timedelta:
    return timedelta(seconds=value)


def _parse_trouble_kinds(value: list[str]) -> frozenset[TroubleKind]:
    known = set(TroubleKind)
    return frozenset(TroubleKind(each) for each in value if each in known)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "since": _parse_moment,
    "last_new_at": _parse_moment,
    "rate": float,
    "arrivals": int,
    "entries": int,
    "overlap": float,
    "most": int,
    "left": int,
    "left_since": _parse_moment,
    "left_late": _parse_moment,
    "quiet": _seconds_to_timedelta,
    "hint": _seconds_to_timedelta,
    "tightened": float,
    "eased": float,
    "ill_formed": int,
    "undated": int,
    "troubled": _parse_trouble_kinds,
    "distrusts_guids": bool,
    "read_as": str,
    "moved_to": str,
    "moved_since": _parse_moment,
    "moved_polls": int,
    "moved_asked": _parse_moment,
}
