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
        self._cache = LoadCache()
        self._configured_paths: list[Path] = []
        self._loaded_signature: Signature = frozenset()
        self._folders: dict[Path, Stamp | None] = {}  # as they were before the last look

    def load(self, snapshot: FilesSnapshot | None = None) -> LoadedConfig:
        """Everything that the files say now, or since a look at them. Raises Faulty if monitor.yaml itself cannot be
        used."""
        configured_paths = self._configured_paths
        with suppress(InvalidFiles):  # `load` tells it, and everything else that is wrong
            self._configured_paths = list_configured_paths(self._path)
        # before reading: a change meanwhile is then seen as one
        self._loaded_signature = (
            snapshot.signature if snapshot and self._configured_paths == configured_paths else self.signature()
        )
        with paused():
            return load_config_files(self._path, self._environment, self._cache, dict(self._loaded_signature))

    def signature(self) -> Signature:
        """Changes when one of the files does."""
        return compute_signature([self._path, *self._configured_paths])

    def take_snapshot(self) -> FilesSnapshot:
        """How the files are now, beside how they were when they were read."""
        stamps = {folder: get_file_stamp(folder) for folder in self._folders}
        signature = self.signature()
        folders = folders_of(name for name, _ in signature if name != str(self._path))
        self._folders = {folder: stamps.get(folder) for folder in folders}
        return FilesSnapshot.compare(signature, self._loaded_signature)

    def has_folder_changes(self) -> bool:
        """Whether files have come or gone since the last look, or were renamed as editors do it: of thousands of files
        this costs next to nothing."""
        return any(get_file_stamp(folder) != last for folder, last in self._folders.items())

    def has_changed(self) -> bool:
        """Whether the files are others than when they were read."""
        return self.signature() != self._loaded_signature


@dataclass(frozen=True, slots=True)
class FilesSnapshot:
    """How the files are; whether they have changed since they were read; and for how long (s) they must stay so until
    they may be taken for whole."""

    signature: Signature
    changed: bool
    settle_seconds: float

    @classmethod
    def compare(cls, current: Signature, loaded: Signature) -> FilesSnapshot:
        """A look at files that are so, and were otherwise when they were read."""
        return cls(current, current != loaded, _compute_settle_seconds(current - loaded, loaded))


def _compute_settle_seconds(changed: Signature, loaded: Signature) -> float:
    if not changed:
        return 0
    if any(in_whole_seconds(stamp) for _, stamp in changed):
        return 2  # a further change may have the same time
    known = dict(loaded)
    replaced = all(name in known and known[name][2] != identity for name, (_, _, identity) in changed)
    return 0 if replaced else 0.5  # what is written in place is half of something for a while
