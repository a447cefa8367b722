"""The guarantee at every boundary: a process that delivers ends at every statement, commit and send, and starts again.

    ./dev bench crash_points [--database sqlite|postgresql] [--every 1] [--crashes 1]

The process (`bench/world/sender.py`) commits two alerts and sends them through Apprise to a webhook on loopback
that refuses the first message once. It ends with os._exit at its first boundary, then in a second trial at its second
one, and so on until it gets to its end. A boundary is the moment before a statement, before and after a commit, and
before and after a send. After each crash it starts again; with `--crashes 2` it crashes there once more, while it puts
things right. It demands, for every boundary:

    lost        no alert whose commit was done: all are accepted, and all were received
    repeats     only of what the server took while the receipt was not committed when the process ended
    marked      every repeat says that the reader may have it already
    half        nothing of a commit that was not done
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bench.world.figures import Figures
from bench.world.place import KINDS, made, parser_of
from bench.world.sender import CRASHED, Run, Sender
from monitor.model import DeliveryState
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from tests.conftest import FaultServer, fault_server

ALERT = re.compile(r"alert ([0-9a-f]{16})")
MARK = "you may have this message already"


@dataclass
class Account:
    """What the trials have shown; the lists name the boundary and the alert."""

    boundaries: int = 0
    crashes: int = 0
    alerts: int = 0
    lost: list[str] = field(default_factory=list)
    repeats: int = 0
    repeats_outside: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    ended_wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether the guarantee held."""
        return not (self.lost or self.repeats_outside or self.unmarked or self.ended_wrong)


def states_of(database: Database, uids: Sequence[str]) -> dict[str, str]:
    """The state of the delivery of every alert of these articles."""
    joined = (
        select(tables.delivery.c.alert_id, tables.delivery.c.state)
        .join(tables.alert, tables.alert.c.id == tables.delivery.c.alert_id)
        .join(tables.article, tables.article.c.id == tables.alert.c.article_id)
        .where(tables.article.c.uid.in_(uids))
    )
    with database.reading() as connection:
        return {row.alert_id: row.state for row in connection.execute(joined)}


def received(faults: FaultServer, path: str) -> list[str]:
    """The messages that the webhook took at a path: it has refused the first that came."""
    return faults.bodies(path)[1:]


def alert_in(body: str) -> str:
    """The id of the alert that a message is about."""
    found = ALERT.search(body)
    assert found is not None
    return found[1]


def try_boundary(sender: Sender, database: Database, faults: FaultServer, *, at: int, crashes: int) -> Account:
    """Crash at one boundary so many times, then run to the end; `crashes` in the account is 0 if there is no such
    boundary."""
    url = database.write.url.render_as_string(hide_password=False)
    account, path, uids = Account(), f"ok/at-{at}", [f"{at}-{name}" for name in "ab"]
    faults.then[path] = ["503"]
    in_doubt: Counter[str] = Counter()
    seen = 0
    for turn in range(crashes + 1):
        crash_at = at if turn < crashes else None
        code = sender.run(Run(url, {"desk": faults.url(path)}, uids, at * (crashes + 1) + turn, crash_at))
        if code not in (0, CRASHED) or (code and crash_at is None):
            account.ended_wrong.append(f"boundary {at}: exit code {code}")
        account.crashes += code == CRASHED
        states, taken = states_of(database, uids), [alert_in(body) for body in received(faults, path)]
        in_doubt.update(id_ for id_ in taken[seen:] if states[id_] != DeliveryState.ACCEPTED)
        seen = len(taken)
        if len(states) not in (0, len(uids)):
            account.ended_wrong.append(f"boundary {at}: {len(states)} alerts of one commit")
    settle(account, f"boundary {at}", states, received(faults, path), in_doubt)
    if len(states) != len(uids):
        account.lost.append(f"boundary {at}: {len(states)} alerts")
    return account


def settle(
    account: Account, where: str, states: dict[str, str], messages: Sequence[str], in_doubt: Counter[str]
) -> None:
    """Compare what became of the alerts with what came. `in_doubt`: how many copies of each the server took although
    its receipt could not be committed."""
    copies: dict[str, list[str]] = {id_: [] for id_ in states}
    for body in messages:
        copies.setdefault(alert_in(body), []).append(body)
    account.alerts += len(states)
    for id_, bodies in copies.items():
        if states.get(id_) != DeliveryState.ACCEPTED or not bodies:
            account.lost.append(f"{where}: {id_} is {states.get(id_)}, {len(bodies)} copies")
        account.repeats += max(0, len(bodies) - 1)
        if len(bodies) - in_doubt[id_] > 1:
            account.repeats_outside.append(f"{where}: {id_}, {len(bodies)} copies")
        account.unmarked += [f"{where}: {id_}" for body in bodies[1:] if MARK not in body]


def add(total: Account, one: Account) -> None:
    """Add what one trial has shown."""
    total.boundaries += 1
    total.crashes += one.crashes
    total.alerts += one.alerts
    total.repeats += one.repeats
    for name in ("lost", "repeats_outside", "unmarked", "ended_wrong"):
        getattr(total, name).extend(getattr(one, name))


def sweep(url: str, faults: FaultServer, log: Path, *, every: int = 1, first: int = 1, crashes: int = 1) -> Account:
    """Every such boundary, from the first on, until the process gets to its end without passing it. The database is
    there, of the newest schema."""
    total, database = Account(), open_database(url)
    with Sender(log) as sender:
        for at in boundaries_from(first, every):
            one = try_boundary(sender, database, faults, at=at, crashes=crashes)
            if not one.crashes:
                break
            add(total, one)
    database.close()
    return total


def boundaries_from(first: int, every: int) -> Iterator[int]:
    """Their numbers."""
    at = first
    while True:
        yield at
        at += every


def measure(kind: str, every: int, crashes: int) -> int:
    """The exit code."""
    figures = Figures()
    with made(kind) as (folder, url), fault_server() as faults:
        database = open_database(url)
        database.upgrade()
        database.close()
        total = sweep(url, faults, folder / "log", every=every, crashes=crashes)
    figures.note(database=kind, boundaries=total.boundaries, crashes=total.crashes, repeats=total.repeats)
    print(*total.lost, *total.repeats_outside, *total.unmarked, *total.ended_wrong, sep="\n", flush=True)
    figures.demand("alerts", total.alerts, least=2 * total.boundaries)
    figures.demand("lost", len(total.lost), most=0)
    figures.demand("repeats outside the stated window", len(total.repeats_outside), most=0)
    figures.demand("repeats that do not say so", len(total.unmarked), most=0)
    figures.demand("runs that ended otherwise", len(total.ended_wrong), most=0)
    figures.demand("repeats inside it: the sweep has met the window", total.repeats, least=1)
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--crashes", type=int, default=1)
    given = parser.parse_args()
    return measure(given.database, given.every, given.crashes)


if __name__ == "__main__":
    sys.exit(main())
