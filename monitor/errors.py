"""The whole tree of our errors. Adapters translate the errors of libraries into it.

MonitorError                   everything that this package raises on purpose; its text is one line for a person
├── InvalidFiles               the user's files have faults (all of them, each with file:line:col)
├── EditUnsafe                 a command does not edit a file, because it could spoil it
├── FetchFailed                a source did not give a document (blocked address, time-out, too big, status ...)
├── FeedUnreadable             the document is no feed
├── WorkerLost                 a worker process passed its deadline or died
│   └── WorkerNotStarted       no process took the work
├── StoreFailed                the database cannot be used as it is
│   ├── StoreRefused           it works, but refused the values of a statement
│   ├── RowUnreadable          a row does not hold what it should
│   ├── StoreReplaced          it is no longer the database that was opened
│   └── StoreLocked            another daemon works on it
└── InvalidRequest             a request names something that does not exist, or is not clear

NotLoaded is separate: it is a mistake of ours, and nobody should ever see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.model import Place
from monitor.sanitize import sanitize_line, sanitize_text


class MonitorError(Exception):
    """The base of all errors. `str(error)` is one line that a person can act on, or several where a class says so; text
    from others in it is safe to show."""

    sanitize = staticmethod(sanitize_line)

    def __init__(self, text: object = "") -> None:
        super().__init__(self.sanitize(str(text)))


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong at one place in a user's file: where, what, and what was meant or what to do.

    `is_follow_up`: another fault causes it, or may cause it, so it comes after all others. `names_unknown`: the place
    names something (such as an entity or a source) that no file that was read has. `hides_names`: because of this
    fault, nobody knows which names its file has.
    """

    is_follow_up: bool = field(default=False, kw_only=True)  # before the place: faults are sorted by their fields
    place: Place
    problem: str
    hint: str | None = None
    names_unknown: bool = field(default=False, compare=False)
    hides_names: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        """Make it safe to show: it quotes the file."""
        object.__setattr__(self, "problem", sanitize_text(self.problem))
        object.__setattr__(self, "hint", self.hint and sanitize_text(self.hint))

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" + (f"; {self.hint}" if self.hint else "")


class InvalidFiles(MonitorError):
    """Files have faults: all of them, a line each, in the order of the files, follow-ups last."""

    sanitize = staticmethod(sanitize_text)

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class EditUnsafe(MonitorError):
    """A file of the user is written in a way in which an edit could spoil it. Nothing was changed. `by_hand`: what to
    do, perhaps with lines to paste."""

    sanitize = staticmethod(sanitize_text)

    def __init__(self, where: Place | str, by_hand: str = "edit it by hand") -> None:
        super().__init__(
            f"{where}: this is written in a way that a command does not edit, so nothing was changed; {by_hand}"
        )
        self.where = where


class FetchFailed(MonitorError):
    """A source did not give a document."""


class FeedUnreadable(MonitorError):
    """The document is no feed that we can read."""


class WorkerLost(MonitorError):
    """A worker process passed its deadline and was killed, or died by itself."""


class WorkerNotStarted(WorkerLost):
    """No worker process took the work: none of it was done."""


class StoreFailed(MonitorError):
    """The database cannot be used as it is."""


class StoreRefused(StoreFailed):
    """The database works, but refused the values that it was given."""


class RowUnreadable(StoreFailed):
    """A row of the database does not hold what it should: it was damaged, or written by something else."""


class StoreReplaced(StoreFailed):
    """The database was deleted, moved or replaced while it was in use."""


class StoreLocked(StoreFailed):
    """Another daemon works on this database."""


class NothingAdded(MonitorError):
    """There is no source at an address that could be added. Its text may have several lines."""

    sanitize = staticmethod(sanitize_text)


class InvalidRequest(MonitorError):
    """A request names something that does not exist, or is not clear (exit code 2 of the command line). Its text may
    have several lines."""

    sanitize = staticmethod(sanitize_text)


class NotLoaded(LookupError):
    """A decision needs something that was not loaded. Taking that for "never" would send a message twice."""
