"""Attacks on the kernel: what is seldom needed, and has had holes; and on the sandbox itself."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterator

from tests.security.attacks.scene import attack, call

_NEW_USER, _NEW_UTS = 0x10000000, 0x04000000


@attack
def become_another_user() -> None:
    os.setresuid(1, 1, 1)


@attack
def become_another_group() -> None:
    os.setgroups([])


@attack
def take_capabilities_back() -> None:
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    data[0] = data[1] = 1  # CAP_CHOWN
    call("capset", header, data)


@attack
def make_a_user_namespace() -> None:
    call("unshare", _NEW_USER)


@attack
def clone_into_a_namespace() -> None:
    if not call("clone", _NEW_USER, 0, 0, 0, 0):
        os._exit(0)


@attack
def join_a_namespace() -> Iterator[None]:
    namespace = os.open("/proc/self/ns/uts", os.O_RDONLY)
    yield
    call("setns", namespace, _NEW_UTS)


@attack
def name_the_host() -> None:
    name = os.uname().nodename.encode()
    call("sethostname", name, len(name))


@attack
def read_the_log_of_the_kernel() -> None:
    call("syslog", 3, ctypes.create_string_buffer(100), 100)


@attack
def load_a_program_into_the_kernel() -> None:
    array = (ctypes.c_uint32 * 30)(2, 4, 4, 1)  # a map: an array of one
    call("bpf", 0, array, 120)


@attack
def queue_calls_in_a_ring() -> None:
    """io_uring: its calls pass no filter."""
    call("io_uring_setup", 1, ctypes.create_string_buffer(120))


@attack
def queue_calls_the_old_way() -> None:
    call("io_setup", 1, ctypes.byref(ctypes.c_ulong()))


@attack
def count_events() -> None:
    how = (ctypes.c_uint32 * 28)(1, 112)  # a counter of software: the time of the processor
    how[10] = 0b1100000  # not of the kernel
    call("perf_event_open", how, 0, -1, -1, 0)


@attack
def handle_faults_of_memory() -> None:
    call("userfaultfd", 1)


@attack
def keep_a_key() -> None:
    call("add_key", b"user", b"attack", b"x", 1, -2)


@attack
def read_keys() -> None:
    call("keyctl", 0, -3, 1)


@attack
def share_memory() -> None:
    call("shmctl", call("shmget", 0, 4096, 0o600), 0, 0)


@attack
def queue_messages() -> None:
    call("msgctl", call("msgget", 0, 0o600), 0, 0)


@attack
def make_semaphores() -> None:
    call("semctl", call("semget", 0, 1, 0o600), 0, 0)


@attack
def queue_messages_of_posix() -> None:
    name = f"attack-{os.getpid()}".encode()
    call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, 0)
    call("mq_unlink", name)


@attack
def switch_off_random_addresses() -> None:
    call("personality", 0x0040000)


@attack
def raise_a_limit() -> Iterator[None]:
    limits = (ctypes.c_uint64 * 2)(*resource.getrlimit(resource.RLIMIT_NOFILE))
    yield
    call("prlimit64", 0, resource.RLIMIT_NOFILE, limits, 0)


@attack
def leave_a_core_dump() -> None:
    call("prlimit64", 0, resource.RLIMIT_CORE, (ctypes.c_uint64 * 2)(1, 1), 0)


@attack
def let_others_read_its_memory() -> None:
    call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE


@attack
def add_a_filter() -> Iterator[None]:
    """One that answers for the kernel could deceive our own code."""
    call("prctl", 38, 1, 0, 0, 0)
    allow = ctypes.create_string_buffer(bytes.fromhex("060000000000ff7f"), 8)
    program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(allow))
    yield
    call("seccomp", 1, 0, program)
