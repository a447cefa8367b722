"""What each kind of worker process may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxProfile:
    """`network`: may open connections by IP, and read what finds hosts and trusts their certificates; without it, a
    process has no sockets but the one that it has. `threads`: may start threads. `memory`: address space, in bytes.
    `open_files`: how many descriptors it may have."""

    name: str
    network: bool
    threads: bool
    memory: int
    open_files: int


PARSER = SandboxProfile("parser", network=False, threads=False, memory=2**30, open_files=32)
# Plug-ins look up names and speak XMPP with threads and an event loop.
SENDER = SandboxProfile("sender", network=True, threads=True, memory=2**30, open_files=128)
