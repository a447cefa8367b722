"""What the server of the daemon and the makers of pages say to each other."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a request for a page says of the copy that its sender has: a header as it came, None where it is missing."""

    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class PageResponse:
    """A page, or why there is none. `content_type`: with its charset."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def make_feed_secret() -> str:
    """A new secret for the address of the feeds, which nobody can guess."""
    return secrets.token_hex(20)


def list_feed_paths(secret: str) -> tuple[str, str]:
    """The paths of the feeds with this secret: as Atom, and as JSON Feed."""
    return f"/alerts/{secret}.atom", f"/alerts/{secret}.json"


PageMaker = Callable[[PageRequest], PageResponse]
"""Makes a page. It may take a while, and is called in a thread. Raises MonitorError."""
