"""An SQLite database at the newest schema, made once in a process and copied: Alembic takes a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database


def make_newest(path: Path) -> Database:
    """The opened database, newly made at `path`, with nothing in it."""
    path.write_bytes(_content())
    path.chmod(0o600)
    return open_database(f"sqlite:///{path}")


@cache
def _content() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        newest = open_database(f"sqlite:///{path}")
        newest.upgrade()
        newest.close()
        return path.read_bytes()
