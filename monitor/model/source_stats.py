"""What we learn about a source from its polls, and what is wrong with a source that still answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from operator import attrgetter
from typing import Any

MOVED_AFTER_POLLS = 3
MOVED_DOUBTED = timedelta(days=7)
_SHOWN = timedelta(days=1)


class TroubleKind(StrEnum):
    """What is wrong with a source that still answers."""

    GAP = "possible_gap"  # its whole document was replaced between two polls
    SILENT = "silent"  # nothing new for much longer than it was ever quiet
    UNREADABLE = "unreadable"  # ill-formed at poll after poll, though some of it could be read
    UNDATED = "undated"  # new entries have no date, at poll after poll
    GONE = "gone"  # 410
    BURST = "burst"  # many more new entries at once than ever before
    GUIDS = "guids"  # its guids change while its articles do not

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return self.value.replace("_", " ")


# Troubles that happen at one poll and are over at the next normal one. People see them for a day all the same.
MOMENTARY = frozenset({TroubleKind.GAP, TroubleKind.BURST})


@dataclass(frozen=True, slots=True)
class SourceTrouble:
    """A trouble of a source: since when, when it was last seen, and one line for a person. For a gap, `since` and
    `last_at` are the time within which entries may have been lost."""

    source: str
    kind: TroubleKind
    since: datetime
    last_at: datetime
    detail: str
    over_at: datetime | None = None

    def is_current(self, now: datetime) -> bool:
        """Whether people should see it: it lasts, or it happened within the last day."""
        return self.over_at is None or (self.kind in MOMENTARY and now - self.last_at < _SHOWN)


@dataclass(frozen=True, slots=True)
class SourceStats:
    """What we have learned about a source. It changes only when a poll teaches us something, so most polls write none
    of it.

    since, last_new_at   its first poll; when it last had something new (at first: its first poll)
    rate                 new entries an hour, lately, as of `last_new_at`
    arrivals             at how many polls it had something new
    entries              how many entries its last document had
    overlap              the share of a document's entries that the poll before knew, lately (0 to 1)
    most                 the most new entries at one poll
    left                 how many entries of the last document were left for the next poll: they were too many
                         (`limits.entries`) or too much work
    left_since           if entries were left: when the last good poll before the poll that left them was; they are news
                         since then
    left_late            if entries were left: when the poll that left them came, if it came much later than planned
    quiet                the longest time for which it usually had nothing new
    hint                 how long its server and its feed ask us to wait between polls
    tightened            the factor on its interval after a gap (1: none)
    eased                the factor on its interval after it refused us (1: none)
    ill_formed, undated  at how many polls in a row (counted up to where it is a trouble)
    troubled             the troubles that last
    distrusts_guids      its guids are not used
    read_as              how its last document was read (`Source.read_as`)
    moved_*              a permanent redirect: where to, since when, at how many polls; once we follow it, when we last
                         asked the old address
    validators_origin    of the server that gave the validators that are stored (`Validators.origin`)
    refused              the address that its last poll was refused, because it is private
    title                what the feed calls itself, for a source whose file gives it no name
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
    validators_origin: str | None = None
    refused: str | None = None
    title: str | None = None

    def address(self, url: str) -> str:
        """The address where the source is polled: `url`, or another one once a permanent redirect has lasted."""
        return self.moved_to if self.moved_to is not None and self.moved_polls >= MOVED_AFTER_POLLS else url

    def doubts_move(self, at: datetime) -> bool:
        """Whether to ask the old address again, as it may answer itself: once a week."""
        asked = self.moved_asked or self.moved_since
        has_moved = self.moved_to is not None and self.moved_polls >= MOVED_AFTER_POLLS
        return has_moved and (asked is None or at - asked >= MOVED_DOUBTED)

    def to_row(self) -> dict[str, Any]:
        """The stats as plain JSON, as they are stored, without values that are still as at the start; durations in
        seconds."""
        values = zip(_NAMES, _GET_VALUES(self), _INITIAL_VALUES, strict=True)
        return {name: _value_to_json(value) for name, value, initial in values if value != initial}

    @classmethod
    def of_row(cls, row: object) -> SourceStats:
        """The stats that `to_row` wrote, in this version of the program or another one, or None. What is unknown or
        impossible is left out, as we will learn it again: all of it, if the value is damaged."""
        parsed: dict[str, Any] = {}
        for name, value in row.items() if isinstance(row, Mapping) else ():
            try:
                parsed[name] = _PARSERS[name](value)
            except (KeyError, ValueError, TypeError, OverflowError):
                continue
        return cls(**parsed)


_NAMES = tuple(field.name for field in fields(SourceStats))
_GET_VALUES = attrgetter(*_NAMES)
_INITIAL_VALUES = _GET_VALUES(SourceStats())


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


def _parse_address(value: str) -> str:
    return str(ip_address(value))


def _seconds_to_timedelta(value: float) -> timedelta:
    return timedelta(seconds=value)


def _parse_trouble_kinds(value: list[str]) -> frozenset[TroubleKind]:
    known = set(TroubleKind)
    return frozenset(TroubleKind(kind) for kind in value if kind in known)


_PARSERS: Mapping[str, Callable[[Any], Any]] = {
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
    "validators_origin": str,
    "refused": _parse_address,
    "title": str,
}
