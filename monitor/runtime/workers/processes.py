"""Starts and ends the processes of workers: forked by a fork server on Linux, else each with an interpreter of its own.

None of them inherits an environment with secrets, a descriptor, or a terminal.
"""

from __future__ import annotations

import atexit
import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from monitor.runtime.workers import fork_server
from monitor.runtime.workers.worker_output import WorkerOutput

_SERVER_TIMEOUT: Final = 10  # s for the fork server, which only ever waits for a process that it has killed
# What Python and the C library read when they start. None of it is secret; all other variables stay in the daemon.
_PASSED: Final = ("LANG", "LANGUAGE", "TZ", "PATH", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHOME")
_PASSED_PREFIXES: Final = ("LC_", "MALLOC_")
# What requests and ssl read, for a process that has network: the password of a proxy may be in there.
_NETWORK: Final = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)


class Process(Protocol):
    """A process that was started. `kill` and `wait` may each be called once, from any thread."""

    def read_cpu(self) -> float | None:
        """The CPU that it has used, in seconds; None: that cannot be known. It may wait: call it from a thread."""

    def kill(self) -> None:
        """End it, without waiting for that."""

    def wait(self) -> int:
        """End it, and wait for that; returns its exit code, or minus the number of the signal that ended it."""


def start_process(theirs: socket.socket, *, forked: bool) -> Process:
    """Start a process that serves calls (`serve.serve_calls`) from this socket. `forked`: by the fork server. Raises
    OSError."""
    if not forked:
        return _SpawnedProcess(theirs)
    with _Servers.lock:
        if _Servers.current is None or _Servers.current.has_ended:
            if _Servers.current is not None:
                _Servers.current.close()
            _Servers.current = _ForkServer(_Servers.preloaded)
        return _Servers.current.fork(theirs)


def preload_module(module: str) -> None:
    """Load a module once for all workers, which then share its pages. It must start no thread. Call this before the
    first process is started: later it has no effect."""
    _Servers.preloaded = (module,)


def select_network_environment() -> dict[str, str]:
    """The variables of this process that say how to reach other machines."""
    return {name: value for name, value in os.environ.items() if name.upper() in _NETWORK}


class _ForkServer:
    """The daemon's end of the fork server. Raises OSError if it cannot be started."""

    def __init__(self, preloaded: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_SERVER_TIMEOUT)
        self._numbers = itertools.count()
        self._waiting = Lock()  # one at a time waits for a reply; requests without one need no lock
        try:
            with theirs:
                self._process = _start_python("fork_server", theirs, str(os.getpid()), *preloaded)
        except OSError:
            self._socket.close()
            raise

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def fork(self, theirs: socket.socket) -> Process:
        number = next(self._numbers)
        socket.send_fds(self._socket, [f"{fork_server.FORK} {number}".encode()], [theirs.fileno()])
        return _ForkedProcess(self, number)

    def request(self, word: str, number: int) -> None:
        with suppress(OSError):  # where the server has ended, all that it has forked has ended too
            self._socket.send(f"{word} {number}".encode())

    def ask(self, word: str, number: int) -> int | None:
        with self._waiting, suppress(OSError):
            self._socket.send(f"{word} {number}".encode())
            while reply := self._socket.recv(fork_server.MAX_REQUEST).decode().split():
                if reply[:2] == [word, str(number)]:  # and no late reply, for which nobody waits any more
                    return int(reply[2])
        return None

    def close(self) -> None:
        """End the server, and with it all that it has forked."""
        self._socket.close()
        try:
            self._process.wait(_SERVER_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """In a fork of this process, whose server it is not."""
        self._socket.close()
        self._process.returncode = 0


class _ForkedProcess:
    def __init__(self, server: _ForkServer, number: int) -> None:
        self._server = server
        self._number = number

    def kill(self) -> None:
        self._server.request(fork_server.KILL, self._number)

    def read_cpu(self) -> float | None:
        used = self._server.ask(fork_server.CPU, self._number)
        return None if used is None or used < 0 else used / 1000

    def wait(self) -> int:
        code = self._server.ask(fork_server.WAIT, self._number)
        return -signal.SIGKILL if code is None else code


class _SpawnedProcess:
    def __init__(self, theirs: socket.socket) -> None:
        self._process = _start_python("serve", theirs, str(os.getpid()))

    def kill(self) -> None:
        self._process.kill()
        _Servers.ending = [*(process for process in _Servers.ending if process.poll() is None), self._process]

    def read_cpu(self) -> float | None:
        return None  # it starts others only where the fork server cannot

    def wait(self) -> int:
        self._process.kill()
        return self._process.wait()


class _Servers:
    """What this process has: one fork server at most, and processes without one that were killed and may not have ended
    yet."""

    lock = Lock()
    preloaded: tuple[str, ...] = ()
    current: _ForkServer | None = None
    ending: Sequence[subprocess.Popen[bytes]] = ()
    output = WorkerOutput()


def _start_python(module: str, theirs: socket.socket, *args: str) -> subprocess.Popen[bytes]:
    """A Python that runs this module of ours with the descriptor of the socket as its first argument, in a session of
    its own: Ctrl-C at the terminal does not reach it. Raises OSError."""
    output = _Servers.output.open_for_writing()
    return subprocess.Popen(  # noqa: S603  our own module, with our own arguments
        (sys.executable, "-P", "-m", f"monitor.runtime.workers.{module}", str(theirs.fileno()), *args),
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=_select_environment(os.environ),
        start_new_session=True,
    )


def _select_environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed = {
        name: value for name, value in environment.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    return {**passed, "PYTHONPATH": os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)}


def _close_server() -> None:
    if _Servers.current is not None:
        _Servers.current.close()
        _Servers.current = None
    _Servers.output.close()


def _forget_server() -> None:
    if _Servers.current is not None:
        _Servers.current.forget()
        _Servers.current = None
    _Servers.lock, _Servers.output = Lock(), WorkerOutput()


atexit.register(_close_server)
os.register_at_fork(after_in_child=_forget_server)
