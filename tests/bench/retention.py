"""What pruning costs: a big archive of which nearly everything is old is pruned at once, on either database.

    ./dev bench retention [--articles 200000] [--database sqlite|postgresql]

Every article has a text of 1.5 kB and a story of its own; one in 20 met a rule, one in 100 was alerted and delivered;
one in ten is young. It prints how long the transactions took (others wait no longer than for one) and the total. Exit
code 1 if something old is left or something young is gone.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, event, func, select

from monitor.model import DeliveryState, Retention
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.lifecycle.retention import ArchivePruner
from tests.building import NOON
from tests.postgres import postgres

SOURCES = 50
WHY = [{"code": "sentence", "words": "why"}]
BATCH = 5_000
OLD, YOUNG = NOON - timedelta(days=1000), NOON - timedelta(days=1)


def fill(connection: Connection, first: int, young: int) -> None:
    """A batch of articles, with all that came of them; the fetches from number `young` on are young."""
    numbers = range(first, first + BATCH)
    at = {n: YOUNG if n % 10 == 0 else OLD + timedelta(seconds=n) for n in numbers}
    source = {n: f"s{n % SOURCES}" for n in numbers}
    text = {n: random.Random(n).randbytes(750).hex() for n in numbers}
    told = [n for n in numbers if n % 100 == 7]

    def put(table: Any, rows: list[dict[str, object]]) -> None:
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
         "reason_parameters": WHY, "marks": []} for n in told
    ])  # fmt: skip
    put(tables.match, [
        {"article_id": n, "article_version": 1, "rule_id": "rule", "rule_version": "1", "kind": "news", "evidence": [],
         "at": at[n], "reason_parameters": WHY, "alert_id": f"a{n}" if n in told else None}
        for n in numbers if n % 20 == 7
    ])  # fmt: skip
    accepted = {"channel": "desk", "state": DeliveryState.ACCEPTED, "attempts": 1}
    put(tables.delivery, [{"id": n, "alert_id": f"a{n}", "not_before": at[n], **accepted} for n in told])
    put(tables.attempt, [{"delivery_id": n, "number": 1, "started_at": at[n], "receipt": "accepted"} for n in told])
    put(tables.fetch, [
        {"source_id": source[n], "at": YOUNG if n >= young else OLD, "outcome": "document", "entries": 30, "new": 1}
        for n in numbers
    ])  # fmt: skip


class Transactions:
    """How long the transactions of the engine that writes took, from their begin to their end."""

    def __init__(self, database: Database) -> None:
        self.took, self._began = list[float](), 0.0
        event.listen(database.write, "begin", self._begin)
        for end in ("commit", "rollback"):
            event.listen(database.write, end, self._end)

    def _begin(self, connection: Connection) -> None:
        del connection
        self._began = time.perf_counter()

    def _end(self, connection: Connection) -> None:
        del connection
        self.took.append((time.perf_counter() - self._began) * 1000)


@contextmanager
def opened(kind: str) -> Iterator[Database]:
    """A new database at the newest schema."""
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        database = open_database(f"sqlite:///{folder}/news.db" if kind == "sqlite" else f"{url}postgres")
        database.upgrade()
        yield database
        database.close()


def count(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def measure(kind: str, articles: int) -> bool:
    """Whether exactly what was old has gone."""
    young = articles // 10
    with opened(kind) as database:
        with database.writing() as connection:
            sources = [{"id": f"s{n}", "url": "u", "next_at": NOON} for n in range(SOURCES)]
            connection.execute(tables.source.insert(), sources)
        for first in range(1, articles + 1, BATCH):
            with database.writing() as connection:
                fill(connection, first, articles - young + 1)
        for round_ in ("the first time", "again"):
            transactions, began = Transactions(database), time.perf_counter()
            slices = sum(1 for _ in ArchivePruner(database, Retention()).prune_slices(NOON))
            took = sorted(transactions.took)
            print(
                f"{kind}, {round_}: {slices} slices in {time.perf_counter() - began:.1f} s; {len(took)} transactions: "
                f"median {median(took):.0f} ms, 99 % {took[len(took) * 99 // 100]:.0f} ms, longest {took[-1]:.0f} ms"
            )
        left = [count(database, table) for table in (tables.article, tables.story, tables.fetch)]
        print(f"left: {left} of {articles}, wanted {young} each; known: {count(database, tables.known)}")
        return left == [young] * 3


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    sys.exit(0 if measure(given.database, given.articles) else 1)
