"""Opens the folder of a file that is to be written, so that nobody else can choose where root writes.

A command that root runs in a folder of somebody else goes down the path one name at a time, and holds each folder open.
It follows a link only if the link is root's (and has no second name), or if the link's owner also owns the folder that
it leads to, or if it stays in its folder and leads to a file of the link's owner. (A folder such as /tmp has links of
several users.)
The files and folders that it makes there belong to the owner of the folder. For any other user the system decides.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG

ROOT = 0
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_ANY_FILE, _ANY_FOLDER = 0o666, 0o777  # before the umask
_WRITABLE_BY_OTHERS = 0o022
_PERMISSIONS = 0o777
_MOST_LINKS = 40  # as the kernel follows
# O_PATH needs no right to list the folder. Only Linux has it.
_FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PROC = Path("/proc")


class UnsafePath(PermissionError):
    """Somebody else could choose where root writes."""

    def __init__(self, problem: str) -> None:
        super().__init__(errno.EPERM, problem)


@dataclass(slots=True)
class WalkedPath:
    """How far a path leads. `descriptor`: of the last folder on it, which is open; `real`: the path of that folder,
    without links; `rest`: the names below it: of a file, and of what does not exist; `status`: of the file at the end,
    or else of the folder; `folders`: those of users other than root, and their owners; `links`: links of such users
    (and `..` out of their folders), their owners, and the device and inode of the folder that they are in."""

    descriptor: int
    real: Path
    rest: tuple[str, ...]
    status: os.stat_result
    folders: list[tuple[Path, int]]
    links: list[tuple[Path, int, tuple[int, int]]]

    def find_unsafe_link(self) -> Path | None:
        """The first link whose owner would choose where root writes."""
        folder = os.fstat(self.descriptor)
        for link, owner, its_folder in self.links:
            stays = its_folder == (folder.st_dev, folder.st_ino) and owner == self.status.st_uid
            if owner != folder.st_uid and not stays:
                return link
        return None


@contextmanager
def walk_path(path: Path) -> Iterator[WalkedPath]:
    """Go down a path as far as it exists. Links are followed, and noted. Raises OSError."""
    walk = _Walk(deque(path.absolute().parts[1:]))
    try:
        yield walk.run()
    finally:
        os.close(walk.descriptor)


@dataclass(slots=True)
class _Walk:
    names: deque[str]
    descriptor: int = field(default_factory=lambda: os.open("/", _FOLDER_FLAGS))
    real: Path = Path("/")
    folders: list[tuple[Path, int]] = field(default_factory=list)
    links: list[tuple[Path, int, tuple[int, int]]] = field(default_factory=list)
    links_left: int = _MOST_LINKS

    def run(self) -> WalkedPath:
        end: os.stat_result | None = None
        rest: tuple[str, ...] = ()
        while self.names:
            name = self.names.popleft()
            if name == "..":
                self._note_link(self.real, os.fstat(self.descriptor).st_uid)
                self._enter(name, self.real.parent)
                continue
            try:
                status = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
            except FileNotFoundError:
                rest = (name, *self.names)
                break
            is_last = not self.names
            if S_ISLNK(status.st_mode) and not (is_last and self._is_in_proc()):
                self._follow(name, self._find_chooser(status))
            elif is_last and not S_ISDIR(status.st_mode):
                end, rest = status, (name,)
            else:
                self._enter(name, self.real / name)
        return WalkedPath(self.descriptor, self.real, rest, end or os.fstat(self.descriptor), self.folders, self.links)

    def _is_in_proc(self) -> bool:
        """Whether we are in /proc: a link to an open file, as /dev/stdout is one, has no path that could be walked."""
        with suppress(OSError):
            return os.fstat(self.descriptor).st_dev == _PROC.stat().st_dev
        return False

    def _follow(self, name: str, owner: int) -> None:
        self.links_left -= 1
        if not self.links_left:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        self._note_link(self.real / name, owner)
        target = os.readlink(name, dir_fd=self.descriptor)
        names = [part for part in target.split("/") if part not in {"", "."}]
        self.names.extendleft(reversed(names))
        if target.startswith("/"):
            self._enter("/", Path("/"))

    def _find_chooser(self, link: os.stat_result) -> int:
        """Who has put a link here. A second name (a hard link) of a link of root's may be of the folder's owner: where
        the kernel does not protect hard links, anybody may make one."""
        return os.fstat(self.descriptor).st_uid if link.st_uid == ROOT and link.st_nlink > 1 else link.st_uid

    def _note_link(self, link: Path, owner: int) -> None:
        if owner != ROOT:
            folder = os.fstat(self.descriptor)
            self.links.append((link, owner, (folder.st_dev, folder.st_ino)))

    def _enter(self, name: str, real: Path) -> None:
        below = os.open(name, _FOLDER_FLAGS, dir_fd=self.descriptor)
        os.close(self.descriptor)
        self.descriptor, self.real = below, real
        if (owner := os.fstat(below).st_uid) != ROOT:
            self.folders.append((real, owner))


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder that is open, and the `name` of a file in it, which may not exist. What is done here is done in this
    folder, wherever its path leads meanwhile."""

    descriptor: int
    real: Path
    name: str

    def find_status(self) -> os.stat_result | None:
        """The status of the file; None: there is none."""
        try:
            return os.stat(self.name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self) -> bytes | None:
        """The content of the file; None: there is none. Raises OSError."""
        try:
            opened = os.open(self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.descriptor)
        except FileNotFoundError:
            return None
        with os.fdopen(opened, "rb") as file:
            return file.read()

    def is_writable(self) -> bool:
        """Whether the file may be written. Renaming another one over it would ignore that."""
        return os.access(self.name, os.W_OK, dir_fd=self.descriptor)

    def remove(self) -> None:
        """Delete the file. Raises FileNotFoundError, OSError."""
        os.unlink(self.name, dir_fd=self.descriptor)
        self._sync()

    def create(self, mode: int = _ANY_FILE) -> int:
        """A descriptor of the new file, for its folder's owner. Raises FileExistsError, OSError."""
        return self._create(self.name, mode)

    def open_output(self) -> int:
        """A descriptor for writing the file from its start: a new one, which only its owner may read, or what is there
        already (a file, a device, a pipe). Raises UnsafePath, OSError."""
        with suppress(FileExistsError):
            return self._create(self.name, PRIVATE_FILE)
        status = self.find_status()
        is_open_file = status is not None and S_ISLNK(status.st_mode)  # in /proc: see `walk_path`
        if status is not None and not is_open_file:
            self._require_own_file(status)  # before it is opened: a pipe would be waited for
        flags = os.O_WRONLY | os.O_CLOEXEC | (0 if is_open_file else os.O_NOFOLLOW)
        opened = os.open(self.name, flags, dir_fd=self.descriptor)
        with _closed_on_error(opened):
            self._require_own_file(os.fstat(opened))
            if S_ISREG(os.fstat(opened).st_mode):
                os.ftruncate(opened, 0)
        return opened

    @contextmanager
    def replacing(self, mode: int | None = None) -> Iterator[int]:
        """A descriptor of a new file, which takes the place of the old one at the end, if there is no error. Others
        see the whole old one or the whole new one. `mode`: of the new file; None: it gets the mode and the owner of the
        old one, or else those of its folder. Raises OSError."""
        temporary = f".{self.name}.{secrets.token_hex(4)}"  # files with a leading dot are not read
        opened = self._create(temporary, PRIVATE_FILE)
        try:
            try:
                yield opened
                self._set_mode(opened, mode)
                os.fsync(opened)
            finally:
                os.close(opened)
            os.replace(temporary, self.name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        finally:
            with suppress(FileNotFoundError):  # it has taken the place of the old one
                os.unlink(temporary, dir_fd=self.descriptor)
        self._sync()

    def _create(self, name: str, mode: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        opened = os.open(name, flags, mode, dir_fd=self.descriptor)
        _give_to_owner(opened, self.descriptor)
        return opened

    def _require_own_file(self, found: os.stat_result) -> None:
        """Raises UnsafePath if root would write through a second name of another user's file, or into a file that
        another user has put into a folder for everybody, such as /tmp."""
        folder = os.fstat(self.descriptor)
        owner = folder.st_uid
        if (
            os.geteuid() == ROOT
            and folder.st_mode & _WRITABLE_BY_OTHERS
            and (found.st_uid != ROOT or (S_ISREG(found.st_mode) and found.st_nlink > 1))
        ):
            raise UnsafePath("others may write in its folder, and it is not a file of root's alone")
        if os.geteuid() == ROOT and S_ISREG(found.st_mode) and found.st_nlink > 1 and owner not in {ROOT, found.st_uid}:
            raise UnsafePath("it is a second name (a hard link) of a file that its folder's owner does not own")

    def _set_mode(self, opened: int, mode: int | None) -> None:
        old = self.find_status()
        reference = old or os.fstat(self.descriptor)
        if mode is None:
            with suppress(PermissionError):
                os.fchown(opened, reference.st_uid if os.geteuid() == ROOT else -1, reference.st_gid)
            # never "set user ID": the old file might be a second name of a program
            mode = reference.st_mode & (_PERMISSIONS if old else _ANY_FILE)
        os.fchmod(opened, mode)

    def _sync(self) -> None:
        folder = os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def open_folder_of(path: Path, *, make: bool = False, mode: int = _ANY_FOLDER) -> Iterator[OpenFolder]:
    """Open the folder of a file; a link is followed to its file. `make`: make missing folders, with this mode. Raises
    UnsafePath, and OSError."""
    with walk_path(path) as walked:
        _require_safe_links(walked)
        if not walked.rest:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        *missing, name = walked.rest
        if not missing:
            yield OpenFolder(walked.descriptor, walked.real, name)
            return
        if not make:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(walked.real / missing[0]))
        opened = _make_folders(walked, missing, mode)
        try:
            yield OpenFolder(opened, walked.real.joinpath(*missing), name)
        finally:
            os.close(opened)


def make_folder(path: Path, mode: int = _ANY_FOLDER) -> None:
    """Make a folder and those above it, unless they are there, as safely as `open_folder_of`. Raises OSError."""
    with walk_path(path) as walked:
        _require_safe_links(walked)
        os.close(_make_folders(walked, walked.rest, mode))


def _require_safe_links(walked: WalkedPath) -> None:
    if os.geteuid() == ROOT and (link := walked.find_unsafe_link()):
        raise UnsafePath(f"{link} leads elsewhere and is not root's; 'chown -h root' it if it may")


def _make_folders(walked: WalkedPath, names: Sequence[str], mode: int) -> int:
    """A descriptor of the last of these folders, each in the one before; the first is where the walk ended."""
    if ".." in names:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(walked.real / names[0]))
    current = os.dup(walked.descriptor)
    for name in names:
        try:
            with suppress(FileExistsError):
                os.mkdir(name, mode, dir_fd=current)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=current)
            if os.geteuid() == ROOT and not os.listdir(below):  # noqa: PTH208 - of a descriptor; else it is not new
                _give_to_owner(below, current)
        finally:
            os.close(current)
        current = below
    return current


def _give_to_owner(opened: int, folder: int) -> None:
    """What root has just made belongs to the owner of its folder, so that the daemon can read it."""
    status = os.fstat(folder)
    if os.geteuid() == ROOT and status.st_uid != ROOT and os.fstat(opened).st_uid == ROOT:
        os.fchown(opened, status.st_uid, status.st_gid)


@contextmanager
def _closed_on_error(opened: int) -> Iterator[None]:
    try:
        yield
    except OSError:
        os.close(opened)
        raise
