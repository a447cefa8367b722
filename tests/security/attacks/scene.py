"""What the attacks meet: files with secrets, another process of the same user, and servers on loopback."""

from __future__ import annotations

import ctypes
import inspect
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from monitor.runtime.sandbox.kernel_calls import call_kernel
from tests.security.kernel_headers import read_syscall_numbers

SECRET = b"s3cr3t-of-the-daemon"


@dataclass(frozen=True, slots=True)
class Scene:
    """`folder`: has monitor.yaml, monitor.db, id_ed25519, a folder `empty`, a socket `socket.path`; they belong to the
    user. `victim`: a process that anybody of this user may look into; `victim_secret`: the address of SECRET in it.
    `tcp_port`: a server on loopback."""

    folder: Path
    victim: int
    victim_secret: int
    tcp_port: int

    @property
    def config(self) -> Path:
        """The file with the names of channels."""
        return self.folder / "monitor.yaml"


Attack = Callable[..., Iterator[None] | None]
ATTACKS: dict[str, Attack] = {}


def attack(function: Attack) -> Attack:
    """Registers what hostile code tries, with the scene or without. It returns if it succeeds, and raises OSError if it
    is refused. What it does before a `yield` is done before the process is locked in."""
    ATTACKS[function.__name__] = function
    return function


def begin(attack: Attack, scene: Scene) -> Callable[[], object]:
    """Do what comes before the process is locked in; returns what does the rest."""
    arguments = [scene] if inspect.signature(attack).parameters else []
    if not inspect.isgeneratorfunction(attack):
        return partial(attack, *arguments)
    begun = attack(*arguments)
    assert begun is not None
    next(begun)
    return partial(next, begun, None)


def call(name: str, *args: object) -> int:
    """A system call by its name, as native code makes it."""
    return call_kernel(read_syscall_numbers(platform.machine())[name], *args)


def address_of(buffer: object) -> object:
    """What a system call gets as a pointer to it."""
    return ctypes.byref(buffer)  # type: ignore[arg-type]


def expect_secret(content: bytes) -> None:
    """The proof that an attack got what it wanted."""
    assert SECRET in content, content[:100]
