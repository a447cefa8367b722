"""Numbers of Linux system calls, as the kernel's headers have them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Architecture:
    """`audit`: how the kernel names the architecture to a filter (AUDIT_ARCH_* of <linux/audit.h>); `numbers`: by
    name; calls that it does not have are not there."""

    audit: int
    numbers: Mapping[str, int]


# name, x86_64, aarch64
_TABLE = """\
accept 43 202
accept4 288 242
access 21 -
bind 49 200
brk 12 214
clock_getres 229 114
clock_gettime 228 113
clock_nanosleep 230 115
clone 56 220
clone3 435 435
close 3 57
close_range 436 436
connect 42 203
dup 32 23
dup2 33 -
dup3 292 24
epoll_create1 291 20
epoll_ctl 233 21
epoll_pwait 281 22
epoll_wait 232 -
eventfd2 290 19
exit 60 93
exit_group 231 94
faccessat 269 48
faccessat2 439 439
fcntl 72 25
fstat 5 80
futex 202 98
getcwd 79 17
getdents64 217 61
getegid 108 177
geteuid 107 175
getgid 104 176
getgroups 115 158
getpeername 52 205
getpgid 121 155
getpgrp 111 -
getpid 39 172
getppid 110 173
getrandom 318 278
getresgid 120 150
getresuid 118 148
getrlimit 97 163
getrusage 98 165
getsockname 51 204
getsockopt 55 209
gettid 186 178
gettimeofday 96 169
getuid 102 174
ioctl 16 29
listen 50 201
lseek 8 62
lstat 6 -
madvise 28 233
mmap 9 222
mprotect 10 226
mremap 25 216
munmap 11 215
nanosleep 35 101
newfstatat 262 79
open 2 -
openat 257 56
pipe 22 -
pipe2 293 59
poll 7 -
ppoll 271 73
prctl 157 167
pread64 17 67
prlimit64 302 261
pselect6 270 72
read 0 63
readlink 89 -
readlinkat 267 78
readv 19 65
recvfrom 45 207
recvmsg 47 212
restart_syscall 219 128
rseq 334 293
rt_sigaction 13 134
rt_sigprocmask 14 135
rt_sigreturn 15 139
sched_getaffinity 204 123
sched_yield 24 124
select 23 -
sendmmsg 307 269
sendmsg 46 211
sendto 44 206
set_robust_list 273 99
setsockopt 54 208
shutdown 48 210
sigaltstack 131 132
socket 41 198
socketpair 53 199
stat 4 -
statx 332 291
sysinfo 99 179
tgkill 234 131
time 201 -
times 100 153
uname 63 160
write 1 64
writev 20 66
"""
_ROWS = [line.split() for line in _TABLE.splitlines()]
ARCHITECTURES: Mapping[str, Architecture] = {
    name: Architecture(audit, {row[0]: int(row[column]) for row in _ROWS if row[column] != "-"})
    for name, audit, column in (("x86_64", 0xC000003E, 1), ("aarch64", 0xC00000B7, 2))
}
# Calls with this number or a higher one are newer than Linux 5.17, and the same on all architectures. (Those of the x32
# mode of x86_64 are higher, too.)
NEWER_CALLS = 450


@cache
def find_architecture() -> Architecture | None:
    """The one that this process runs on; None: there is no table for it (a 32-bit Python, another processor)."""
    return ARCHITECTURES.get(platform.machine()) if sys.maxsize > 2**32 else None
