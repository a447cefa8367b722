"""The fork server: a small process of one thread that has loaded in advance what all workers need, and forks them.

So they start at once, and share these pages; and the daemon, which has many threads and holds every secret, is never
forked. It is asked through one socket (`processes`): for each request it forks a worker, which gets the
descriptor that came with the request, or ends one. It reads nothing that strangers wrote, and ends when the daemon has
ended, however that happened: nobody else holds the other end of its socket, and the kernel ends it too, even if it is
stopped. Its workers end with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence

from monitor.runtime.sandbox import make_undumpable, prepare_paths
from monitor.runtime.workers.serve import end_with_parent, serve_calls

FORK = "fork"  # starts a worker, with the descriptor of its socket; there is no reply
KILL = "kill"  # ends a worker; there is no reply
WAIT = "wait"  # ends a worker; the reply is the request, and its exit code
CPU = "cpu"  # the reply is the request, and the CPU that a worker has used, in milliseconds; -1: it has ended
MAX_REQUEST = 64  # bytes: one of these words, a blank, and the number that the daemon has given to the worker


def main(descriptor: int, daemon: int, preloaded: Sequence[str]) -> None:
    """Serve requests of this process from the socket with this descriptor, after loading these modules."""
    end_with_parent(daemon)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make_undumpable()  # a worker whose sandbox is incomplete could otherwise take it over, and with it all later ones
    for module in preloaded:
        importlib.import_module(module)
    prepare_paths()
    gc.collect()
    gc.freeze()  # workers share these pages as long as the garbage collector does not write to them
    requests = socket.socket(fileno=descriptor)
    if (connection := _serve_requests(requests)) is not None:
        serve_calls(connection)


def _serve_requests(requests: socket.socket) -> socket.socket | None:
    """Returns in each worker with its socket, and in the server with None, when the daemon has closed the other end."""
    server = os.getpid()
    processes = _Processes()
    while True:
        requests.settimeout(1 if processes.ending else None)  # those that were killed are removed a moment later
        try:
            request, descriptors, *_ = socket.recv_fds(requests, MAX_REQUEST, 1, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError:
            request, descriptors = b"again 0", []
        except ConnectionError:  # the daemon ended while it waited for a reply
            return None
        processes.remove_ended()
        if not request:
            return None
        word, number = request.decode().split()
        if word == FORK and descriptors:  # there are none if this process has as many as it may have
            if processes.fork(int(number)):
                requests.close()
                end_with_parent(server)
                return socket.socket(fileno=descriptors[0])
            os.close(descriptors[0])
        elif word == KILL:
            processes.kill(int(number))
        elif word == CPU:
            requests.sendall(f"{word} {number} {processes.read_cpu(int(number))}".encode())
        elif word == WAIT:
            requests.sendall(f"{word} {number} {processes.wait(int(number))}".encode())


class _Processes:
    """The workers that were forked and not ended, by the numbers that the daemon gave. Only we wait for them: until
    then no other process has the id of one."""

    def __init__(self) -> None:
        self._running: dict[int, int] = {}
        self.ending: set[int] = set()  # killed, and perhaps not ended yet

    def fork(self, number: int) -> bool:
        """Returns True in the new process."""
        try:
            process = os.fork()
        except OSError as error:  # a moment later there may be memory, or room for processes; others work on meanwhile
            sys.stderr.write(f"no worker can be forked: {error}\n")
            return False
        if process:
            self._running[number] = process
        return not process

    def kill(self, number: int) -> None:
        if (process := self._running.pop(number, None)) is not None:  # two threads may end it at once
            os.kill(process, signal.SIGKILL)
            self.ending.add(process)

    def read_cpu(self, number: int) -> int:
        if (process := self._running.get(number)) is None:
            return -1
        try:
            return int(time.clock_gettime(_cpu_clock_of(process)) * 1000)
        except OSError:  # it has just ended
            return -1

    def wait(self, number: int) -> int:
        """Kill it and wait; returns its exit code, or minus the number of its signal."""
        if (process := self._running.pop(number, None)) is None:
            return -signal.SIGKILL
        os.kill(process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def remove_ended(self) -> None:
        self.ending = {process for process in self.ending if not os.waitpid(process, os.WNOHANG)[0]}


def _cpu_clock_of(process: int) -> int:
    """The clock of the CPU that a process has used, as clock_getcpuclockid(3) of Linux gives it."""
    return (~process << 3) | 2


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
