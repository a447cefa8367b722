"""Replaces a file of the user in one step: other readers see either the complete old text or the complete new text.

It does not know what the text means. Hard links and extended attributes of the old file are lost.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.config.yaml.yaml12 import decode_utf8_text
from monitor.errors import MonitorError
from monitor.runtime.safe_paths import OpenFolder, open_folder_of


@dataclass(frozen=True, slots=True)
class FileRewrite:
    """The new content of a file (`after`), and the old content that it was made from (`before`; None: no file)."""

    path: Path
    before: bytes | None
    after: bytes

    def write(self) -> None:
        """Replaces the file. Raises MonitorError and leaves the file unchanged if replacing it is not safe."""
        try:
            with open_folder_of(self.path, make=True) as folder:  # of the file that a link leads to: the link stays
                self._write(folder)
        except OSError as error:
            raise MonitorError(f"{self.path}: cannot be written: {error.strerror}; nothing was changed") from None

    def _write(self, folder: OpenFolder) -> None:
        if folder.find_status() is not None and not folder.is_writable():  # renaming would ignore that
            raise PermissionError(0, "it is write-protected")
        with folder.replacing() as opened:
            with os.fdopen(opened, "wb", closefd=False) as new:
                new.write(self.after)
            if folder.read() != self.before:
                raise MonitorError(f"{self.path}: somebody else changed it just now; nothing was changed, try again")


def prepare_rewrite(path: Path, edit: Callable[[str, str], str]) -> FileRewrite:
    """The rewrite of a file; nothing is written yet. `edit`: makes the new text from the old one ("" if there is no
    file) and the name of the file. Raises MonitorError if the file cannot be read, or is a pipe."""
    if path.is_fifo():
        raise MonitorError(f"{path}: this is a pipe, which can be read once, and not edited; name a file")
    try:
        before = _read_content(path)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be read: {error.strerror}") from None
    text = decode_utf8_text(before or b"", str(path))
    bom = BOM_UTF8 if before and before.startswith(BOM_UTF8) else b""
    return FileRewrite(path, before, bom + edit(text, str(path)).encode())


def _read_content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
