"""Reads the user's files again and again while a daemon runs."""

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
    """A monitor.yaml and all files that it names."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.path = path
        self._environment = environment
        self._cache = LoadCache()
        self._configured_paths: list[Path] = []
        self._loaded_signature: Signature = frozenset()
        self._folders: dict[Path, Stamp | None] = {}  # as they were before the last snapshot

    def load(self, snapshot: FilesSnapshot | None = None) -> LoadedConfig:
        """The present content of all files. `snapshot`: of the files, taken just before. Raises InvalidFiles if
        monitor.yaml itself cannot be used."""
        configured_paths = self._configured_paths
        with suppress(InvalidFiles):  # loading reports this with all other faults
            self._configured_paths = list_configured_paths(self.path)
        # before reading, so that a change meanwhile is noticed
        self._loaded_signature = (
            snapshot.signature if snapshot and self._configured_paths == configured_paths else self.signature()
        )
        with paused():
            return load_config_files(self.path, self._environment, self._cache, dict(self._loaded_signature))

    def signature(self) -> Signature:
        """A value that changes when one of the files does."""
        return compute_signature([self.path, *self._configured_paths])

    def take_snapshot(self) -> FilesSnapshot:
        """The present state of the files, compared with the state when they were last read."""
        stamps = {folder: get_file_stamp(folder) for folder in self._folders}
        signature = self.signature()
        folders = folders_of(name for name, _ in signature if name != str(self.path))
        self._folders = {folder: stamps.get(folder) for folder in folders}
        return FilesSnapshot.compare(signature, self._loaded_signature)

    def has_folder_changes(self) -> bool:
        """Whether files were added, deleted or renamed (as editors do) since the last snapshot. This costs next to
        nothing, even for thousands of files."""
        return any(get_file_stamp(folder) != last for folder, last in self._folders.items())

    def has_changed(self) -> bool:
        """Whether the files have changed since they were read."""
        return self.signature() != self._loaded_signature


@dataclass(frozen=True, slots=True)
class FilesSnapshot:
    """The state of the files. `changed`: whether it differs from the state when they were last read;
    `settle_seconds`: for how long it must stay the same before the files count as completely written."""

    signature: Signature
    changed: bool
    settle_seconds: float

    @classmethod
    def compare(cls, current: Signature, loaded: Signature) -> FilesSnapshot:
        """The snapshot for the present state and the state when the files were last read."""
        return cls(current, current != loaded, _compute_settle_seconds(current - loaded, loaded))


def _compute_settle_seconds(changed: Signature, loaded: Signature) -> float:
    if not changed:
        return 0
    if any(in_whole_seconds(stamp) for _, stamp in changed):
        return 2  # a further change may have the same time
    known = dict(loaded)
    replaced = all(name in known and known[name][2] != identity for name, (_, _, identity) in changed)
    return 0 if replaced else 0.5  # a file that is written in place is incomplete for a while
