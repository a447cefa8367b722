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
        self._cached: dict[Path, CachedFile[Value]] = {}
        self._last_read: dict[Path, CachedFile[Value]] = {}

    def read(
        self,
        files: Iterable[Path],
        parse: Callable[[YamlDocument], Iterable[Value]],
        stamps: Mapping[str, Stamp],
        inputs: object = None,
    ) -> list[CachedFile[Value]]:
        """What all of these files hold. A file is read where it is another than it was, or `given` is: that on which
        `reading` depends beside the document. `stamps`: of files that were looked at just before."""
        self._last_read = {
            file: self._read_one(file, stamps.get(str(file)) or get_file_stamp(file), parse, inputs) for file in files
        }
        for file, cached in self._last_read.items():  # and not all at once: to free thousands takes a while
            self._cached[file] = cached
        return list(self._last_read.values())

    def drop_unread(self) -> None:
        """All but the files that were read last."""
        self._cached = dict(self._last_read)

    def _read_one(
        self, file: Path, stamp: Stamp | None, parse: Callable[[YamlDocument], Iterable[Value]], inputs: object
    ) -> CachedFile[Value]:
        cached = self._cached.get(file)
        if cached and cached.stamp and (cached.stamp, cached.inputs) == (stamp, inputs):
            return cached
        read_at = clock.now()  # before it is read: an edit from then on must show
        last_good: tuple[Value, ...] = cached.last_good if cached else ()
        documents: tuple[YamlDocument, ...] = ()
        valid_part: tuple[Value, ...] = cached.valid_part if cached else ()
        faults: list[Fault] = []
        with collect_faults(faults):
            documents = read_yaml_file(file)
            if valid_part and not documents and is_empty(file):  # an editor that was cut off, a full disk
                raise InvalidFiles([Fault(Place(str(file)), "the file has been emptied", "delete it if that is meant")])
            valid_part, new_faults = _parse_valid_values(documents, parse)
            faults += new_faults
            last_good = last_good if new_faults else valid_part
        return CachedFile(
            last_good,
            valid_part,
            documents,
            tuple(faults),
            stamp if stamp and _is_settled(stamp, read_at) else None,
            inputs,
        )


def _parse_valid_values(
    documents: Iterable[YamlDocument], parse: Callable[[YamlDocument], Iterable[Value]]
) -> tuple[tuple[Value, ...], list[Fault]]:
    """What all documents of a file hold, as far as each is read before it raises Faulty, and their faults."""
    values: list[Value] = []
    faults: list[Fault] = []
    for document in documents:
        with collect_faults(faults):
            for value in parse(document):
                values.append(value)  # noqa: PERF402 - what was given before it raises counts
    return tuple(values), faults


def _is_settled(stamp: Stamp, read_at: datetime) -> bool:
    """Whether an edit from then on would have another time."""
    return read_at.timestamp() * 1e9 - stamp[0] > (_TWO_SECONDS if in_whole_seconds(stamp) else _TICK)
