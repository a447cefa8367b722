"""Calls the Linux kernel where Python has no function for it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

_libc = ctypes.CDLL(None, use_errno=True)


def call_kernel(number: int, *args: object) -> int:
    """The result of the system call with this number; whole numbers, or what ctypes gives by its address. Raises
    OSError."""
    return _call(_libc.syscall, number, *args)


def call_prctl(option: int, *args: object) -> int:
    """The result of prctl(2). Raises OSError."""
    return _call(_libc.prctl, option, *(*args, 0, 0, 0, 0)[:4])  # some options refuse rests that are not 0


def call_libc(function: str, *args: object) -> int:
    """The result of this function of the C library, which returns -1 for an error. Raises OSError."""
    return _call(getattr(_libc, function), *args)


def _call(function: Callable[..., int], *args: object) -> int:
    # 64 bits each: the functions take a variable number of arguments, and ctypes would pass 32
    result = function(*(ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
