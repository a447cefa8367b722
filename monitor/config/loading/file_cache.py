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
from monitor.config.language.faults import collect_faults
from monitor.config.loading.files import Stamp, get_file_stamp, in_whole_seconds, is_empty
from monitor.config.yaml.yaml12 import YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

_TICK, _TWO_SECONDS = 10**8, 2 * 10**9  # ns: what file systems tell time in, and more
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CachedFile(Generic[Value]):
    """What came of a file. `says`: what it said when it was last without a fault; `sound`: what had none of what stood
    in it when it could last be read at all; `documents` and `faults`: of what stands in it now; `stamp` None: another
    edit might not show in it yet; `given`: with what it was read."""

    last_good: tuple[Value, ...]
    valid_part: tuple[Value, ...]
    documents: tuple[YamlDocument, ...]
    faults: tuple[Fault, ...]
    stamp: Stamp | None
    inputs: object


class FileCache(Generic[Value]):
    """What is known of each file."""

    def __init__(self) -> None:
        self._known: dict[Path, CachedFile[Value]] = {}
        self._last: dict[Path, CachedFile[Value]] = {}

    def read(
        self,
        files: Iterable[Path],
        reading: Callable[[YamlDocument], Iterable[Value]],
        stamps: Mapping[str, Stamp],
        given: object = None,
    ) -> list[CachedFile[Value]]:
        """What all of these files hold. A file is read where it is another than it was, or `given` is: that on which
        `reading` depends beside the document. `stamps`: of files that were looked at just before."""
        self._last = {
            file: self._of(file, stamps.get(str(file)) or get_file_stamp(file), reading, given) for file in files
        }
        for file, each in self._last.items():  # and not all at once: to free thousands takes a while
            self._known[file] = each
        return list(self._last.values())

    def drop_unread(self) -> None:
        """All but the files that were read last."""
        self._known = dict(self._last)

    def _of(
        self, file: Path, found: Stamp | None, reading: Callable[[YamlDocument], Iterable[Value]], given: object
    ) -> CachedFile[Value]:
        known = self._known.get(file)
        if known and known.stamp and (known.stamp, known.inputs) == (found, given):
            return known
        at = clock.now()  # before it is read: an edit from then on must show
        says: tuple[Value, ...] = known.last_good if known else ()
        documents: tuple[YamlDocument, ...] = ()
        sound: tuple[Value, ...] = known.valid_part if known else ()
        faults: list[Fault] = []
        with collect_faults(faults):
            documents = read_yaml_file(file)
            if sound and not documents and is_empty(file):  # an editor that was cut off, a full disk
                raise InvalidFiles([Fault(Place(str(file)), "the file has been emptied", "delete it if that is meant")])
            sound, wrong = _parse_valid_values(documents, reading)
            faults += wrong
            says = says if wrong else sound
        return CachedFile(
            says, sound, documents, tuple(faults), found if found and _is_settled(found, at) else None, given
        )


def _parse_valid_values(
    documents: Iterable[YamlDocument], reading: Callable[[YamlDocument], Iterable[Value]]
) -> tuple[tuple[Value, ...], list[Fault]]:
    """What all documents of a file hold, as far as each is read before it raises Faulty, and their faults."""
    found: list[Value] = []
    faults: list[Fault] = []
    for document in documents:
        with collect_faults(faults):
            for each in reading(document):
                found.append(each)  # noqa: PERF402 - what was given before it raises counts
    return tuple(found), faults


def _is_settled(found: Stamp, at: datetime) -> bool:
    """Whether an edit from then on would have another time."""
    return at.timestamp() * 1e9 - found[0] > (_TWO_SECONDS if in_whole_seconds(found) else _TICK)
