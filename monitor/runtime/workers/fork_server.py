"""The fork server: a small process of one thread that has loaded in advance what all workers need, and forks them.

So they start at once, and share these pages; and the daemon, which has many threads and holds every secret, is never
forked. It is asked through one socket (`processes`): for each request it forks a worker, which gets the
descriptor that came with the request, or ends one. It reads nothing that strangers wrote, and ends when the daemon has
ended, however that happened: nobody else holds the other end of its socket. Its workers end with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Sequence

from monitor.runtime.sandbox import make_undumpable, prepare_paths
from monitor.runtime.workers.serve import end_with_parent, serve_calls

FORK = "fork"  # starts a worker, with the descriptor of its socket; there is no reply
KILL = "kill"  # ends a worker; there is no reply
WAIT = "wait"  # ends a worker; the reply is its exit status
MAX_REQUEST = 64  # bytes: one of these words, a blank, and the number that the daemon has given to the worker


def main(descriptor: int, preloaded: Sequence[str]) -> None:
    """Serve requests from the socket with this descriptor, after loading these modules."""
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
    processes: dict[int, int] = {}  # by the numbers that the daemon gave
    ending: set[int] = set()
    while True:
        requests.settimeout(1 if ending else None)  # those that were killed are removed a moment later
        try:
            request, descriptors, *_ = socket.recv_fds(requests, MAX_REQUEST, 1, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError:
            request, descriptors = None, []
        ending = {process for process in ending if not os.waitpid(process, os.WNOHANG)[0]}
        if request is None:
            continue
        if not request:
            return None
        word, number = request.decode().split()
        if word == FORK:
            if not (process := os.fork()):
                requests.close()
                end_with_parent(server)
                return socket.socket(fileno=descriptors[0])
            os.close(descriptors[0])
            processes[int(number)] = process
            continue
        status = 0
        if (ended := processes.pop(int(number), None)) is not None:  # two threads may have ended it at once
            os.kill(ended, signal.SIGKILL)  # only we wait for it: until then no other process has its id
            if word == WAIT:
                status = os.waitpid(ended, 0)[1]
            else:
                ending.add(ended)
        if word == WAIT:
            requests.sendall(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
