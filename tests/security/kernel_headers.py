"""The numbers of system calls, read from the headers of the Linux kernel (Debian's package linux-libc-dev)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_INCLUDE = Path("/usr/include")
_DEFINITION = re.compile(r"^#define __NR(3264)?_(\w+)\s+(?:(\d+)|__NR3264_(\w+))", re.MULTILINE)


@cache
def read_syscall_numbers(machine: str) -> dict[str, int]:
    """By name, for x86_64 or aarch64. Raises FileNotFoundError where there are no headers."""
    if machine == "aarch64":  # it has the numbers of all newer architectures
        files = [_INCLUDE / "asm-generic" / "unistd.h"]
    else:
        files = [*_INCLUDE.glob(f"{machine}-*/asm/unistd_64.h"), _INCLUDE / "asm" / "unistd_64.h"]
    found = next((file for file in files if file.exists() and "x32" not in str(file)), None)
    if found is None:
        raise FileNotFoundError(f"no headers of {machine} in {_INCLUDE}")
    numbers: dict[str, int] = {}
    both: dict[str, int] = {}  # the generic header names calls of 32 and 64 bits by another name first
    for common, name, number, alias in _DEFINITION.findall(found.read_text(encoding="utf-8")):
        if common:
            both[name] = int(number)
        elif number or alias in both:
            numbers.setdefault(name, int(number) if number else both[alias])
    return numbers
