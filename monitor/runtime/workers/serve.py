"""What runs inside a worker process: it locks itself in, then takes one call after the other until nobody asks."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from monitor.errors import WorkerLost
from monitor.runtime.malloc_tuning import MemoryTrimmer
from monitor.runtime.sandbox import SandboxProfile, enter_sandbox, needs_renewal
from monitor.runtime.workers import messages

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """How a process is set up before its first call. `sandbox`: what it may do then (None: all that the daemon may; for
    tests); `environment`: variables that are added to its environment."""

    sandbox: SandboxProfile | None
    environment: Mapping[str, str] = field(default_factory=dict)


def serve_calls(connection: socket.socket) -> None:
    """Answer calls until the other end is closed. The first message is the WorkerSetup, pickled."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _separate_output()
    setup_message = _receive(connection)
    if setup_message is None:
        return
    setup: WorkerSetup = pickle.loads(setup_message)  # noqa: S301  the daemon wrote it
    os.environ.update(setup.environment)
    memory = MemoryTrimmer()  # it opens a file
    missing = enter_sandbox(setup.sandbox) if setup.sandbox else ()
    _send(connection, msgspec.msgpack.encode(messages.Ready(missing)))
    while (message := _receive(connection)) is not None:
        if setup.sandbox and setup.sandbox.network and needs_renewal():
            _send(connection, msgspec.msgpack.encode(messages.Declined()))
            return
        reply = _answer(message)
        del message
        memory.trim_if_grown()
        _send(connection, reply)


def _separate_output() -> None:
    """Open the pipe that all processes write into once more. A flag that this process sets, such as O_NONBLOCK, then
    holds for none of the others. Without /proc they share them."""
    with suppress(FileNotFoundError):
        opened = os.open("/proc/self/fd/1", os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(opened, 1)
        os.dup2(opened, 2)
        os.close(opened)


def _answer(message: bytearray) -> bytes:
    """The reply to one call."""
    number, function, args = messages.decode_call(message)
    try:
        return messages.encode_result(number, function, function(*args))
    except messages.ReplyInvalid as error:
        return messages.encode_error(number, WorkerLost(f"what the work gives is out of bounds: {error}"))
    except MemoryError:
        return messages.encode_error(number, WorkerLost("the work needs more memory than a worker process may have"))
    except (SystemExit, KeyboardInterrupt) as error:  # they would end the process before it has answered
        return messages.encode_error(number, WorkerLost(f"the work ended its process ({error!r})"))
    except Exception as error:  # noqa: BLE001  the caller gets it
        if not messages.is_expected(error):
            traceback.print_exc()
        return messages.encode_error(number, error)


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(messages.HEADER) + message)


def _receive(connection: socket.socket) -> bytearray | None:
    """The next message; None: the other end is closed."""
    header = _receive_exactly(connection, messages.HEADER)
    return None if header is None else _receive_exactly(connection, int.from_bytes(header))


def _receive_exactly(connection: socket.socket, size: int) -> bytearray | None:
    content = bytearray(size)
    view, received = memoryview(content), 0
    while received < size:
        try:
            count = connection.recv_into(view[received:])
        except ConnectionError:  # the daemon closed it with a reply unread
            return None
        if not count:
            return None
        received += count
    return content


def end_with_parent(parent: int) -> None:
    """On Linux: have the kernel kill this process when the process that started it ends, even at work."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call of prctl
            os._exit(1)


if __name__ == "__main__":  # where there is no fork server
    end_with_parent(int(sys.argv[2]))
    serve_calls(socket.socket(fileno=int(sys.argv[1])))
