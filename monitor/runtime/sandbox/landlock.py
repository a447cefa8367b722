"""Landlock: a process says which files it will read, and reaches no others from then on, whatever its user may.

Rules hold for the file or folder that a path leads to now. If another takes its place, that one is refused.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from stat import S_ISDIR

from monitor.runtime.sandbox.kernel_calls import call_kernel

# <linux/landlock.h>; the numbers of its calls are the same on all architectures
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_RULE, _PORT_RULE = 1, 2
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS_AND_SIGNALS = 3

_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 5: 16}  # how many kinds of access to files each version knows, up to its next
_TCP_SINCE, _SCOPES_SINCE = 4, 6
# What a version lacks that is lower than these.
_ADDED = {
    2: "moves between folders (Linux 5.19)",
    3: "truncation (Linux 6.2)",
    4: "TCP (Linux 6.7)",
    5: "devices (Linux 6.10)",
    6: "signals and abstract sockets (Linux 6.12)",
}


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # what _pack_ means; Python 3.14 and newer want it said
    _fields_ = (("accesses", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _PortRule(ctypes.Structure):
    _fields_ = (("accesses", ctypes.c_uint64), ("port", ctypes.c_uint64))


def list_missing_rules() -> list[str]:
    """What the Landlock of this kernel has no rules for, and which Linux has them. Raises OSError if it has none."""
    version = _find_version()
    return [f"no rules for {what}" for since, what in _ADDED.items() if version < since]


def _find_version() -> int:
    """What the kernel's headers call the ABI. Raises OSError."""
    return call_kernel(_CREATE_RULESET, None, 0, _VERSION_FLAG)


def restrict_access(readable: Iterable[str], *, may_connect: bool) -> None:
    """From now on this thread, and what it starts, reads beneath these folders and these files, and does nothing else
    with files; does not bind to a port of TCP (except one that the system chooses) and, unless it `may_connect`,
    connects to none; sends no signal to others. Paths that do not exist, or that it cannot reach, are left out. Raises
    OSError."""
    version = _find_version()
    with _open_ruleset(version, may_connect=may_connect) as ruleset:
        for path in readable:
            _allow_reading(ruleset, path)
        if may_connect and version >= _TCP_SINCE:
            rule = _PortRule(_BIND_TCP, 0)
            call_kernel(_ADD_RULE, ruleset, _PORT_RULE, ctypes.byref(rule), 0)
        call_kernel(_RESTRICT_SELF, ruleset, 0)


@contextmanager
def _open_ruleset(version: int, *, may_connect: bool) -> Iterator[int]:
    accesses = max(count for since, count in _FILE_ACCESSES.items() if since <= version)
    tcp = _BIND_TCP if may_connect else _BIND_TCP | _CONNECT_TCP
    attributes = _RulesetAttributes((1 << accesses) - 1, tcp, _ABSTRACT_SOCKETS_AND_SIGNALS)
    fields = 3 if version >= _SCOPES_SINCE else 2 if version >= _TCP_SINCE else 1
    ruleset = call_kernel(_CREATE_RULESET, ctypes.byref(attributes), 8 * fields, 0)
    try:
        yield ruleset
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: str) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        is_folder = S_ISDIR(os.fstat(opened).st_mode)
        rule = _PathRule(_READ_FILE | _READ_FOLDER if is_folder else _READ_FILE, opened)
        call_kernel(_ADD_RULE, ruleset, _PATH_RULE, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
