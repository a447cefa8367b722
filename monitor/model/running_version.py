"""What a daemon runs, and how that differs from the user's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from monitor.model.outcome import DeskTime

_NAMED = 3  # rules that do not run, in the one line


@dataclass(frozen=True, slots=True)
class RunningVersion:
    """The version of the user's files that a daemon runs.

    since              when it began to run
    rules, sources     how many run, without rules that are off
    edited_at          when the files were last changed to something with faults, so that the version before runs on (at
                       a start: without the faulty files); None if the files are what runs
    faults             the faults of that edit, one line each
    restart_settings   settings that have changed, and that take effect only at the next start
    left_out           the files with faults of which something does not run, and of each the ids of its rules that do
                       not run; no id: nothing in the file is used
    """

    since: datetime
    rules: int
    sources: int
    edited_at: datetime | None = None
    faults: tuple[str, ...] = ()
    restart_settings: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def silent_rules(self) -> tuple[str, ...]:
        """The ids of the rules that do not run because of faults."""
        return tuple(dict.fromkeys(id_ for rules in self.left_out.values() for id_ in rules))

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
        parts += self._list_silent_parts(_NAMED)
        if self.restart_settings:
            parts.append(f"changed, and applied at the next start: {', '.join(self.restart_settings)}")
        return "; ".join(parts)

    def describe_effect_of_faults(self) -> str:
        """What runs and what is silent in spite of the faults: after a start, and after an edit."""
        as_before = "" if self.edited_at == self.since else " as before the edit"
        if not (silent := "; ".join(self._list_silent_parts(len(self.silent_rules)))):
            return f"every rule runs{as_before}"
        return f"{silent}; every other rule runs{as_before}"

    def _list_silent_parts(self, most: int) -> Iterator[str]:
        """What does not run. At most so many rules are named."""
        rules = self.silent_rules
        if len(rules) == 1:
            yield f"rule {rules[0]} does not run: nothing is sent for it"
        elif rules:
            more = f" and {len(rules) - most} more" if len(rules) > most else ""
            yield f"rules {', '.join(rules[:most])}{more} do not run: nothing is sent for them"
        if files := [file for file, ids in self.left_out.items() if not ids]:
            yield f"nothing in {', '.join(files)} is used"

    def to_row(self) -> dict[str, Any]:
        """The version as plain JSON, as it is stored."""
        return {
            "since": self.since.isoformat(),
            "rules": self.rules,
            "sources": self.sources,
            "edited": self.edited_at.isoformat() if self.edited_at else None,
            "faults": list(self.faults),
            "restart": list(self.restart_settings),
            "left_out": {file: list(rules) for file, rules in self.left_out.items()},
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
            left_out={file: tuple(rules) for file, rules in row.get("left_out", {}).items()},  # older daemons: none
        )


def time_of_day(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """The time of day; with its date if that is not today."""
    return str(DeskTime.from_moment(moment, zone, now))
