"""What is said to a database: how many statements something takes is what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from monitor.store.engine.database import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Each statement that is run meanwhile, once for all of its rows."""
    said: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    engines = (database.write, database.read)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)
