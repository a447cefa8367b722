"""Reads the URL of a database. No error quotes it, because it may hold a password."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreFailed

URL_HINT = "write sqlite:///PATH, or postgresql://USER@HOST/NAME"
_LAST_PORT = 65_535


def parse_database_url(url: str) -> URL:
    """The parts of a SQLAlchemy URL. Raises StoreFailed if it has no such parts, or none that a driver could use."""
    try:
        parsed = make_url(url)
        if parsed.host:
            parsed.host.encode("idna")
    except (ArgumentError, ValueError):  # a port that is no number, a name that no host can have
        raise StoreFailed(f"`database` is not a database URL: {URL_HINT}") from None
    if "@" in (parsed.host or ""):
        todo = "percent-encode everything but letters and digits in a password: @ as %40"
        raise StoreFailed(f"the login of `database` holds an @, so a part of it would be the host: {todo}")
    if parsed.port is not None and not 0 < parsed.port <= _LAST_PORT:
        raise StoreFailed(f"the port of `database` is not between 1 and {_LAST_PORT}: {URL_HINT}")
    if any("\0" in str(part) for part in (url, parsed.host, parsed.username, parsed.password, parsed.database)):
        raise StoreFailed(f"`database` holds a NUL character: {URL_HINT}")
    return parsed
