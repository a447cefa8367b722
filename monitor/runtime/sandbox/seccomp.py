"""seccomp: the kernel runs a small program before each system call, which refuses those that are not allowed.

Refused calls fail with EPERM, as if the user had no right to them, so that Python raises PermissionError. Calls that
are newer than our table fail with ENOSYS, as on an older kernel: the C library then uses an older one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence

from monitor.runtime.sandbox.allowed_syscalls import ArgumentCheck, Checks, list_allowed_calls
from monitor.runtime.sandbox.kernel_calls import call_prctl
from monitor.runtime.sandbox.profiles import SandboxProfile
from monitor.runtime.sandbox.syscall_numbers import NEWER_CALLS, Architecture, find_architecture

# <linux/prctl.h>, <linux/seccomp.h>
_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
# <linux/bpf_common.h>: classic BPF
_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_MAX_INSTRUCTIONS = 4096

_NOT_THERE = ("clone3",)  # the C library then uses clone, whose flags a filter sees

Instruction = tuple[int, int, int, int]  # code, jumps if true and if false, value
_REFUSE: Instruction = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
_ACCEPT: Instruction = (_RETURN, 0, 0, _ALLOW)
_DENY_EXISTENCE: Instruction = (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def check_filters() -> list[str]:
    """Raises OSError if this kernel has no filters, takes none from us, or we have no table for the processor."""
    _require_architecture()
    try:
        call_prctl(_SET_SECCOMP, _MODE_FILTER)
    except OSError as error:
        if error.errno != errno.EFAULT:  # a kernel that has filters says that there is none at address 0
            raise
    return []


def refuse_other_calls(profile: SandboxProfile) -> None:
    """From now on this thread, and what it starts, makes the calls that the profile allows and no others. Raises
    OSError."""
    instructions = build_filter(profile, os.getpid(), _require_architecture())
    assert len(instructions) <= _MAX_INSTRUCTIONS
    packed = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    call_prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(instructions), packed)))


def _require_architecture() -> Architecture:
    architecture = find_architecture()
    if architecture is None:
        raise OSError(errno.EPROTONOSUPPORT, "")
    return architecture


def build_filter(profile: SandboxProfile, process: int, architecture: Architecture) -> list[Instruction]:
    """The program for a process with this id."""
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL_PROCESS),  # no program of this architecture makes such a call
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, NEWER_CALLS),
        _DENY_EXISTENCE,
    ]
    for name in _NOT_THERE:
        program += [(_JUMP_EQUAL, 0, 1, architecture.numbers[name]), _DENY_EXISTENCE]
    for name, checks in list_allowed_calls(profile, process).items():
        if name in architecture.numbers:
            block = _build_checks(checks)
            program += [(_JUMP_EQUAL, 0, len(block), architecture.numbers[name]), *block]
    return [*program, _REFUSE]


def _build_checks(alternatives: Sequence[Checks]) -> list[Instruction]:
    """Accepts if all checks of one alternative hold, or if there is none; else refuses."""
    if not alternatives:
        return [_ACCEPT]
    program: list[Instruction] = []
    for checks in alternatives:
        block = [_ACCEPT]
        for check in reversed(checks):
            block = _build_check(check, block)
        program += block
    return [*program, _REFUSE]


def _build_check(check: ArgumentCheck, then: list[Instruction]) -> list[Instruction]:
    """Goes to `then` if the check holds, else behind it."""
    low = _ARGUMENTS + 8 * check.index  # both architectures have the low half first
    count = len(check.values)
    compared = [
        (_JUMP_EQUAL, count - 1 - position, len(then) if position == count - 1 else 0, value)
        for position, value in enumerate(check.values)
    ]
    block: list[Instruction] = [(_LOAD, 0, 0, low), (_AND, 0, 0, check.mask), *compared, *then]
    if not check.wide:
        return block
    return [(_LOAD, 0, 0, low + 4), (_JUMP_EQUAL, 0, len(block), 0), *block]
