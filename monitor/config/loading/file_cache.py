"""Caches files that are read again and again: a file is parsed again only after it has changed.

An edit among thousands of rules runs within 2 s because of it (`./dev bench reload`). The caller decides how documents
are parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from monitor import clock
from monitor.config.language.faults import collect_faults, mark_hiding
from monitor.config.loading.files import Stamp, get_file_stamp, in_whole_seconds, is_empty
from monitor.config.yaml.yaml12 import YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

_TICK, _TWO_SECONDS = 10**8, 2 * 10**9  # ns: more than the resolution of file times; for file systems with coarse times
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CachedFile(Generic[Value]):
    """The result of reading a file.

    `values`: those without a fault; `held_values`: it has some, or had some before it could not be read; `stamp`: None
    if a further edit might not change it; `inputs`: the other inputs of the parser.
    """

    values: tuple[Value, ...]
    held_values: bool
    documents: tuple[YamlDocument, ...]
    faults: tuple[Fault, ...]
    stamp: Stamp | None
    inputs: object


class FileCache(Generic[Value]):
    """The last result for each file."""

    def __init__(self) -> None:
        self._cached: dict[Path, CachedFile[Value]] = {}

    def read(
        self,
        files: Iterable[Path],
        parse: Callable[[YamlDocument], Iterable[Value]],
        stamps: Mapping[str, Stamp],
        inputs: object = None,
        may_be_pipes: Collection[Path] = (),
    ) -> list[CachedFile[Value]]:
        """The results for all of these files. A file is read again only if it has changed, or if `inputs` has:
        everything that `parse` depends on apart from the document. `stamps`: of files that were checked just before.
        `may_be_pipes`: files that are also read if they are pipes."""
        read = {
            file: self._read_one(
                file, stamps.get(str(file)) or get_file_stamp(file), parse, inputs, accept_pipe=file in may_be_pipes
            )
            for file in files
        }
        for file in self._cached.keys() - read.keys():
            del self._cached[file]
        for file, cached in read.items():  # one by one: freeing thousands at once takes a while
            self._cached[file] = cached
        return list(read.values())

    def last_read(self) -> Iterable[CachedFile[Value]]:
        """The results for the files that the last `read` asked for."""
        return self._cached.values()

    def _read_one(
        self,
        file: Path,
        stamp: Stamp | None,
        parse: Callable[[YamlDocument], Iterable[Value]],
        inputs: object,
        *,
        accept_pipe: bool,
    ) -> CachedFile[Value]:
        cached = self._cached.get(file)
        if cached and cached.stamp and (cached.stamp, cached.inputs) == (stamp, inputs):
            return cached
        read_at = clock.now()  # before reading, so that a later edit is noticed
        documents: tuple[YamlDocument, ...] = ()
        values: tuple[Value, ...] = ()
        held_values = cached is not None and cached.held_values
        faults: list[Fault] = []
        new_faults: list[Fault] = []
        with collect_faults(faults):
            documents = read_yaml_file(file, accept_pipe=accept_pipe)
            if held_values and not documents and is_empty(file):  # an interrupted editor, a full disk
                raise InvalidFiles([Fault(Place(str(file)), "the file has been emptied", "delete it if that is meant")])
            values, new_faults = _parse_valid_values(documents, parse)
            held_values = bool(values)
        return CachedFile(
            values,
            held_values,
            documents,
            (*mark_hiding(faults), *new_faults),
            stamp if stamp and _is_settled(stamp, read_at) else None,
            inputs,
        )


def _parse_valid_values(
    documents: Iterable[YamlDocument], parse: Callable[[YamlDocument], Iterable[Value]]
) -> tuple[tuple[Value, ...], list[Fault]]:
    """The values of all documents of a file, and the faults. Of a faulty document, the values count that `parse` yields
    before it raises InvalidFiles."""
    values: list[Value] = []
    faults: list[Fault] = []
    for document in documents:
        with collect_faults(faults):
            for value in parse(document):
                values.append(value)  # noqa: PERF402 - values before an error count
    return tuple(values), faults


def _is_settled(stamp: Stamp, read_at: datetime) -> bool:
    """Whether the file is old enough that any edit after `read_at` would change its time."""
    return read_at.timestamp() * 1e9 - stamp[0] > (_TWO_SECONDS if in_whole_seconds(stamp) else _TICK)
