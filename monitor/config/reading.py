"""Files that are read again and again: each is parsed once for as long as it stays as it is.

Of a faulty one counts what it said when it was last without a fault; if it never was, what of it has none may. What
documents mean is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from monitor import clock
from monitor.config.faults import noting
from monitor.config.files import Stamp, in_whole_seconds, is_empty, stamp
from monitor.config.yaml12 import Document, read
from monitor.errors import Fault, Faulty
from monitor.model import Place

_TICK, _TWO_SECONDS = 10**8, 2 * 10**9  # ns: what file systems tell time in, and more
Says = TypeVar("Says")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Says]):
    """What came of a file. `says`: what it said when it was last without a fault; `sound`: what had none of what stood
    in it when it could last be read at all; `documents` and `faults`: of what stands in it now; `stamp` None: another
    edit might not show in it yet; `given`: with what it was read."""

    last_good: tuple[Says, ...]
    valid_part: tuple[Says, ...]
    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]
    stamp: Stamp | None
    inputs: object


class Memory(Generic[Says]):
    """What is known of each file."""

    def __init__(self) -> None:
        self._known: dict[Path, Reading[Says]] = {}
        self._last: dict[Path, Reading[Says]] = {}

    def read(
        self,
        files: Iterable[Path],
        reading: Callable[[Document], Iterable[Says]],
        stamps: Mapping[str, Stamp],
        given: object = None,
    ) -> list[Reading[Says]]:
        """What all of these files hold. A file is read where it is another than it was, or `given` is: that on which
        `reading` depends beside the document. `stamps`: of files that were looked at just before."""
        self._last = {file: self._of(file, stamps.get(str(file)) or stamp(file), reading, given) for file in files}
        for file, each in self._last.items():  # and not all at once: to free thousands takes a while
            self._known[file] = each
        return list(self._last.values())

    def drop_unread(self) -> None:
        """All but the files that were read last."""
        self._known = dict(self._last)

    def _of(
        self, file: Path, found: Stamp | None, reading: Callable[[Document], Iterable[Says]], given: object
    ) -> Reading[Says]:
        known = self._known.get(file)
        if known and known.stamp and (known.stamp, known.inputs) == (found, given):
            return known
        at = clock.now()  # before it is read: an edit from then on must show
        says: tuple[Says, ...] = known.last_good if known else ()
        documents: tuple[Document, ...] = ()
        sound: tuple[Says, ...] = known.valid_part if known else ()
        faults: list[Fault] = []
        with noting(faults):
            documents = read(file)
            if sound and not documents and is_empty(file):  # an editor that was cut off, a full disk
                raise Faulty([Fault(Place(str(file)), "the file has been emptied", "delete it if that is meant")])
            sound, wrong = _told_apart(documents, reading)
            faults += wrong
            says = says if wrong else sound
        return Reading(says, sound, documents, tuple(faults), found if found and _settled(found, at) else None, given)


def _told_apart(
    documents: Iterable[Document], reading: Callable[[Document], Iterable[Says]]
) -> tuple[tuple[Says, ...], list[Fault]]:
    """What all documents of a file hold, as far as each is read before it raises Faulty, and their faults."""
    found: list[Says] = []
    faults: list[Fault] = []
    for document in documents:
        with noting(faults):
            for each in reading(document):
                found.append(each)  # noqa: PERF402 - what was given before it raises counts
    return tuple(found), faults


def _settled(found: Stamp, at: datetime) -> bool:
    """Whether an edit from then on would have another time."""
    return at.timestamp() * 1e9 - found[0] > (_TWO_SECONDS if in_whole_seconds(found) else _TICK)
