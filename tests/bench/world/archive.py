"""A large archive, quickly written: articles with stories, matches, alerts, deliveries and fetches."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event

from monitor.model import DeliveryState
from monitor.store.engine import tables
from monitor.store.engine.database import Database

SOURCES = 50
BATCH = 5_000
WHY = [{"code": "sentence", "words": "why"}]
Times = Callable[[int], datetime]


def write_archive(database: Database, articles: int, at: Times, fetched: Times, next_at: datetime) -> None:
    """Fill a database of the newest schema with articles from number 1 on: when each was seen, and when the fetch of
    its number was made. `next_at`: when its sources are due."""
    with database.writing() as connection:
        sources = [{"id": f"s{n}", "url": "u", "next_at": next_at} for n in range(SOURCES)]
        connection.execute(tables.source.insert(), sources)
    for first in range(1, articles + 1, BATCH):
        with database.writing() as connection:
            _fill(connection, range(first, min(first + BATCH, articles + 1)), at, fetched)


def _fill(connection: Connection, numbers: range, at_of: Times, fetched: Times) -> None:
    """A batch of articles, with all that came of them: every article has a text of 1.5 kB and a story of its own; one
    in 20 met a rule, one in 100 was alerted and delivered."""
    at = {n: at_of(n) for n in numbers}
    source = {n: f"s{n % SOURCES}" for n in numbers}
    text = {n: random.Random(n).randbytes(750).hex() for n in numbers}
    alerted = [n for n in numbers if n % 100 == 7]

    def put(table: Any, rows: list[dict[str, object]]) -> None:
        if rows:
            connection.execute(table.insert(), rows)

    put(tables.article, [
        {"id": n, "source_id": source[n], "uid": f"https://{source[n]}.test/{n}", "version": 1, "title": f"Title {n}",
         "url": f"https://{source[n]}.test/{n}", "canonical": f"https://{source[n]}.test/{n}", "published_at": at[n],
         "dated": True, "seen_at": at[n], "baseline": False, "digest": text[n][:32]} for n in numbers
    ])  # fmt: skip
    put(tables.article_version, [
        {"id": n, "article_id": n, "version": 1, "at": at[n], "canonical": f"https://{source[n]}.test/{n}",
         "title": f"Title {n}", "text": text[n], "digest": text[n][:32]} for n in numbers
    ])  # fmt: skip
    put(tables.story, [{"id": f"S{n}", "title": f"Title {n}", "opened_at": at[n], "last_at": at[n]} for n in numbers])
    put(tables.story_article, [{"article_id": n, "story_id": f"S{n}", "how": "the first"} for n in numbers])
    put(tables.alert, [
        {"id": f"a{n}", "dedup_key": f"rule story S{n}", "kind": "new", "at": at[n], "level": "high", "rule_id": "rule",
         "story_id": f"S{n}", "article_id": n, "article_version": 1, "sentence": text[n][:200],
         "reason_parameters": WHY, "marks": []} for n in alerted
    ])  # fmt: skip
    put(tables.match, [
        {"article_id": n, "article_version": 1, "rule_id": "rule", "rule_version": "1", "kind": "news", "evidence": [],
         "at": at[n], "reason_parameters": WHY, "alert_id": f"a{n}" if n in alerted else None}
        for n in numbers if n % 20 == 7
    ])  # fmt: skip
    accepted = {"channel": "desk", "state": DeliveryState.ACCEPTED, "attempts": 1}
    put(tables.delivery, [{"id": n, "alert_id": f"a{n}", "not_before": at[n], **accepted} for n in alerted])
    put(tables.attempt, [{"delivery_id": n, "number": 1, "started_at": at[n], "receipt": "accepted"} for n in alerted])
    put(tables.fetch, [
        {"source_id": source[n], "at": fetched(n), "outcome": "document", "entries": 30, "new": 1} for n in numbers
    ])  # fmt: skip


class Transactions:
    """How long the transactions of the engine that writes took, in ms, from their begin to their end. A commit is part
    of it: FTS5 writes and merges the search index there."""

    def __init__(self, database: Database) -> None:
        self.took, self._began_at = list[float](), 0.0
        event.listen(database.write, "begin", self._begin)
        event.listen(database.write, "checkin", self._end)

    def _begin(self, connection: Connection) -> None:
        del connection
        self._began_at = time.perf_counter()

    def _end(self, connection: object, record: object) -> None:
        """When the connection is given back: SQLAlchemy announces a commit before it makes it."""
        del connection, record
        self.took.append((time.perf_counter() - self._began_at) * 1000)
