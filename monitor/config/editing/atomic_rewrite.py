"""Replaces a file of the user in one step: other readers see either the complete old text or the complete new text.

It does not know what the text means. Hard links and extended attributes of the old file are lost.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from monitor.config.yaml.yaml12 import decode_utf8_text
from monitor.errors import MonitorError


@dataclass(frozen=True, slots=True)
class FileRewrite:
    """The new content of a file (`after`), and the old content that it was made from (`before`; None: no file)."""

    path: Path
    before: bytes | None
    after: bytes

    def write(self) -> None:
        """Replaces the file. Raises MonitorError and leaves the file unchanged if replacing it is not safe."""
        try:
            if os.geteuid() == 0 and (link := _find_unsafe_link(self.path)):
                raise PermissionError(0, f"{link} leads elsewhere and is not root's; 'chown -h root' it if it may")
            self._write(Path(os.path.realpath(self.path)))  # a link keeps pointing to its file
        except OSError as error:
            raise MonitorError(f"{self.path}: cannot be written: {error.strerror}; nothing was changed") from None

    def _write(self, file: Path) -> None:
        if file.exists() and not os.access(file, os.W_OK):  # renaming would ignore that
            raise PermissionError(0, "it is write-protected")
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f".{file.name}.", dir=file.parent)  # files with a leading dot are not read
        try:
            with os.fdopen(handle, "wb") as new:
                new.write(self.after)
                new.flush()
                _copy_mode_and_owner(new.fileno(), file)
                os.fsync(new.fileno())
            if _read_content(file) != self.before:
                raise MonitorError(f"{self.path}: somebody else changed it just now; nothing was changed, try again")
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def prepare_rewrite(path: Path, edit: Callable[[str, str], str]) -> FileRewrite:
    """The rewrite of a file; nothing is written yet. `edit`: makes the new text from the old one ("" if there is no
    file) and the name of the file. Raises MonitorError if the file cannot be read."""
    try:
        before = _read_content(path)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be read: {error.strerror}") from None
    text = decode_utf8_text(before or b"", str(path))
    bom = BOM_UTF8 if before and before.startswith(BOM_UTF8) else b""
    return FileRewrite(path, before, bom + edit(text, str(path)).encode())


def _find_unsafe_link(path: Path) -> Path | None:
    """The first link on the path that leads out of its own folder and does not belong to root. Somebody who may write
    in that folder could make root write anywhere."""
    for link in reversed((path.absolute(), *path.absolute().parents)):
        if link.is_symlink():
            with suppress(FileNotFoundError):
                link.stat()  # a cycle of links raises an error here
            inside = Path(os.path.realpath(link)).is_relative_to(os.path.realpath(link.parent))
            if not inside and link.lstat().st_uid != 0:
                return link
            if next_link := _find_unsafe_link(link.parent / link.readlink()):
                return next_link
    return None


def _read_content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _copy_mode_and_owner(handle: int, file: Path) -> None:
    """Copies mode, group and (as root) owner of the replaced file. A new file gets those of its folder, so that the
    daemon can read a file that root adds."""
    reference = file.stat() if file.exists() else file.parent.stat()
    with suppress(PermissionError):
        os.fchown(handle, reference.st_uid if os.geteuid() == 0 else -1, reference.st_gid)
    os.fchmod(handle, reference.st_mode & (0o7777 if file.exists() else 0o666))
