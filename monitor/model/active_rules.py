"""What a daemon runs, and how that differs from the user's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any


@dataclass(frozen=True, slots=True)
class RunningVersion:
    """The version that runs was taken up at `since`; `rules`: how many run, without those that are off. `edited`: when
    the files were last changed to something with `faults` (one line each), of which only what is good runs; None where
    the files are what runs. `restart`: settings that have changed and are taken up at the next start only.
    """

    since: datetime
    rules: int
    sources: int
    edited_at: datetime | None = None
    faults: tuple[str, ...] = ()
    restart_settings: tuple[str, ...] = ()

    def describe(self, zone: tzinfo, now: datetime) -> str:
        """In one line, as the log, `status` and notices say it: the faults themselves are not in it."""
        version = f"running the version of {time_of_day(self.since, zone, now)}"
        count = f"{len(self.faults)} fault{'s' * (len(self.faults) != 1)}"
        if self.edited_at == self.since:  # as at a start, or where the rest of an edit was taken up
            parts = [f"{version} without what is faulty in it: {count}"]
        elif self.edited_at:
            parts = [version, f"your edit of {time_of_day(self.edited_at, zone, now)} has {count}"]
        else:
            parts = [version]
        if self.restart_settings:
            parts.append(f"changed, and taken up at the next start: {', '.join(self.restart_settings)}")
        return "; ".join(parts)

    def to_row(self) -> dict[str, Any]:
        """As it is stored: plain JSON."""
        return {
            "since": self.since.isoformat(),
            "rules": self.rules,
            "sources": self.sources,
            "edited": self.edited_at.isoformat() if self.edited_at else None,
            "faults": list(self.faults),
            "restart": list(self.restart_settings),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> RunningVersion:
        """What `as_row` gave."""
        return cls(
            since=datetime.fromisoformat(row["since"]),
            rules=row["rules"],
            sources=row["sources"],
            edited_at=datetime.fromisoformat(row["edited"]) if row["edited"] else None,
            faults=tuple(row["faults"]),
            restart_settings=tuple(row["restart"]),
        )


def time_of_day(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """The time of day; with its date where that is not today's."""
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local.day} {local:%b, %H:%M}"
