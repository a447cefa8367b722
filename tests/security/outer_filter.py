"""A filter of system calls as a service manager or a container installs it before our program starts."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable

from monitor.runtime.sandbox.kernel_calls import call_prctl
from tests.security.kernel_headers import read_syscall_numbers

_ALLOW, _REFUSE = 0x7FFF0000, 0x50000 | errno.EPERM


def refuse_calls(names: Iterable[str]) -> None:
    """From now on, and in what this process starts, these calls fail with EPERM; names that the kernel does not have
    are left out."""
    numbers = read_syscall_numbers(platform.machine())
    rows = [(0x20, 0, 0, 0)]
    for name in names:
        if name in numbers:
            rows += [(0x15, 0, 1, numbers[name]), (0x06, 0, 0, _REFUSE)]
    rows.append((0x06, 0, 0, _ALLOW))
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in rows))
    call_prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
    call_prctl(22, 2, (ctypes.c_uint64 * 2)(len(rows), ctypes.addressof(packed)))  # PR_SET_SECCOMP


def read_all_names() -> set[str]:
    """Those of all calls that this kernel's headers have."""
    return set(read_syscall_numbers(platform.machine()))
