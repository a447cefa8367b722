"""Reads a regular file. Devices, pipes and sockets are refused: reading them may never end."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISCHR, S_ISDIR, S_ISREG

from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

MAX_BYTES = 16 * 2**20
"""Of one file. Larger files would take minutes to read."""


def read_file_content(path: Path) -> bytes:
    """The bytes of a file. Raises InvalidFiles if it cannot be read, is no file, or has more than MAX_BYTES."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode) and not _is_null_device(status):
            raise _invalid(path, "this is a device, a pipe or a socket", "name a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise explain_broken_link(path) or _invalid(path, f"cannot be read: {error.strerror}") from None
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise _invalid(path, f"this file is larger than {MAX_BYTES // 2**20} MiB", "split it, or name another file")
    return content


def _is_null_device(status: os.stat_result) -> bool:
    """/dev/null counts as an empty file: a link to it switches a file off."""
    return S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


def explain_broken_link(path: Path) -> InvalidFiles | None:
    """The error for a link that leads to nothing; None: it is no link."""
    try:
        target = path.readlink()
    except OSError:
        return None
    return _invalid(path, f"this is a link to '{target}', which does not exist", "correct the link, or delete it")


def _invalid(path: Path, problem: str, hint: str | None = None) -> InvalidFiles:
    return InvalidFiles([Fault(Place(str(path)), problem, hint)])
