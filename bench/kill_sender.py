"""The guarantee under SIGKILL, a thousand times: a process that only delivers is killed at random moments.

    ./dev bench kill_sender [--kills 1000] [--seed 1] [--database sqlite|postgresql]

The process (`bench/world/sender.py`) commits three alerts in every run, and sends what is due on two channels
through Apprise to webhooks on loopback that take 20 ms. `./dev bench kill_loop` kills the whole daemon, which takes
longer to start. After the last kill the process runs to its end. It demands:

    lost        no alert that was ever stored: all are accepted and were received on both channels
    repeats     only of what a webhook took while the receipt was not committed at a kill; every one says so
    aim         at least one kill in twenty fell between a delivery's claim and its receipt
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from bench.crash_points import Account, alert_in, settle
from bench.world.figures import Figures
from bench.world.place import KINDS, made, parser_of
from bench.world.sender import CRASHED, Run, Sender
from monitor.model import DeliveryState
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from tests.conftest import FaultServer, fault_server

CHANNELS = {"desk": "late/0.02/desk", "phone": "late/0.02/phone"}
ALERTS = 3  # of a run
KILLED = -9


def states_by_channel(database: Database) -> dict[str, str]:
    """The state of every delivery, by channel and alert."""
    query = select(tables.delivery.c.channel, tables.delivery.c.alert_id, tables.delivery.c.state)
    with database.reading() as connection:
        return {f"{row.channel} {row.alert_id}": row.state for row in connection.execute(query)}


def taken_since(faults: FaultServer, seen: dict[str, int]) -> list[str]:
    """What came since the last call, by channel and alert."""
    new = []
    for channel, path in CHANNELS.items():
        bodies = faults.bodies(path)
        new += [f"{channel} {alert_in(body)}" for body in bodies[seen.get(channel, 0) :]]
        seen[channel] = len(bodies)
    return new


def uids_of(turn: int) -> list[str]:
    """The articles that the poll of a run brings."""
    return [f"{turn}-{number}" for number in range(ALERTS)]


def kill_often(url: str, faults: FaultServer, log: Path, *, kills: int, seed: int = 1) -> tuple[Account, int]:
    """What has become of all alerts, and how many kills left a delivery in sending. The database is there, of the
    newest schema."""
    moments, database, account = random.Random(seed), open_database(url), Account()
    in_doubt: Counter[str] = Counter()
    stored: set[str] = set()
    seen: dict[str, int] = {}
    between = turn = 0
    urls = {channel: faults.url(path) for channel, path in CHANNELS.items()}
    with Sender(log) as sender:
        sender.run(Run(url, urls, uids_of(turn), turn))  # it loads everything first
        began, turn = time.monotonic(), turn + 1
        sender.run(Run(url, urls, uids_of(turn), turn))
        longest = time.monotonic() - began  # on this machine, as busy as it is
        while account.crashes < kills:
            turn += 1
            code = sender.run(Run(url, urls, uids_of(turn), turn, kill_after=moments.uniform(0.05, 1) * longest))
            account.crashes += code == KILLED
            states = states_by_channel(database)
            between += DeliveryState.SENDING in states.values()
            in_doubt.update(key for key in taken_since(faults, seen) if states[key] != DeliveryState.ACCEPTED)
            account.lost += [f"{key} after run {turn}" for key in stored - states.keys()]
            stored = set(states)
            if code not in (0, KILLED, CRASHED):
                account.ended_wrong.append(f"run {turn}: exit code {code}")
        if code := sender.run(Run(url, urls, (), turn + 1)):
            account.ended_wrong.append(f"the last run: exit code {code}")
    states = states_by_channel(database)
    for channel, path in CHANNELS.items():
        of_channel = {key.split()[1]: state for key, state in states.items() if key.startswith(f"{channel} ")}
        doubtful = Counter({key.split()[1]: n for key, n in in_doubt.items() if key.startswith(f"{channel} ")})
        settle(account, channel, of_channel, faults.bodies(path), doubtful)
    database.close()
    return account, between


def measure(kills: int, seed: int, kind: str) -> int:
    """The exit code."""
    figures = Figures()
    with made(kind) as (folder, url), fault_server() as faults:
        database = open_database(url)
        database.upgrade()
        account, between = kill_often(url, faults, folder / "log", kills=kills, seed=seed)
        damage = len(list(database.check()))
        database.close()
    figures.note(database=kind, kills=account.crashes, repeats=account.repeats)
    print(*account.lost, *account.repeats_outside, *account.unmarked, *account.ended_wrong, sep="\n", flush=True)
    figures.demand("kills between claim and receipt", between, least=kills / 20)
    figures.demand("deliveries", account.alerts, least=kills)
    figures.demand("lost", len(account.lost), most=0)
    figures.demand("repeats outside the stated window", len(account.repeats_outside), most=0)
    figures.demand("repeats that do not say so", len(account.unmarked), most=0)
    figures.demand("runs that ended otherwise", len(account.ended_wrong), most=0)
    figures.demand("damage in the database", damage, most=0)
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    given = parser.parse_args()
    return measure(given.kills, given.seed, given.database)


if __name__ == "__main__":
    sys.exit(main())
