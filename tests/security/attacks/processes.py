"""Attacks on other processes, and by new ones."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import pty
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.security.attacks.scene import Scene, attack, call, expect_secret

_SUCCEEDED = ("/bin/echo", ["echo", "succeeded"])
_PTRACE_ATTACH, _PTRACE_SEIZE = 16, 0x4206
_SIGNAL = signal.SIGCONT  # it changes nothing where it arrives


class _Part(ctypes.Structure):
    """A struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


@attack
def read_its_own_environment() -> None:
    Path("/proc/self/environ").read_bytes()


@attack
def read_the_environment_of_its_parent() -> None:
    Path(f"/proc/{os.getppid()}/environ").read_bytes()


@attack
def read_the_environment_of_the_daemon(scene: Scene) -> None:
    expect_secret(Path(f"/proc/{scene.victim}/environ").read_bytes())


@attack
def read_memory_through_proc(scene: Scene) -> None:
    memory = os.open(f"/proc/{scene.victim}/mem", os.O_RDONLY)
    expect_secret(os.pread(memory, 200, scene.victim_secret))


@attack
def write_memory_through_proc(scene: Scene) -> None:
    os.open(f"/proc/{scene.victim}/mem", os.O_RDWR)


@attack
def read_where_memory_is(scene: Scene) -> None:
    assert b"[stack]" in Path(f"/proc/{scene.victim}/maps").read_bytes()


@attack
def read_memory(scene: Scene) -> None:
    found = ctypes.create_string_buffer(200)
    call("process_vm_readv", scene.victim, *_parts(found, scene.victim_secret), 0)
    expect_secret(found.raw)


@attack
def write_memory(scene: Scene) -> None:
    content = ctypes.create_string_buffer(b"X", 1)
    call("process_vm_writev", scene.victim, *_parts(content, scene.victim_secret), 0)


def _parts(buffer: ctypes.Array[ctypes.c_char], address: int) -> tuple[object, ...]:
    here, there = _Part(ctypes.addressof(buffer), len(buffer)), _Part(address, len(buffer))
    return ctypes.byref(here), 1, ctypes.byref(there), 1


@attack
def trace_the_daemon(scene: Scene) -> None:
    call("ptrace", _PTRACE_SEIZE, scene.victim, 0, 0)


@attack
def stop_and_trace_the_daemon(scene: Scene) -> None:
    call("ptrace", _PTRACE_ATTACH, scene.victim, 0, 0)


@attack
def open_what_the_daemon_has_open(scene: Scene) -> None:
    expect_secret(Path(f"/proc/{scene.victim}/fd/0").read_bytes())


@attack
def read_what_other_workers_print() -> Iterator[None]:
    """All write into one pipe, and `/proc` opens the other end of a pipe."""
    _, writing = os.pipe()
    os.fchmod(writing, 0o200)  # as our own pipe has it
    yield
    os.open(f"/proc/self/fd/{writing}", os.O_RDONLY)


@attack
def name_the_daemon(scene: Scene) -> None:
    call("pidfd_open", scene.victim, 0)


@attack
def take_a_descriptor_of_the_daemon(scene: Scene) -> Iterator[None]:
    process = os.pidfd_open(scene.victim)
    yield
    call("pidfd_getfd", process, 0, 0)


@attack
def compare_with_the_daemon(scene: Scene) -> None:
    call("kcmp", os.getpid(), scene.victim, 1, 0, 0)


@attack
def send_a_signal_to_the_daemon(scene: Scene) -> None:
    os.kill(scene.victim, _SIGNAL)


@attack
def send_a_signal_to_its_parent() -> None:
    os.kill(os.getppid(), _SIGNAL)


@attack
def send_a_signal_to_its_group() -> None:
    os.killpg(os.getpgrp(), _SIGNAL)


@attack
def send_a_signal_to_a_thread(scene: Scene) -> None:
    call("tgkill", scene.victim, scene.victim, _SIGNAL)


@attack
def send_a_signal_to_a_thread_by_its_number(scene: Scene) -> None:
    call("tkill", scene.victim, _SIGNAL)


@attack
def send_a_signal_with_a_value(scene: Scene) -> None:
    about = (ctypes.c_int * 32)(_SIGNAL, 0, -1)  # SI_QUEUE
    call("rt_sigqueueinfo", scene.victim, _SIGNAL, about)


@attack
def send_a_signal_by_a_name(scene: Scene) -> Iterator[None]:
    process = os.pidfd_open(scene.victim)
    yield
    signal.pidfd_send_signal(process, _SIGNAL)


@attack
def have_the_kernel_send_signals(scene: Scene) -> Iterator[None]:
    reading, _ = os.pipe()
    yield
    fcntl.fcntl(reading, fcntl.F_SETOWN, scene.victim)


@attack
def have_signals_sent_for_data() -> Iterator[None]:
    reading, _ = os.pipe()
    yield
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)


@attack
def outlive_the_daemon() -> None:
    call("prctl", 1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG


@attack
def change_the_priority_of_the_daemon(scene: Scene) -> None:
    os.setpriority(os.PRIO_PROCESS, scene.victim, 19)


@attack
def pin_the_daemon_to_a_processor(scene: Scene) -> None:
    os.sched_setaffinity(scene.victim, os.sched_getaffinity(0))


@attack
def limit_the_daemon(scene: Scene) -> None:
    resource.prlimit(scene.victim, resource.RLIMIT_CORE, (0, 0))


@attack
def make_the_daemon_the_first_to_be_killed(scene: Scene) -> None:
    Path(f"/proc/{scene.victim}/oom_score_adj").write_text("1000")


@attack
def start_a_program() -> None:
    os.execv(*_SUCCEEDED)


@attack
def start_a_program_by_a_descriptor() -> Iterator[None]:
    program = os.open(_SUCCEEDED[0], os.O_PATH)
    yield
    arguments = (ctypes.c_char_p * 3)(b"echo", b"succeeded", None)
    call("execveat", program, b"", arguments, 0, 0x1000)


@attack
def start_a_shell() -> None:
    subprocess.run(["/bin/sh", "-c", "exit 0"], check=True)


@attack
def spawn_a_program() -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


@attack
def make_a_program_in_memory() -> None:
    os.memfd_create("attack")


@attack
def fork_a_process() -> None:
    if not os.fork():
        os._exit(0)


@attack
def clone_a_process() -> None:
    if not call("clone", signal.SIGCHLD, 0, 0, 0, 0):
        os._exit(0)


@attack
def clone_a_process_by_the_new_call() -> None:
    how = (ctypes.c_uint64 * 11)()
    how[4] = signal.SIGCHLD
    if not call("clone3", ctypes.byref(how), 88):
        os._exit(0)


@attack
def start_a_thread() -> None:
    import threading

    try:
        threading.Thread(target=int).start()
    except RuntimeError as error:
        raise PermissionError(errno.EPERM, str(error)) from None


@attack
def run_code_in_new_memory() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


@attack
def run_code_that_was_written() -> None:
    written = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(written))
    call("mprotect", address, 4096, mmap.PROT_READ | mmap.PROT_EXEC)


@attack
def call_the_kernel_as_a_32_bit_program() -> Iterator[None]:
    """The call getpid by `int 0x80`: the numbers of such calls mean others, which a filter could confuse."""
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    yield
    assert function() == os.getpid()


@attack
def type_into_a_terminal() -> Iterator[None]:
    _, terminal = pty.openpty()
    yield
    fcntl.ioctl(terminal, 0x5412, b"x")  # TIOCSTI


@attack
def take_a_session() -> None:
    os.setsid()


@attack
def change_its_group() -> None:
    os.setpgid(0, 0)


@attack
def use_more_memory_than_it_may() -> None:
    mmap.mmap(-1, 3 * 2**30)


@attack
def open_many_descriptors() -> None:
    for _ in range(200):
        os.dup(0)


@attack
def print_without_end(scene: Scene) -> Iterator[None]:
    """Into a file: its log, if it had one."""
    opened = os.open(scene.folder / f"log-{os.getpid()}", os.O_CREAT | os.O_WRONLY)
    yield
    os.write(opened, b"x" * 2**16)
