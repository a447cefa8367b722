"""What pruning costs: a big archive of which nearly everything is old is pruned at once, on either database.

    ./dev bench retention [--articles 200000] [--database sqlite|postgresql]

The archive is that of `world.archive`; one article in ten is young. It prints how long the transactions took (others
wait no longer than for one) and the total. Exit code 1 if something old is left or something young is gone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select

from monitor.model import Retention
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.lifecycle.retention import ArchivePruner
from tests.bench.world.archive import Transactions, write_archive
from tests.building import NOON
from tests.postgres import postgres

OLD, YOUNG = NOON - timedelta(days=1000), NOON - timedelta(days=1)


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
        write_archive(
            database,
            articles,
            lambda n: YOUNG if n % 10 == 0 else OLD + timedelta(seconds=n),
            lambda n: YOUNG if n > articles - young else OLD,
            NOON,
        )
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
