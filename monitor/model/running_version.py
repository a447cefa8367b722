"""What a daemon runs, and how that differs from the user's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from monitor.model.outcome import DeskTime


@dataclass(frozen=True, slots=True)
class RunningVersion:
    """The version of the user's files that a daemon runs.

    since              when it began to run
    rules, sources     how many run, without rules that are off
    edited_at          when the files were last changed to something with faults, of which only the good part runs; None
                       if the files are what runs
    faults             the faults of that edit, one line each
    restart_settings   settings that have changed, and that take effect only at the next start
    """

    since: datetime
    rules: int
    sources: int
    edited_at: datetime | None = None
    faults: tuple[str, ...] = ()
    restart_settings: tuple[str, ...] = ()

    def describe(self, zone: tzinfo, now: datetime) -> str:
        """The version in one line, as the log, `status` and notices show it; without the faults themselves."""
        version = f"running the version of {time_of_day(self.since, zone, now)}"
        count = f"{len(self.faults)} fault{'s' * (len(self.faults) != 1)}"
        if self.edited_at == self.since:  # as at a start, or when only the good part of an edit runs
            parts = [f"{version} without its faulty parts: {count}"]
        elif self.edited_at:
            parts = [version, f"your edit of {time_of_day(self.edited_at, zone, now)} has {count}"]
        else:
            parts = [version]
        if self.restart_settings:
            parts.append(f"changed, and applied at the next start: {', '.join(self.restart_settings)}")
        return "; ".join(parts)

    def to_row(self) -> dict[str, Any]:
        """The version as plain JSON, as it is stored."""
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
        """The version that `to_row` wrote."""
        return cls(
            since=datetime.fromisoformat(row["since"]),
            rules=row["rules"],
            sources=row["sources"],
            edited_at=datetime.fromisoformat(row["edited"]) if row["edited"] else None,
            faults=tuple(row["faults"]),
            restart_settings=tuple(row["restart"]),
        )


def time_of_day(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """The time of day; with its date if that is not today."""
    return str(DeskTime.from_moment(moment, zone, now))
