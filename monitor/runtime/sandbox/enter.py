"""Locks this process in, and says what this kernel cannot do of it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.runtime.sandbox.landlock import list_missing_rules, restrict_access
from monitor.runtime.sandbox.limits import limit_resources
from monitor.runtime.sandbox.privileges import (
    check_memory_rule,
    check_no_new_privileges,
    drop_capabilities,
    forbid_code_in_written_memory,
    forbid_new_privileges,
    make_undumpable,
)
from monitor.runtime.sandbox.profiles import SandboxProfile
from monitor.runtime.sandbox.readable_paths import list_readable_paths
from monitor.runtime.sandbox.seccomp import check_filters, refuse_other_calls

_ELSEWHERE: Final = ("no protection: only Linux has a sandbox",)
_THREADS: Final = "Landlock and seccomp: the process has several threads, and only one is locked in"
_REASONS: Final = {
    errno.ENOSYS: "the kernel has none",
    errno.EINVAL: "the kernel has none",
    errno.EOPNOTSUPP: "it is switched off on this machine",
    errno.EPROTONOSUPPORT: "there is no table of system calls for this processor",
    errno.EPERM: "something refuses it, perhaps the container",
}
_FileIds = Mapping[str, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class _Protection:
    """`check` returns what the kernel lacks of it, and `enter` gives something up; both raise OSError if the kernel has
    nothing of it."""

    name: str
    check: Callable[[], list[str]]
    enter: Callable[[SandboxProfile], None]


def _restrict_access(profile: SandboxProfile) -> None:
    restrict_access(list_readable_paths(profile), may_connect=profile.network)


# In this order: Landlock and seccomp need the first, and seccomp refuses what the others ask for.
_PROTECTIONS: Final = (
    _Protection("no new privileges", check_no_new_privileges, lambda _: forbid_new_privileges()),
    _Protection("Landlock", list_missing_rules, _restrict_access),
    _Protection("no capabilities", list, lambda _: drop_capabilities()),
    _Protection("no tracing by others", list, lambda _: make_undumpable()),
    _Protection("no code in written memory (Linux 6.3)", check_memory_rule, lambda _: forbid_code_in_written_memory()),
    _Protection("limits", list, limit_resources),
    _Protection("seccomp", check_filters, refuse_other_calls),
)


def enter_sandbox(profile: SandboxProfile) -> tuple[str, ...]:
    """Give up, for ever, what the profile does not need. Returns a line for each protection that this kernel does not
    give; none: it gives all. Call it while this process has one thread: others would keep what they have."""
    if sys.platform != "linux":
        return _ELSEWHERE
    missing = [_THREADS] if _count_threads() > 1 else []
    _Entered.files = {path: _identify_file(path) for path in list_readable_paths(profile)}
    for protection in _PROTECTIONS:
        missing += _list_missing(protection, lambda enter: enter.enter(profile))
    return tuple(missing)


def missing_protections() -> tuple[str, ...]:
    """What `enter_sandbox` would return in a process of one thread, without giving anything up."""
    if sys.platform != "linux":
        return _ELSEWHERE
    return tuple(line for protection in _PROTECTIONS for line in _list_missing(protection, lambda _: None))


def needs_renewal() -> bool:
    """Whether a file that this process may read has been replaced since it entered its sandbox, such as
    /etc/resolv.conf when the network has changed. The new one is refused: another process has to do the work. A file
    that is gone, or that cannot be seen without the capabilities of before, is nothing new. Asked before each message,
    so it takes no longer than the status of 50 files."""
    return any(_identify_file(path) not in (None, before) for path, before in _Entered.files.items())


class _Entered:
    """The files that this process might read when it entered its sandbox."""

    files: _FileIds = {}  # noqa: RUF012 - replaced as a whole


def _list_missing(protection: _Protection, enter: Callable[[_Protection], None]) -> list[str]:
    try:
        missing = protection.check()
        enter(protection)
    except OSError as error:
        code = error.errno or 0
        return [f"{protection.name}: {_REASONS.get(code, os.strerror(code))}"]
    return [f"{protection.name}: {each}" for each in missing]


def _count_threads() -> int:
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:  # /proc is not there for everybody
        return 1


def _identify_file(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path, and there are many
    except OSError:
        return None
    return found.st_dev, found.st_ino
