"""The files of a SQLite database, and who may read them: their owner, and nobody else, whatever the umask.

SQLite gives its log and the log's index the mode of the database file. So that file is made here before SQLite opens
it. A lock that another user could open could also be held by that user.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG, S_ISVTX, S_IWGRP, S_IWOTH
from typing import TextIO

from monitor.errors import StoreFailed
from monitor.runtime.safe_paths import PRIVATE_FILE, ROOT, walk_path
from monitor.runtime.user_names import find_user_name
from monitor.telemetry import LogEvent, log

_OTHERS = 0o077
LOG, LOG_INDEX = "-wal", "-shm"
"""What SQLite appends to the name of a database file for its log, and for the log's index."""
_SIDE_FILES = (LOG, LOG_INDEX, "-journal")


def make_private_file(path: Path) -> None:
    """Make an empty file in the place of one that may be there. Raises OSError."""
    path.unlink(missing_ok=True)
    _create(path)


def make_files_private(path: Path, *, create: bool) -> None:
    """Close a database to all but its owner; `create`: make an empty one if there is none. Raises StoreFailed if SQLite
    would use a file that another user put there."""
    try:
        if create:
            with suppress(FileExistsError):
                _create(path)
        owners = {os.geteuid(), *_find_owner(path)}
        for file in (path, *(Path(f"{path}{end}") for end in _SIDE_FILES)):
            _require_owner(file, owners)
            _close_to_others(file)
    except OSError as error:
        raise StoreFailed(f"cannot make {path} readable for its owner only: {error.strerror}") from None


def open_lock_file(path: Path) -> TextIO:
    """The lock of the database at this path. Raises StoreFailed if it is no file of the database's owner."""
    lock = path.with_name(path.name + ".lock")
    try:
        if lock.is_symlink():
            raise StoreFailed(f"{lock}, which keeps other daemons away, is a link: delete it")
        _require_owner(lock, {os.geteuid(), *_find_owner(path)})
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        opened = os.open(lock, flags, PRIVATE_FILE)
    except OSError as error:
        raise StoreFailed(f"cannot open {lock}, which keeps other daemons away: {error.strerror}") from None
    file = os.fdopen(opened, "r+", encoding="ascii")
    _close_to_others(lock)
    return file


def require_safe_folder(folder: Path) -> None:
    """Raises StoreFailed if root is to write in a folder in which others could put a link in its way; OSError."""
    if os.geteuid() != ROOT:
        return
    with walk_path(folder) as walked:
        mode, is_unsafe = walked.status.st_mode, walked.find_unsafe_link() is not None
        others_may_write = mode & (S_IWGRP | S_IWOTH) and not mode & S_ISVTX
        if walked.rest or walked.folders or is_unsafe or others_may_write:
            raise StoreFailed(f"root writes no database into {folder}, where others may write: name a folder of root's")


def _create(path: Path) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.fchmod(opened, PRIVATE_FILE)
    finally:
        os.close(opened)


def _find_owner(path: Path) -> tuple[int, ...]:
    with suppress(FileNotFoundError):
        return (path.lstat().st_uid,)
    return ()


def _require_owner(file: Path, owners: set[int]) -> None:
    """Raises StoreFailed if the file is there and belongs to none of these users."""
    if (owner := _find_owner(file)) and owner[0] not in owners:
        raise StoreFailed(
            f"{file} belongs to {find_user_name(owner[0])}, who is not the owner of the database: stop what uses it, "
            "and delete it"
        )


def _close_to_others(file: Path) -> None:
    """Earlier versions left the mode to the umask. By its path: closing a descriptor of the file would end the locks
    that SQLite has on it."""
    with suppress(FileNotFoundError):
        status = file.lstat()
        mode = S_IMODE(status.st_mode)
        if S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and mode & _OTHERS:
            file.chmod(mode & ~_OTHERS)
            log.warning(LogEvent.DATABASE_CLOSED_TO_OTHERS, file=str(file), mode=f"{mode:04o}")
