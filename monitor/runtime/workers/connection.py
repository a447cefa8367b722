"""The daemon's end of the socket to a worker. Nothing that comes from it is trusted: not its length, and not that it
comes at all."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from monitor.runtime.workers.messages import HEADER, MAX_REPLY, ReplyInvalid

_CHUNK: Final = 256 * 1024  # bytes
_SMALL: Final = 4 * 1024  # bytes; a worker that sends fewer, and goes on, dawdles
_PAUSE: Final = 0.001  # s


class WorkerClosed(Exception):
    """The other end is closed: the process has ended, or is about to."""


class Connection:
    """Messages over `ours`, a socket that this object closes."""

    def __init__(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self._socket = ours

    @property
    def is_idle(self) -> bool:
        """Whether the worker is there, and has sent nothing that nobody asked for."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def send(self, message: bytes) -> None:
        """Send one message. Raises WorkerClosed."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, len(message).to_bytes(HEADER) + message)
        except OSError as error:
            raise WorkerClosed from error

    async def receive(self) -> bytearray:
        """The next message. Raises WorkerClosed, and ReplyInvalid if it is longer than MAX_REPLY."""
        size = int.from_bytes(await self._receive_exactly(HEADER))
        if size > MAX_REPLY:
            raise ReplyInvalid(f"{size} bytes, of at most {MAX_REPLY}")
        return await self._receive_exactly(size)

    async def _receive_exactly(self, size: int) -> bytearray:
        """Memory is taken as bytes come: a worker may announce much, and send nothing. The loop goes on after each
        piece: it would not while a worker sends byte by byte, as fast as they are taken."""
        loop, content = asyncio.get_running_loop(), bytearray()
        while (left := size - len(content)) > 0:
            try:
                chunk = await loop.sock_recv(self._socket, min(left, _CHUNK))
            except OSError as error:
                raise WorkerClosed from error
            if not chunk:
                raise WorkerClosed
            content += chunk
            if len(chunk) < left:
                await asyncio.sleep(_PAUSE if len(chunk) < _SMALL else 0)
        return content

    def close(self) -> None:
        """Close our end; a worker that waits for a call then ends by itself."""
        self._socket.close()
