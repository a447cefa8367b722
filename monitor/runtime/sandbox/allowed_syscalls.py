"""The system calls that a worker process may make. All others are refused, those that are not yet invented too.

Where a call can do more than it should, its arguments are looked at. A filter sees numbers, and not what a pointer
leads to: so calls that take everything by pointer (openat2, clone3, io_uring) are left out.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.runtime.sandbox.profiles import SandboxProfile


@dataclass(frozen=True, slots=True)
class ArgumentCheck:
    """That the bits of `mask` in the argument at `index` are one of `values`. The kernel takes 32 bits of the arguments
    that are checked, except of pointers (`wide`), which may only be 0."""

    index: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    wide: bool = False


Checks = tuple[ArgumentCheck, ...]  # all must hold

_READING_ONLY = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD, _NEW_NAMESPACES = 0x10000, 0x7E020080  # <linux/sched.h>
_DESCRIPTOR_FLAGS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC of <linux/fcntl.h>
_ASYNC = 0o20000  # FASYNC: signals whoever is named as the owner
# FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS (whether it is a terminal), TIOCGWINSZ of <asm-generic/ioctls.h>
_IOCTLS = (0x5421, 0x541B, 0x5451, 0x5450, 0x5401, 0x5413)
_PR_SET_NAME = 15
_F_SETFL = 4
_IP_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)
_SOCKET_TYPE = 0xF  # the other bits are flags

_FREE = """
    read readv write writev pread64 lseek close close_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
    stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents64 getcwd
    brk mmap munmap mremap mprotect madvise
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall exit exit_group
    futex set_robust_list rseq sched_yield sched_getaffinity
    getpid gettid getppid getpgrp getpgid getuid geteuid getgid getegid getresuid getresgid getgroups
    uname sysinfo getrusage times getrlimit getrandom
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time
    recvfrom getsockopt getsockname getpeername shutdown
"""
_NETWORK = """
    sendto sendmsg sendmmsg recvmsg connect bind listen accept accept4 setsockopt
    epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
"""


def list_allowed_calls(profile: SandboxProfile, process: int) -> Mapping[str, tuple[Checks, ...]]:
    """The calls that a process with this id may make, by name: with arguments that pass one of these checks, or with
    any where there are none."""
    allowed: dict[str, tuple[Checks, ...]] = dict.fromkeys(_FREE.split(), ())
    allowed |= {
        "open": ((ArgumentCheck(1, (os.O_RDONLY,), _READING_ONLY),),),
        "openat": ((ArgumentCheck(2, (os.O_RDONLY,), _READING_ONLY),),),
        "fcntl": (
            (ArgumentCheck(1, tuple(each for each in _DESCRIPTOR_FLAGS if each != _F_SETFL)),),
            (ArgumentCheck(1, (_F_SETFL,)), ArgumentCheck(2, (0,), _ASYNC)),
        ),
        "ioctl": ((ArgumentCheck(1, _IOCTLS),),),
        "prctl": ((ArgumentCheck(0, (_PR_SET_NAME,)),),),
        "tgkill": ((ArgumentCheck(0, (process,)),),),  # abort(3)
        "prlimit64": ((ArgumentCheck(0, (0, process)), ArgumentCheck(2, (0,), wide=True)),),  # to read its own
        "sendto": ((ArgumentCheck(4, (0,), wide=True),),),  # where it is connected to
    }
    if profile.threads:
        allowed["clone"] = ((ArgumentCheck(0, (_CLONE_THREAD,), _CLONE_THREAD | _NEW_NAMESPACES),),)
    if profile.network:
        allowed |= dict.fromkeys(_NETWORK.split(), ())
        allowed["socket"] = (
            (
                ArgumentCheck(0, (socket.AF_INET, socket.AF_INET6)),
                ArgumentCheck(1, (socket.SOCK_STREAM, socket.SOCK_DGRAM), _SOCKET_TYPE),
                ArgumentCheck(2, _IP_PROTOCOLS),
            ),
        )
        # The event loop wakes itself up by one. Of a pair of datagrams, each can send to other sockets of this machine.
        allowed["socketpair"] = (
            (ArgumentCheck(0, (socket.AF_UNIX,)), ArgumentCheck(1, (socket.SOCK_STREAM,), _SOCKET_TYPE)),
        )
    return allowed
