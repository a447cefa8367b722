"""Privileges that a process gives up: those of root, those of programs that it could start, and that others look into
its memory."""

from __future__ import annotations

import ctypes
import os
import sys

from monitor.runtime.sandbox.kernel_calls import call_libc, call_prctl

# <linux/prctl.h>
_SET_DUMPABLE = 4
_CAPBSET_READ, _CAPBSET_DROP = 23, 24
_SET_NO_NEW_PRIVS, _GET_NO_NEW_PRIVS = 38, 39
_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL = 47, 4
_SET_MDWE, _GET_MDWE, _REFUSE_EXEC_GAIN = 65, 66, 1
# <linux/capability.h>
_CAP_DAC_READ_SEARCH, _CAP_SETPCAP = 2, 8
_CAPABILITY_VERSION_3 = 0x20080522
_MAX_CAPABILITIES = 64


def make_undumpable() -> None:
    """On Linux: no other process reads the memory or the environment of this one, except with the capability to trace
    any process (root), and it leaves no core dump. A new program (`exec`) starts without this. Raises OSError."""
    if sys.platform == "linux":
        call_prctl(_SET_DUMPABLE, 0)


def forbid_new_privileges() -> None:
    """Programs with set-user-ID or capabilities of their own give this process nothing more. Raises OSError."""
    call_prctl(_SET_NO_NEW_PRIVS, 1)


def forbid_code_in_written_memory() -> None:
    """Memory that was written is never executed. Raises OSError (a kernel before 6.3)."""
    if not call_prctl(_GET_MDWE):  # the service manager may have asked for it already
        call_prctl(_SET_MDWE, _REFUSE_EXEC_GAIN)


def check_no_new_privileges() -> list[str]:
    """Raises OSError if the kernel does not know `forbid_new_privileges`."""
    call_prctl(_GET_NO_NEW_PRIVS)
    return []


def check_memory_rule() -> list[str]:
    """Raises OSError if the kernel does not know `forbid_code_in_written_memory`."""
    call_prctl(_GET_MDWE)
    return []


def drop_capabilities() -> None:
    """Give up all capabilities, which only root and services that were granted some have. Raises OSError.

    One stays: where root acts as the owner of the database (`store.engine.ownership`), the capability to read all files
    may be the only way to Python's own ones, under /root. Landlock still says which files; and seccomp refuses
    `open_by_handle_at`, which would lead around it.
    """
    effective, permitted, inheritable = _read_capabilities()
    if effective >> _CAP_SETPCAP & 1:
        for capability in range(_MAX_CAPABILITIES):
            if _is_in_bounding_set(capability):
                call_prctl(_CAPBSET_DROP, capability)
    if permitted or inheritable:  # a service's filter may refuse the call to those that have none
        call_prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)
        kept = effective & (1 << _CAP_DAC_READ_SEARCH) if os.geteuid() else 0
        call_libc("capset", _make_header(), (ctypes.c_uint32 * 6)(kept, kept, 0))


def _is_in_bounding_set(capability: int) -> bool:
    try:
        return bool(call_prctl(_CAPBSET_READ, capability))
    except OSError:  # this kernel has no capability of this number
        return False


def _read_capabilities() -> tuple[int, int, int]:
    """The effective, the permitted and the inheritable ones: a bit each."""
    data = (ctypes.c_uint32 * 6)()
    call_libc("capget", _make_header(), data)
    effective, permitted, inheritable = (data[each] | data[each + 3] << 32 for each in range(3))
    return effective, permitted, inheritable


def _make_header() -> ctypes.Array[ctypes.c_uint32]:
    """A struct __user_cap_header_struct: the version, and 0 for this process."""
    return (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
