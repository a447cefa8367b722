"""The outbox and the dispatcher in simulated time, whatever happens to them: the machine that Hypothesis drives.

Real: the database, the outbox, the dispatcher, what becomes of an attempt. Simulated: the time, and what the channels'
servers do. After every step nothing may be missing, no message may have come again without a reason, what is dead must
be known, the highest level must have gone first, and no update before what it updates. At the end all servers work
again, and everything arrives.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, NamedTuple, ParamSpec, TypeVar
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import event, false, func, or_, select, update
from structlog.testing import capture_logs

from monitor.delivery import Dispatcher
from monitor.model import (
    Blame,
    Channel,
    DeliveryState,
    Level,
    Limits,
    Message,
    Receipt,
    ReceiptKind,
    RouteStep,
    Settings,
)
from monitor.notify import Notifier, Send
from monitor.store.engine.opening import open_database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import UNSENT, alert, attempt, delivery
from monitor.store.queues.outbox import Outbox, correct_delivery_times, find_dead_letters
from monitor.telemetry import LogEvent
from tests.support.building import HOUR, MINUTE, NOON
from tests.support.sending import fill

P = ParamSpec("P")
T = TypeVar("T")

# People read the first, which gets the alerts of several rules in one message; programs read the second.
URLS = {"desk": "ntfy://127.0.0.1:9/desk", "phone": "json://127.0.0.1:9/x"}
CHANNELS = tuple(URLS)
ALERT_ID = re.compile("alert ([0-9a-f]{16})")
MARK = "you may have this message already"
OPEN = (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING)
TURNS = 200  # more than anything needs to arrive once all servers work


class Server(StrEnum):
    """What a channel's server does with a message."""

    WORKS = "takes it"
    SLOW = "takes it after 50 s"
    BUSY = "does not take it now"
    REFUSES = "does not take it, or answers 200 with an error in the body"
    LIES = "takes it, and drops the connection before its answer"
    HANGS = "does not take it, and never answers"


RECEIPTS = {
    Server.WORKS: ReceiptKind.ACCEPTED,
    Server.SLOW: ReceiptKind.ACCEPTED,
    Server.BUSY: ReceiptKind.TRY_LATER,
    Server.REFUSES: ReceiptKind.REFUSED,
    Server.LIES: ReceiptKind.UNKNOWN,
    Server.HANGS: ReceiptKind.UNKNOWN,
}
TAKES_IT = {Server.WORKS, Server.SLOW, Server.LIES}
TAKES_TIME = {Server.SLOW: timedelta(seconds=50), Server.HANGS: timedelta(seconds=90)}


class Life(NamedTuple):
    """A delivery from its first attempt to its death; `number` differs if it was sent again after that."""

    channel: str
    alert: str
    number: int


class Try(NamedTuple):
    """A message that got to a channel, or whose process ended before."""

    lives: frozenset[Life]
    is_accepted: bool


class Crash(BaseException):
    """The process ends at this moment."""


class Moment(StrEnum):
    """When the process ends."""

    BEFORE = "the message has not left"
    AFTER = "the server has taken it, the receipt is not committed"


class InlineStore(StoreThread):
    """Calls the database at once: a history is the same every time only if no thread takes part."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


class SimulatedNotifier(Notifier):
    """Renders as the real one does; the machine plays the servers."""

    machine: DeliveryMachine

    @asynccontextmanager
    async def send_slot(self, channel: str) -> AsyncIterator[Send]:
        async def send(message: Message) -> Receipt:
            return self.machine.receive(channel, message)

        yield send


class DeliveryMachine(RuleBasedStateMachine):
    """One daemon after the other on one database. `template`: an empty SQLite database of the newest schema."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.servers = dict.fromkeys(CHANNELS, Server.WORKS)
        self.crash: Moment | None = None
        self.articles = self.alerts = self.daemons = 0
        self.taken: Counter[tuple[str, str]] = Counter()
        self.in_doubt: Counter[tuple[str, str]] = Counter()
        self.unmarked: list[tuple[str, str]] = []
        self.overtaken: list[tuple[str, str]] = []
        self.out_of_order: list[tuple[str, str]] = []
        self.tries: dict[str, list[Try]] = {name: [] for name in CHANNELS}
        self.resent: set[Life] = set()
        self.blamed: dict[Life, Blame] = {}
        self.misjudged: dict[Life, Blame] = {}
        self.was_clock_set = False
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="model-")))
        self.stack.enter_context(patch("monitor.clock.now", lambda: self.now))
        self.logs = self.stack.enter_context(capture_logs())
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.database = open_database(f"sqlite:///{shutil.copyfile(self.template, folder / 'news.db')}")
        self.stack.callback(self.database.close)
        event.listen(self.database.write, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.start_daemon()

    # --- what happens -----------------------------------------------------------------------------------------

    @rule(level=st.sampled_from(Level), count=st.integers(1, 3), others=st.lists(st.sampled_from(Level), max_size=2))
    def poll(self, level: Level, count: int, others: list[Level] | None = None) -> None:
        """A poll brings news, which one rule hits, or several."""
        uids = [f"a{self.articles + number}" for number in range(count)]
        fill(self.database, CHANNELS, *uids, level=level, other_levels=others or ())
        self.articles += count
        self.alerts += count * (1 + len(others or ()))

    @rule(level=st.sampled_from(Level))
    def update(self, level: Level) -> None:
        """News of a level, which is an update of the last of that level."""
        with self.database.reading() as connection:
            known = set(connection.execute(select(alert.c.id)).scalars())
            last = select(func.coalesce(alert.c.thread, alert.c.id)).where(alert.c.level == level)
            thread = connection.execute(last.order_by(alert.c.at.desc(), alert.c.id).limit(1)).scalar()
        self.poll(level, 1)
        with self.database.writing() as connection:
            connection.execute(update(alert).where(alert.c.id.not_in(known)).values(thread=thread))

    @rule(channel=st.sampled_from(CHANNELS), server=st.sampled_from(Server))
    def change_server(self, channel: str, server: Server) -> None:
        """A server fails, or works again."""
        self.servers[channel] = server

    @rule()
    def send(self) -> None:
        """What is due is sent, one turn after the other within five minutes."""
        for _ in range(5):
            self.turn()
            self.now += MINUTE

    @rule(moment=st.sampled_from(Moment))
    def crash_at_next_message(self, moment: Moment) -> None:
        """News comes; the process ends at its next message, and is started again."""
        self.poll(Level.MEDIUM, 1)
        self.crash = moment
        self.turn()
        self.crash = None

    @rule(hours=st.integers(1, 12))
    def wait(self, hours: int) -> None:
        """Time passes, and everything that becomes due meanwhile is sent at the end of it."""
        self.now += hours * HOUR

    @rule(hours=st.sampled_from((-48, -1, 1, 48)))
    def set_clock(self, hours: int) -> None:
        """The clock jumps; the daemon sees within seconds that it was set back."""
        self.now += hours * HOUR
        self.was_clock_set = True
        if hours < 0:
            correct_delivery_times(self.database, self.now)

    @rule()
    def restart(self) -> None:
        """The daemon is stopped and started."""
        self.runner.run(self.dispatcher.stop(timedelta(0)))
        Outbox(self.database, f"daemon {self.daemons}").release_own(self.now)
        self.end_daemon()
        self.start_daemon()

    @rule()
    def retry_the_dead(self) -> None:
        """The operator sends again what is dead."""
        outbox = Outbox(self.database, "operator")
        dead = outbox.ids([DeliveryState.DEAD])
        outbox.retry(dead, self.now)
        its = delivery.c
        with self.database.reading() as connection:
            resent = connection.execute(select(its.channel, its.alert_id, its.forgiven).where(its.id.in_(dead)))
            self.resent |= {Life(*row) for row in resent}

    @rule()
    def discard_the_oldest(self) -> None:
        """The operator discards what has waited the longest."""
        outbox = Outbox(self.database, "operator")
        outbox.discard(outbox.ids([DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.DEAD])[:1], self.now)

    # --- the daemon and the servers ---------------------------------------------------------------------------

    def start_daemon(self) -> None:
        """As `app` does it."""
        self.daemons += 1
        channels = {name: Channel(name, url) for name, url in URLS.items()}
        settings = Settings(
            "UTC", "", channels, {"default": tuple(map(RouteStep, CHANNELS))}, limits=Limits(attempts=5)
        )
        outbox = Outbox(self.database, f"daemon {self.daemons}")
        outbox.release_all(self.now)
        correct_delivery_times(self.database, self.now)
        self.thread = InlineStore()
        self.notifier = SimulatedNotifier(lambda: channels, settings.limits.send)
        self.notifier.machine = self
        self.dispatcher = Dispatcher(
            settings, outbox=outbox, notifier=self.notifier, thread=self.thread, name_of=str.title
        )

    def end_daemon(self) -> None:
        """Its threads and processes."""
        self.thread.close()
        self.notifier.close()

    def turn(self) -> None:
        """Send what is due. If the process ends meanwhile, another one is started."""
        if self.runner.run(self.has_crashed()):
            self.end_daemon()
            self.start_daemon()

    async def has_crashed(self) -> bool:
        """Whether it did while it sent what is due."""
        try:
            await self.dispatcher.send_all_due()
        except Crash:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            return True
        return False

    def receive(self, channel: str, message: Message) -> Receipt:
        """A message gets to the server of its channel, or the process ends before."""
        first, server = (channel, message.id), self.servers[channel]
        keys = [(channel, alert) for alert in ALERT_ID.findall(message.text)]
        assert first in keys
        self.judge_the_dead()
        with self.database.reading() as connection:
            numbers = select(delivery.c.alert_id, delivery.c.forgiven).where(delivery.c.channel == channel)
            number = {row.alert_id: row.forgiven for row in connection.execute(numbers)}
        lives = frozenset(Life(channel, alert, number[alert]) for _, alert in keys)
        is_accepted = RECEIPTS[server] is ReceiptKind.ACCEPTED and self.crash is None
        self.tries[channel].append(Try(lives, is_accepted))
        self.overtaken += [first] if self.is_overtaking(*first) else []
        if self.crash is Moment.BEFORE:
            self.crash = None
            raise Crash
        self.now += TAKES_TIME.get(server, timedelta(0))
        if server in TAKES_IT:
            self.out_of_order += [key for key in keys if self.is_before_older(*key)]
            self.unmarked += [key for key in keys if self.taken[key] and MARK not in message.text]
            self.taken.update(keys)
            is_in_doubt = RECEIPTS[server] is ReceiptKind.UNKNOWN or self.crash is Moment.AFTER
            self.in_doubt.update(keys if is_in_doubt else ())
        if self.crash is Moment.AFTER:
            self.crash = None
            raise Crash
        return Receipt(RECEIPTS[server], server.value)

    def judge_the_dead(self) -> None:
        """Compare whose fault it is that a delivery has died, for each that has died since the last call."""
        if self.was_clock_set:  # then nobody knows what came before what
            return
        its = delivery.c
        columns = (its.channel, its.alert_id, its.forgiven, its.state, its.blame, alert.c.article_id)
        with self.database.reading() as connection:
            rows = connection.execute(select(*columns).join(alert, alert.c.id == its.alert_id)).all()
        lives = {Life(row.channel, row.alert_id, row.forgiven): row for row in rows}
        ended = (DeliveryState.ACCEPTED, DeliveryState.DISCARDED)
        failing = {life for life, row in lives.items() if row.state not in ended and self.has_failed(life)}
        for life, row in lives.items():
            if row.state == DeliveryState.DEAD and life not in self.blamed:
                is_alone = all(
                    other.channel != life.channel or lives[other].article_id == row.article_id for other in failing
                )
                is_message = self.has_accepted_others(life) or (self.was_revived(life) and is_alone)
                self.blamed[life] = Blame.MESSAGE if is_message else Blame.CHANNEL
                if row.blame != self.blamed[life]:
                    self.misjudged[life] = self.blamed[life]

    def was_revived(self, life: Life) -> bool:
        """Whether it was dead before, and no operator sent it again."""
        return life.number > 0 and life not in self.resent

    def has_failed(self, life: Life) -> bool:
        """Whether its channel has let it fail, and not for its own fault."""
        is_tried = any(life in each.lives for each in self.tries[life.channel])
        return self.blamed.get(life) is not Blame.MESSAGE and (is_tried or self.was_revived(life))

    def has_accepted_others(self, life: Life) -> bool:
        """Whether its channel took another message after the first try of this one."""
        tries = self.tries[life.channel]
        first = next((place for place, each in enumerate(tries) if life in each.lives), len(tries))
        return any(each.is_accepted and life not in each.lives for each in tries[first:])

    def is_overtaking(self, channel: str, alert: str) -> bool:
        """Whether something of a higher level was due on the channel when this was claimed."""
        own = (delivery.c.channel == channel) & (delivery.c.alert_id == alert)
        last = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.attempts)
        of_claim = select(delivery.c.priority, attempt.c.started_at).join(attempt, last).where(own)
        with self.database.reading() as connection:
            priority, claimed_at = connection.execute(of_claim).one()
            due = UNSENT & (delivery.c.channel == channel) & (delivery.c.not_before <= claimed_at)
            return (
                connection.execute(select(delivery.c.id).where(due, delivery.c.priority < priority)).first() is not None
            )

    def is_before_older(self, channel: str, alert_id: str) -> bool:
        """Whether an older message of its thread waits for the channel only because the channel was busy."""
        if self.was_clock_set:  # then nobody knows what is older
            return False
        thread = select(alert.c.thread).where(alert.c.id == alert_id).scalar_subquery()
        own = (delivery.c.channel == channel) & (delivery.c.alert_id == alert_id)
        older = (
            select(delivery.c.id, delivery.c.alert_id)
            .join(alert, alert.c.id == delivery.c.alert_id)
            .where(delivery.c.channel == channel, UNSENT, or_(alert.c.id == thread, alert.c.thread == thread))
            .where(delivery.c.id < select(delivery.c.id).where(own).scalar_subquery())
            .where(delivery.c.forgiven == 0, delivery.c.repeat == false())
        )
        with self.database.reading() as connection:
            for id_, older_alert in connection.execute(older):
                receipts = set(
                    connection.execute(select(attempt.c.receipt).where(attempt.c.delivery_id == id_)).scalars()
                )
                is_to_blame = self.has_accepted_others(Life(channel, older_alert, 0))
                if receipts == {ReceiptKind.TRY_LATER} and not is_to_blame:
                    return True
        return False

    # --- what must hold ---------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_missing(self) -> None:
        """Every alert has a delivery on every channel, whatever became of it."""
        with self.database.reading() as connection:
            stored = connection.execute(select(func.count()).select_from(delivery)).scalar_one()
        assert stored == self.alerts * len(CHANNELS)

    @invariant()
    def repeats_have_a_reason(self) -> None:
        """A server has a message once more than its acceptance was in doubt, at most; and its reader is warned."""
        assert {key: times for key, times in self.taken.items() if times > 1 + self.in_doubt[key]} == {}
        assert self.unmarked == []

    @invariant()
    def the_highest_level_goes_first(self) -> None:
        """Nothing of a higher level was due when a message was claimed."""
        assert self.overtaken == []

    @invariant()
    def updates_follow_what_they_update(self) -> None:
        """No server took one while an older message of its thread waited for the channel."""
        assert self.out_of_order == []

    @invariant()
    def what_is_dead_is_known(self) -> None:
        """It is counted for health, metrics and `status`, and the log has an error for it."""
        dead = [key for key, row in self.rows().items() if row[0] == DeliveryState.DEAD]
        assert sum(letters.deliveries for letters in find_dead_letters(self.database)) == len(dead)
        logged = {(entry["channel"], entry["alert"]) for entry in self.logs if entry["event"] == LogEvent.DEAD}
        assert set(dead) <= logged

    @invariant()
    def what_is_dead_has_its_blame(self) -> None:
        """The channel's, if it may be: then its next acceptance revives it."""
        self.judge_the_dead()
        assert self.misjudged == {}

    def rows(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """State and blame of every delivery, by channel and alert."""
        columns = (delivery.c.channel, delivery.c.alert_id, delivery.c.state, delivery.c.blame)
        with self.database.reading() as connection:
            return {(row.channel, row.alert_id): (row.state, row.blame) for row in connection.execute(select(*columns))}

    def teardown(self) -> None:
        """All servers work again: everything arrives that nobody has discarded and that is not itself to blame."""
        try:
            self.servers = dict.fromkeys(CHANNELS, Server.WORKS)
            self.send_until_nothing_is_open()
            self.poll(Level.LOW, 1)  # its acceptance revives what its channel let die
            self.send_until_nothing_is_open()
            for key, (state, blame) in self.rows().items():
                if state == DeliveryState.ACCEPTED:
                    assert self.taken[key] >= 1, key
                else:
                    assert state == DeliveryState.DISCARDED or (state, blame) == (DeliveryState.DEAD, Blame.MESSAGE), (
                        key
                    )
            self.nothing_is_missing()
            self.repeats_have_a_reason()
            self.the_highest_level_goes_first()
            self.updates_follow_what_they_update()
            self.what_is_dead_has_its_blame()
        finally:
            self.end_daemon()
            self.stack.close()

    def send_until_nothing_is_open(self) -> None:
        """Hour after hour."""
        for _ in range(TURNS):
            self.turn()
            if not any(state in OPEN for state, _ in self.rows().values()):
                return
            self.now += HOUR
        raise AssertionError(f"still open: {self.rows()}")
