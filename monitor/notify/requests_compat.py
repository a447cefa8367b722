"""Sees the answers that requests gets, whoever asks, and bounds how much of them is read.

The plug-ins of Apprise open sessions of their own, and take none of ours with hooks in it. So methods of the classes of
all sessions and adapters are replaced meanwhile. `tests/unit/notify/test_requests_compat.py` fails when answers no
longer pass there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter

from monitor.runtime.watched_method import watch_method

MAX_ANSWER = 2**20  # bytes, unpacked; services answer with less than 10 KB


@contextmanager
def watch_responses(keep: Callable[[Response], None]) -> Iterator[None]:
    """Within the block, call `keep` with each answer, in order. Where a server redirects, that is the last answer, once
    for each step to it. Of a longer body only the first `MAX_ANSWER` bytes are read."""
    with (
        watch_method(HTTPAdapter, "send", lambda _, response: _bound_body(response)),
        watch_method(Session, "send", lambda _, response: keep(response)),
    ):
        yield


class _BoundedBody:
    """In place of the `raw` of an answer. `seen`: what was read of it."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401 - of urllib3
        self._raw = raw
        self.seen = bytearray()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._raw, name)

    def stream(self, *args: object, **options: object) -> Iterator[bytes]:
        """The body in pieces, unpacked."""
        for piece in self._raw.stream(*args, **options):
            kept = piece[: MAX_ANSWER - len(self.seen)]
            self.seen += kept
            yield kept
            if len(self.seen) >= MAX_ANSWER:
                self._raw.close()
                return


def _bound_body(response: Response) -> None:
    response.raw = _BoundedBody(response.raw)


def read_body(response: Response) -> bytes:
    """The body of an answer, or its beginning; also of one that a plug-in has read piece by piece."""
    return bytes(response.raw.seen) if isinstance(response.raw, _BoundedBody) else response.content
