"""Runs commands of the program, daemons too, in forks of one process that has imported it: an interpreter for each
would spend a second on imports. A fork has its own arguments, streams, folder, environment and exit code, as any
process.

A new interpreter differs in what Python reads when it starts (`needs_interpreter`), in the order of imports and in what
it says when it frees its modules at the end; tests/unit/cli/test_contract.py runs the commands in one too.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from monitor.cases import prepare_articles
from monitor.config.loading.compiled import compile_loaded
from monitor.config.loading.load import load_rules
from monitor.model import Article
from monitor.runtime import gc_tuning

ROOT = Path(__file__).parents[2]
_MAX_REQUEST = 128 * 1024  # bytes: arguments and environment
_READ_AT_START = ("PYTHON", "LANG", "LC_", "TZ", "MALLOC_", "LD_")


class ProgramServer:
    """The process with the program. Call `close` at the end."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = _select_read_at_start(env)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "tests.support.preloaded_program", str(theirs.fileno())),
                cwd=ROOT,
                env=dict(env),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,  # what the streams of a command are: Python asks them at its start
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

    def needs_interpreter(self, env: Mapping[str, str]) -> bool:
        """Whether `env` differs from the server's in what Python, or a library below it, reads when it starts."""
        return _select_read_at_start(env) != self._env

    async def run(self, *args: str, folder: Path, stdin: bytes, env: Mapping[str, str]) -> tuple[int, bytes, bytes]:
        """Exit code, stdout and stderr of `news-monitor ARGS` in `folder`."""
        (their_in, our_in), *results = [os.pipe() for _ in range(4)]  # stdin; stdout, stderr, exit code
        given = [their_in, *(writing for _, writing in results)]
        self._ask({"args": args, "folder": str(folder), "env": dict(env)}, given)
        for descriptor in given:
            os.close(descriptor)
        writing = await _open_writer(our_in)
        writing.write(stdin)
        writing.close()
        out, err, code = await asyncio.gather(*(_read_all(reading) for reading, _ in results))
        if writing.get_write_buffer_size():  # the command has ended without reading it
            writing.abort()
        return int(code), out, err

    async def start(self, *args: str, folder: Path, streams: Sequence[int], env: Mapping[str, str]) -> ForkedProcess:
        """`news-monitor ARGS` in `folder`, which goes on; `streams`: the descriptors of its stdout and stderr."""
        null_input, (reading, writing) = os.open(os.devnull, os.O_RDONLY), os.pipe()
        request = {"args": args, "folder": str(folder), "env": dict(env), "prints_pid": True}
        self._ask(request, [null_input, *streams, writing])
        os.close(null_input)
        os.close(writing)
        content, pipe = await _open_reader(reading)
        return ForkedProcess(int(await content.readline()), content, pipe)

    def _ask(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        socket.send_fds(self._socket, [json.dumps(request).encode()], descriptors)

    def fileno(self) -> int:
        """The descriptor by which other processes can ask, too, if they inherit it (`doc_commands.py`)."""
        return self._socket.fileno()

    def close(self) -> None:
        """The server ends when nobody can ask it any more. Raises what it complained of."""
        self._socket.close()
        _, err = self._process.communicate()
        if err or self._process.returncode:
            raise RuntimeError(err.decode())


class ForkedProcess:
    """A fork that runs a command, with what tests use of a process of asyncio."""

    def __init__(self, pid: int, ended: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> None:
        self.pid = pid
        self._process: int | None = None  # the fork ended before it could be opened
        with suppress(ProcessLookupError):
            self._process = os.pidfd_open(pid)  # a signal reaches nobody else when the fork has ended
        self._ended = asyncio.create_task(self._read_exit_code(ended, pipe))

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        """As a process of asyncio, it does nothing where the process has ended."""
        if self._process is not None and self.returncode is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def _read_exit_code(self, ended: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> int:
        code = int(await ended.read())
        pipe.close()
        if self._process is not None:
            os.close(self._process)
            self._process = None
        return code


def _select_read_at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_READ_AT_START)}


async def _open_writer(descriptor: int) -> asyncio.WriteTransport:
    pipe = os.fdopen(descriptor, "wb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.BaseProtocol, pipe)
    return transport


async def _read_all(descriptor: int) -> bytes:
    reader, transport = await _open_reader(descriptor)
    content = await reader.read()
    transport.close()
    return content


async def _open_reader(descriptor: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    reader, pipe = asyncio.StreamReader(), os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return reader, transport


# --- the process with the program -------------------------------------------------------------------------------


def _import_program() -> None:
    package = importlib.import_module("monitor")
    for module in pkgutil.walk_packages(package.__path__, "monitor."):
        if module.name not in ("monitor.__main__", "monitor.preloaded") and ".migrations." not in module.name:
            importlib.import_module(module.name)


def _fill_caches() -> None:
    """Load what commands load when they first compile rules or read an article, and keep: the entities that come with
    the program, places, words of languages. An interpreter needs half a second for it."""
    desk = load_rules([ROOT / "tests/data/desk"])
    rules = compile_loaded(desk.rules.values(), desk)
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    titles = ("North Korea fires two missiles", "북한, 미사일 2발 발사")
    articles = [Article("wire", title, title, "Seoul, Monday", noon, noon) for title in titles]
    prepare_articles(articles, rules, all_stories=True)


def _serve(asked: socket.socket) -> bool:
    """Fork a process for every request. Returns True in a fork, which is ready to run its command, and False when
    nobody can ask any more."""
    running: dict[int, tuple[int, int]] = {}  # by the descriptor of a fork: its id, where its exit code goes
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not asked:
                    selector.unregister(key.fileobj)
                    _pass_exit_code(key.fd, *running.pop(key.fd))
                    continue
                content, descriptors, *_ = socket.recv_fds(asked, _MAX_REQUEST, 4, socket.MSG_CMSG_CLOEXEC)
                if not content:
                    return False
                *streams, code = descriptors
                request = json.loads(content)
                number = os.fork()
                if not number:
                    for descriptor in (code, *running, *(to for _, to in running.values())):
                        os.close(descriptor)
                    asked.close()
                    _become(request, streams)
                    return True
                for descriptor in streams:
                    os.close(descriptor)
                if request.get("prints_pid"):
                    os.write(code, f"{number}\n".encode())
                watched = os.pidfd_open(number)
                running[watched] = (number, code)
                selector.register(watched, selectors.EVENT_READ)


def _pass_exit_code(watched: int, number: int, to: int) -> None:
    os.close(watched)
    _, status = os.waitpid(number, 0)
    os.write(to, str(os.waitstatus_to_exitcode(status)).encode())
    os.close(to)


def _become(request: Mapping[str, Any], streams: list[int]) -> None:
    """Give this process the streams, folder, environment and arguments of `python -m monitor`."""
    if not request.get(
        "prints_pid"
    ):  # a command does not search the modules of all commands for garbage: it imports few
        gc_tuning.MAX_SEARCHED = 0
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    main = importlib.util.find_spec("monitor.__main__")
    assert main is not None
    assert main.origin is not None
    sys.modules["__main__"].__spec__ = main  # what worker processes import
    sys.argv = [main.origin, *request["args"]]
    sys.path[0] = request["folder"]
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(code: int) -> NoReturn:
    """End this process as Python would, without freeing one by one what all modules hold: that took longer than most
    commands."""
    threading._shutdown()  # type: ignore[attr-defined]  # this and the next as multiprocessing ends its forks
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a test session that is interrupted closes the socket
    _import_program()
    _fill_caches()
    gc.collect()
    gc.freeze()  # the forks share these pages
    if _serve(socket.socket(fileno=int(sys.argv[1]))):
        from monitor.cli import main as run_command

        try:
            run_command()
        except SystemExit as ended:
            if isinstance(ended.code, str):
                raise
            _end(ended.code or 0)
