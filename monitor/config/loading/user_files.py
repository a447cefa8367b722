"""The user's files, read again and again while a daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.config.loading.files import (
    Signature,
    Stamp,
    compute_signature,
    folders_of,
    get_file_stamp,
    in_whole_seconds,
)
from monitor.config.loading.load import LoadCache, LoadedConfig, list_configured_paths, load_config_files
from monitor.errors import InvalidFiles
from monitor.runtime.gc_tuning import paused


class UserFiles:
    """A monitor.yaml and all that it names. Where a file has a fault, what it said last without one counts."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment
        self._remembered = LoadCache()
        self._named: list[Path] = []
        self._read: Signature = frozenset()
        self._folders: dict[Path, Stamp | None] = {}  # as they were before the last look

    def load(self, look: FilesSnapshot | None = None) -> LoadedConfig:
        """Everything that the files say now, or since a look at them. Raises Faulty if monitor.yaml itself cannot be
        used."""
        named = self._named
        with suppress(InvalidFiles):  # `load` tells it, and everything else that is wrong
            self._named = list_configured_paths(self._path)
        # before reading: a change meanwhile is then seen as one
        self._read = look.signature if look and self._named == named else self.signature()
        with paused():
            return load_config_files(self._path, self._environment, self._remembered, dict(self._read))

    def signature(self) -> Signature:
        """Changes when one of the files does."""
        return compute_signature([self._path, *self._named])

    def take_snapshot(self) -> FilesSnapshot:
        """How the files are now, beside how they were when they were read."""
        before = {folder: get_file_stamp(folder) for folder in self._folders}
        found = self.signature()
        standing = folders_of(name for name, _ in found if name != str(self._path))
        self._folders = {folder: before.get(folder) for folder in standing}
        return FilesSnapshot.compare(found, self._read)

    def has_folder_changes(self) -> bool:
        """Whether files have come or gone since the last look, or were renamed as editors do it: of thousands of files
        this costs next to nothing."""
        return any(get_file_stamp(folder) != last for folder, last in self._folders.items())

    def has_changed(self) -> bool:
        """Whether the files are others than when they were read."""
        return self.signature() != self._read


@dataclass(frozen=True, slots=True)
class FilesSnapshot:
    """How the files are; whether they have changed since they were read; and for how long (s) they must stay so until
    they may be taken for whole."""

    signature: Signature
    changed: bool
    settle_seconds: float

    @classmethod
    def compare(cls, found: Signature, read: Signature) -> FilesSnapshot:
        """A look at files that are so, and were otherwise when they were read."""
        return cls(found, found != read, _compute_settle_seconds(found - read, read))


def _compute_settle_seconds(new: Signature, read: Signature) -> float:
    if not new:
        return 0
    if any(in_whole_seconds(found) for _, found in new):
        return 2  # a further change may have the same time
    known = dict(read)
    replaced = all(name in known and known[name][2] != identity for name, (_, _, identity) in new)
    return 0 if replaced else 0.5  # what is written in place is half of something for a while
