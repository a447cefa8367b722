"""Which user the database's files belong to. No command may leave a file that their owner, the daemon, cannot open.

SQLite puts a log and an index beside its file, we put a lock and copies there, and each file belongs to the user who
first creates it. So root switches to the owner before it touches any of them, for the rest of the process: also because
the owner might have put a link there to a file of root's. If a link of one user leads to the file of another, or to one
of root's, or if the file is root's in a folder of somebody else, root refuses: it would act with the rights of one user
where another one chooses. Any other user gets the command to type. A PostgreSQL needs none of this: its files are
its server's.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreFailed
from monitor.runtime.safe_paths import ROOT, walk_path
from monitor.runtime.user_names import find_user_name
from monitor.store.engine.database_url import parse_database_url

# linux/prctl.h and linux/capability.h
_KEEP_CAPABILITIES = 8
_AMBIENT, _RAISE = 47, 2
_READ_ALL = 2
_VERSION = 0x20080522


def act_as_owner(url: str) -> str | None:
    """Switch to the user who owns the database file (or its folder, if there is no file yet). Returns that user's name
    if the process has switched, else None. Raises StoreFailed for a user who is neither this one nor root, and for a
    path on which root would act for one user where another one chooses."""
    database = parse_database_url(url)
    if database.get_backend_name() != "sqlite" or not database.database:
        return None
    path = Path(database.database)
    if os.geteuid() != ROOT:
        _require_ours(path)
        return None
    owner, group = _find_owner_for_root(path)
    if owner == ROOT:
        return None
    name = find_user_name(owner)
    try:
        _switch_user(owner, group)
    except OSError as error:
        raise StoreFailed(f"{path} belongs to {name}, and root cannot act as {name} here: {error.strerror}") from None
    return name


def _require_ours(path: Path) -> None:
    """Raises StoreFailed if the file is of another user, unless it is of root's and open to everybody."""
    existing, owner = _find_owner(path)
    if owner == os.geteuid() or (owner == ROOT and (existing != path or os.access(path, os.R_OK | os.W_OK))):
        return
    name = find_user_name(owner)
    raise StoreFailed(
        f"{path} belongs to {name}, and you are {find_user_name(os.geteuid())}: use it as that user, "
        f"`sudo{'' if owner == ROOT else f' -u {name}'} news-monitor ...`"
    )


def _find_owner_for_root(path: Path) -> tuple[int, int]:
    """The user and the group of the file, or else of the nearest folder that exists. Raises StoreFailed if somebody
    else could choose which file that is."""
    try:
        with walk_path(path) as walked:
            link, owner, group = walked.find_unsafe_link(), walked.status.st_uid, walked.status.st_gid
            folders, end = walked.folders, walked.real.joinpath(*walked.rest)
    except OSError as error:
        raise StoreFailed(f"cannot look at {path}: {error.strerror}") from None
    if link is not None:
        raise StoreFailed(f"{path}: {link} leads elsewhere and is not root's; 'chown -h root {link}' if it may")
    if folders and folders[-1][1] != owner:  # who owns the folder can put any file there in its place
        folder, user = folders[-1]
        name = find_user_name(user)
        raise StoreFailed(
            f"{end} belongs to {find_user_name(owner)}, in a folder of {name} ({folder}): 'chown {name} {end}*'"
        )
    return owner, group


def _find_owner(path: Path) -> tuple[Path, int]:
    """The part of the path that exists, and its owner: the file, or else the nearest folder that can be seen."""
    for existing in (path, *path.parents):
        try:
            return existing, existing.stat().st_uid
        except OSError:  # it does not exist, or lies in a folder that is closed to us
            continue
    return path, os.geteuid()


def _switch_user(user: int, group: int) -> None:
    """Switch for the rest of the process. On Linux this process and its workers can still read what root may read: the
    config, secrets in files, a copy to restore, a Python that is installed under /root."""
    try:
        entry = pwd.getpwuid(user)
    except KeyError:
        groups = [group]
    else:
        group, groups = entry.pw_gid, os.getgrouplist(entry.pw_name, entry.pw_gid)
    with _keep_read_capability():
        os.setgroups(groups)
        os.setgid(group)
        os.setuid(user)


@contextmanager
def _keep_read_capability() -> Iterator[None]:
    """Keep the one capability to read all files, which root loses with its user id, and pass it on to workers."""
    if sys.platform != "linux":
        yield
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
    yield
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    for capabilities in (1 << _READ_ALL, 0):  # nothing, where root has not even this one
        if libc.capset(header, (ctypes.c_uint32 * 6)(capabilities, capabilities, capabilities)) == 0:
            break
    libc.prctl(_AMBIENT, _RAISE, _READ_ALL, 0, 0)
