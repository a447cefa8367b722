"""Takes over new versions of what `init` wrote, and keeps every edit of the user.

For each file three texts are compared: what was shipped when it was written (`shipped_record.py`), the user's, and what
is shipped now. monitor.yaml is the user's alone. Nothing is written before `write_update`.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite
from monitor.config.editing.shipped_record import ShippedRecord
from monitor.config.editing.starter import list_shipped_files
from monitor.config.editing.taken_ids import Id, TakenIds
from monitor.config.editing.three_way_merge import merge_three_ways
from monitor.config.loading.packs import Pack
from monitor.errors import InvalidRequest, MonitorError

NEW_SUFFIX = ".new"


class FileChange(StrEnum):
    """What an update does with a file."""

    ADDED = "added"
    REPLACED = "replaced"
    MERGED = "merged"
    CONFLICT = "conflict"
    NO_LONGER_SHIPPED = "no longer shipped"
    DELETED = "deleted"
    NOT_ADDED = "not added"
    ID_TAKEN = "id taken"
    UNCHANGED = "unchanged"


class ConflictReason(StrEnum):
    """Why the new version is left beside the user's file."""

    SAME_LINES = "same lines"
    NO_RECORD = "no record"
    LINK = "link"
    WRITE_PROTECTED = "write-protected"


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """What is done with one file. `name`: relative to the user's folder; `mine`: what it contains (None: there is no
    such file); `after`: what it will contain, or with a conflict FILE.new; `shipped`: what to record as shipped (None:
    leave the record as it is); `taken`: an id of this file that another file of the user already has, and
    that file."""

    name: Path
    change: FileChange
    mine: bytes | None = None
    after: bytes | None = None
    shipped: bytes | None = None
    reason: ConflictReason | None = None
    taken: tuple[Id, Path] | None = None


@dataclass(frozen=True, slots=True)
class StarterUpdate:
    """An update of the files in `folder`; nothing is written yet."""

    folder: Path
    files: tuple[FileUpdate, ...]

    def select(self, *changes: FileChange) -> list[FileUpdate]:
        """The files with one of these changes."""
        return [each for each in self.files if each.change in changes]

    def list_contents(self) -> dict[Path, bytes]:
        """What the files that change will contain."""
        changed = self.select(FileChange.ADDED, FileChange.REPLACED, FileChange.MERGED)
        return {each.name: each.after for each in changed if each.after is not None}


def prepare_update(folder: Path, shipped_folder: Path, packs: Iterable[Pack]) -> StarterUpdate:
    """Compare the files in a folder that `init` wrote with what is shipped now. Raises OSError; InvalidRequest if a
    FILE.new is in the way."""
    recorded = ShippedRecord(folder).read_all()
    present = [pack for pack in packs if _has_pack(folder, pack, recorded)]
    shipped = list_shipped_files(shipped_folder, present)
    placing = _Placing(folder, recorded)
    files = [
        _compare_file(folder / name, name, recorded.get(name), shipped.get(name), placing)
        for name in sorted({*recorded, *shipped})
    ]
    for each in files:
        if each.change is FileChange.CONFLICT:
            _require_no_edit(_path_beside(folder / each.name), (each.after, recorded.get(each.name)))
    return StarterUpdate(folder, tuple(files))


def write_update(update: StarterUpdate) -> None:
    """Write the files, each in one step, and after each its record: if this is interrupted, the next update goes on
    where it ended. Raises MonitorError, OSError."""
    record = ShippedRecord(update.folder)
    for each in update.files:
        if each.after is not None:
            path = update.folder / each.name
            if each.change is FileChange.CONFLICT:
                path = _path_beside(path)
                FileRewrite(path, path.read_bytes() if path.is_file() else None, each.after).write()
            else:
                FileRewrite(path, each.mine, each.after).write()
        if each.shipped is not None:
            record.keep(each.name, each.shipped)
        elif each.change is FileChange.NO_LONGER_SHIPPED:
            record.drop(each.name)


def _compare_file(
    path: Path, name: Path, recorded: bytes | None, shipped: bytes | None, placing: _Placing
) -> FileUpdate:
    mine = _read_content(path)
    if shipped is None:
        change = FileChange.DELETED if mine is None else FileChange.NO_LONGER_SHIPPED
        return FileUpdate(name, change)
    if mine is None:
        is_kept_away = recorded is not None or path.is_symlink()  # a link to /dev/null, say
        return FileUpdate(name, FileChange.DELETED) if is_kept_away else _place_new(name, shipped, placing)
    form = _TextForm.of(mine)
    plain = form.to_plain(mine)
    if shipped in {plain, recorded}:
        return FileUpdate(name, FileChange.UNCHANGED, mine, shipped=shipped if recorded != shipped else None)
    merged = shipped if plain == recorded else None if recorded is None else merge_three_ways(recorded, plain, shipped)
    if reason := _find_conflict(path, recorded, merged):
        return FileUpdate(name, FileChange.CONFLICT, mine, shipped, shipped, reason)
    assert merged is not None
    after = form.from_plain(merged)
    if after.splitlines() == mine.splitlines():
        return FileUpdate(name, FileChange.UNCHANGED, mine, shipped=shipped)
    return FileUpdate(name, FileChange.REPLACED if merged == shipped else FileChange.MERGED, mine, after, shipped)


def _place_new(name: Path, shipped: bytes, placing: _Placing) -> FileUpdate:
    if taken := placing.find_taken_id(shipped):
        return FileUpdate(name, FileChange.ID_TAKEN, shipped=shipped, taken=taken)  # reported once, as below
    if placing.takes_new_files(name.parent):
        return FileUpdate(name, FileChange.ADDED, None, shipped, shipped)
    return FileUpdate(name, FileChange.NOT_ADDED, shipped=shipped)  # said once, then it counts as deleted


def _find_conflict(path: Path, recorded: bytes | None, merged: bytes | None) -> ConflictReason | None:
    if path.is_symlink():
        return ConflictReason.LINK
    if recorded is None:
        return ConflictReason.NO_RECORD
    if merged is None:
        return ConflictReason.SAME_LINES
    return None if _is_writable(path) else ConflictReason.WRITE_PROTECTED


def _is_writable(path: Path) -> bool:
    """By the file's own mode too: nothing is write-protected for root, and whoever has set that mode meant it."""
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


class _Placing:
    """Which files that are shipped for the first time are written, and into which folders."""

    def __init__(self, folder: Path, recorded: Mapping[Path, bytes]) -> None:
        self._folder = folder
        self._taken = TakenIds(folder)
        self._recorded: dict[Path, list[Path]] = {}
        for name in recorded:
            self._recorded.setdefault(name.parent, []).append(name)

    def find_taken_id(self, content: bytes) -> tuple[Id, Path] | None:
        return self._taken.find(content)

    def takes_new_files(self, parent: Path) -> bool:
        """Whether the user still has a file of those that were written there; or nothing was written there, and there
        is nothing. (With files and without a record nobody knows whether a missing one was deleted.)"""
        if names := self._recorded.get(parent):
            return any((self._folder / name).is_file() for name in names)
        return not any((self._folder / parent).glob("*"))


def _has_pack(folder: Path, pack: Pack, recorded: Collection[Path]) -> bool:
    name = Path("rules", pack.name)
    return (folder / name).is_dir() or any(each.is_relative_to(name) for each in recorded)


@dataclass(frozen=True, slots=True)
class _TextForm:
    """What an editor makes of a text without an edit: line ends of Windows, and a mark at the beginning."""

    has_mark: bool
    has_crlf: bool

    @classmethod
    def of(cls, text: bytes) -> _TextForm:
        return cls(text.startswith(BOM_UTF8), 0 < text.count(b"\n") == text.count(b"\r\n"))

    def to_plain(self, text: bytes) -> bytes:
        text = text.removeprefix(BOM_UTF8)
        return text.replace(b"\r\n", b"\n") if self.has_crlf else text

    def from_plain(self, text: bytes) -> bytes:
        text = text.replace(b"\n", b"\r\n") if self.has_crlf else text
        return BOM_UTF8 + text if self.has_mark else text


def _read_content(path: Path) -> bytes | None:
    """None: there is no such file. What is there and is no file is refused. Raises MonitorError, OSError."""
    if not path.is_file():
        if path.exists() and not path.is_symlink():
            raise MonitorError(f"{path} is not a file; move it away first")
        return None
    return path.read_bytes()


def _path_beside(path: Path) -> Path:
    return path.with_name(path.name + NEW_SUFFIX)


def _require_no_edit(path: Path, ours: Iterable[bytes | None]) -> None:
    """Raises InvalidRequest for a FILE.new that is none of ours, or that somebody has edited."""
    if path.is_symlink() or (path.exists() and path.read_bytes() not in ours):
        raise InvalidRequest(f"{path} was edited; move it away first, a newer version would be written there")


def list_left_beside(update: StarterUpdate) -> Iterator[Path]:
    """The FILE.new of earlier updates that are still there."""
    for each in update.files:
        path = _path_beside(update.folder / each.name)
        if each.change is not FileChange.CONFLICT and path.is_file():
            yield path
