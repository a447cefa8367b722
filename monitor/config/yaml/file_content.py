"""Reads a regular file. Devices, pipes and sockets are refused: reading them may never end. Only a pipe that the user
named on the command line is read."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG

from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

MAX_BYTES = 16 * 2**20
"""Of one file. Larger files would take minutes to read."""


def read_file_content(path: Path, *, accept_pipe: bool = False) -> bytes:
    """The bytes of a file. `accept_pipe`: also of a pipe, which is read to its end and can be read only once. Raises
    InvalidFiles if it cannot be read, is no file, or has more than MAX_BYTES."""
    try:
        status = path.stat()
        is_accepted = S_ISREG(status.st_mode) or S_ISDIR(status.st_mode) or (accept_pipe and S_ISFIFO(status.st_mode))
        if not is_accepted and not _is_null_device(status):
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
