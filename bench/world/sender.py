"""A process that only commits alerts and delivers them, made to be ended at any moment a thousand times.

It loads everything once, and forks for every run: a run takes a tenth of a second. The fork is a daemon as far as the
outbox can see. It takes back what a dead process left, commits the alerts of a poll, and sends what is due until
nothing is open. Its clock runs ahead, so that leases and pauses end at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch

from sqlalchemy import Engine, event, select

from bench.world.place import unsent
from monitor import clock
from monitor.notify.apprise_sender import load_plugins
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import article
from monitor.store.queues.outbox import Outbox
from tests.support.sending import ThreadNotifier, dispatching_in_threads, fill

ROOT = Path(__file__).parents[2]
CRASHED = 9  # exit code of a run that ended itself
AHEAD = timedelta(hours=6)  # from one run to the next
PAUSE = timedelta(hours=1)  # longer than any pause before a further attempt


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `uids`: the articles that its poll brings, where they are not stored yet; `urls`: its channels by name;
    `number`: how many ran before; `crash_at`: the boundary at which it ends itself, from 1; `kill_after`: seconds until
    SIGKILL."""

    url: str
    urls: Mapping[str, str]
    uids: Sequence[str] = ()
    number: int = 0
    crash_at: int | None = None
    kill_after: float | None = None


@dataclass
class Boundaries:
    """Ends this process at one of the moments at which what is stored, or what was sent, has just changed or is about
    to: before every statement, before and after every commit, before and after every send."""

    crash_at: int | None
    passed: int = 0

    def cross(self, *_: object) -> None:
        """One of them."""
        self.passed += 1
        if self.passed == self.crash_at:
            os._exit(CRASHED)

    def watch(self, engine: Engine) -> None:
        """Those of an engine."""
        event.listen(engine, "before_cursor_execute", self.cross)
        event.listen(engine, "commit", self.cross)
        event.listen(engine, "checkin", self.cross)  # the commit is done

    def notifier(self) -> type[ThreadNotifier]:
        """Those of sending."""
        cross = self.cross

        class Watched(ThreadNotifier):
            def before_send(self) -> None:
                cross()

            def after_send(self) -> None:
                cross()

        return Watched


@dataclass
class ClockAhead:
    """The time of a run."""

    ahead: timedelta

    @contextmanager
    def used(self) -> Iterator[None]:
        """By all that asks `monitor.clock`."""
        now = clock.now
        with patch("monitor.clock.now", lambda: now() + self.ahead):
            yield


async def deliver(run: Run) -> None:
    """The run itself."""
    boundaries, time_of_run = Boundaries(run.crash_at), ClockAhead(AHEAD * run.number)
    database = open_database(run.url)
    boundaries.watch(database.write)
    boundaries.watch(database.read)
    owner = f"run {run.number}"
    with time_of_run.used():
        if not database.shared:
            Outbox(database, owner).release_all(clock.now())
        if new := [uid for uid in run.uids if not is_stored(database, uid)]:
            fill(database, run.urls, *new)
        async with dispatching_in_threads(
            database, run.urls, notifier=boundaries.notifier(), owner=owner
        ) as dispatcher:
            while unsent(database):
                await dispatcher.send_all_due()
                time_of_run.ahead += PAUSE
    database.close()


def is_stored(database: Database, uid: str) -> bool:
    """Whether an article is there."""
    with database.reading() as connection:
        return connection.execute(select(article.c.id).where(article.c.uid == uid)).first() is not None


class Sender:
    """The process, from outside. Each `run` returns the exit code of one fork: -9 after SIGKILL."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def __enter__(self) -> Self:
        command = (sys.executable, "-m", "bench.world.sender")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, run: Run) -> int:
        """The exit code of one run."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asdict(run)) + "\n")
        stdin.flush()
        if line := stdout.readline():
            return int(line)
        raise SystemExit(f"the sender ended:\n{self._log.read_text(encoding='utf-8')[-2000:]}")


def fork_run(run: Run) -> int:
    """The exit code of a run in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.run(deliver(run))
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    if run.kill_after is not None:
        time.sleep(run.kill_after)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Make the runs that stdin asks for."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the log is no answer
    load_plugins()
    for line in sys.stdin:
        print(fork_run(Run(**json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
