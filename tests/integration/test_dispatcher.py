"""Committed deliveries, sent for real: from the outbox to their receipts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from monitor import clock, delivery
from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.alerting import retry
from monitor.alerting.retry import UNANSWERED_WAIT
from monitor.delivery import Dispatcher
from monitor.matching import compile_rules
from monitor.model import Channel, DeliveryState, Level, Limits, Receipt, ReceiptKind, RouteStep, SendRate, Settings
from monitor.notify import Notifier
from monitor.notify.notifier import SENDERS
from monitor.notify.send_limiter import SendLimiter
from monitor.notify.timeouts import SendTimeouts
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support import building
from tests.support.patience import LONG, PATIENCE
from tests.support.sending import fill


@asynccontextmanager
async def dispatching(
    database: Database,
    urls: dict[str, str],
    limits: Limits | None = None,
    timeouts: SendTimeouts | None = None,
    rate: SendRate | None = None,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher, wired as `app` does it."""
    channels = {name: Channel(name, url, rate=rate) for name, url in urls.items()}
    settings = Settings(
        "Asia/Seoul",
        str(database.write.url),
        channels,
        {"default": tuple(map(RouteStep, urls))},
        limits=limits or Limits(),
    )
    thread, notifier = StoreThread(), Notifier(lambda: channels, settings.limits.send, timeouts)
    try:
        await notifier.prepare()
        yield Dispatcher(settings, outbox=Outbox(database, "test"), notifier=notifier, thread=thread, name_of=str.title)
    finally:
        notifier.close()
        thread.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again without a wait."""
    monkeypatch.setattr(retry, "FIRST_WAIT", timedelta(0))


def states(database: Database) -> dict[str, int]:
    return {state: count for state, count in ReportQueries(database).delivery_counts().items() if count}


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the server is in another thread
        await asyncio.sleep(0.02)


async def test_what_is_due_is_sent_and_accepted(database: Database, faults: FaultServer) -> None:
    """Each alert goes to each channel, once, in order, with the source's name and local time."""
    urls = {"desk": faults.url("ok/desk"), "phone": faults.url("ok/phone")}
    fill(database, urls, "a", "b")
    async with dispatching(database, urls) as dispatcher:
        with capture_logs() as logs:
            await dispatcher.send_all_due()
    assert states(database) == {"accepted": 4}
    assert [entry["event"] for entry in logs] == [LogEvent.ACCEPTED] * 4
    for name in urls:
        bodies = [json.loads(body)["message"] for body in faults.bodies(f"ok/{name}")]
        assert len(bodies) == len(set(bodies)) == 2
        assert "Wire, " in bodies[0]
        assert " KST" in bodies[0]


async def test_other_publishers_have_the_names_that_sources_are_known_by(
    database: Database, faults: FaultServer
) -> None:
    """As the article's own source has in the line of its date."""
    now, claims, section = clock.now(), Claims(database, "test"), SerialSection(database)
    claims.register_sources(building.sources("wire", "post"), now)
    for of in ("wire", "post"):
        claim = building.claimed(claims, of, now)
        building.commit(section, claim, building.article(of, of=of, seen=now), at=now)
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        await dispatcher.send_all_due()
    [body] = [json.loads(body)["message"] for body in faults.bodies("ok/desk")]
    assert "Wire, " in body
    assert "Also reported by Post; 2 independent publishers in all" in body


def test_a_source_that_has_a_publisher_by_now_is_known_by_it() -> None:
    """Else by its name. Any other text is the name of a publisher."""
    named = {"post": replace(building.source("post"), publisher="Harbour Media"), "wire": building.source("wire")}
    config = replace(building.config_of(), sources=named)
    active = ActiveConfigHolder(ActiveConfig(config, building.rules()))
    assert [active.publisher_name(each) for each in ("post", "wire", "BBC News")] == [
        "Harbour Media",
        "Wire",
        "BBC News",
    ]


async def test_a_source_that_has_a_name_by_now_counts_once(database: Database, faults: FaultServer) -> None:
    """Its first report has its id for a publisher, the next one the name."""
    now, claims, section = clock.now(), Claims(database, "test"), SerialSection(database)
    claims.register_sources(building.sources("wire", "post"), now)
    for uid, of, name in (("a", "wire", "wire"), ("b", "wire", "Wire"), ("c", "post", "post"), ("d", "post", "Post")):
        ruleset = compile_rules([building.rule()], {}, {}, {of: replace(building.source(of), name=name)})
        claim = building.claimed(claims, of, now)
        building.commit(section, claim, building.article(uid, of=of, seen=now), at=now, ruleset=ruleset)
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        await dispatcher.send_all_due()
    [body] = [json.loads(body)["message"] for body in faults.bodies("ok/desk")]
    assert "Also reported by Post; 2 independent publishers in all" in body


@pytest.mark.usefixtures("at_once")
async def test_a_receiver_that_comes_back_gets_its_message(database: Database, faults: FaultServer) -> None:
    """503, then 200: tried again, accepted, and no word of a repeat, as the first was not taken."""
    faults.then["ok/desk"] = ["503", "503"]
    fill(database, ["desk"])
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        with capture_logs() as logs:
            await dispatcher.send_all_due()
    assert [entry["event"] for entry in logs] == [LogEvent.RETRY, LogEvent.RETRY, LogEvent.ACCEPTED]
    (report,) = ReportQueries(database).deliveries([], 10)
    assert (report.state, report.attempts, report.detail) == (DeliveryState.ACCEPTED, 3, "accepted")
    assert "you may have this message already" not in faults.bodies("ok/desk")[-1]


@pytest.mark.usefixtures("at_once")
async def test_a_lost_answer_is_tried_again_as_a_possible_repeat(database: Database, faults: FaultServer) -> None:
    """The receiver has the message, we have no answer: it gets it again, and is told so."""
    faults.then["ok/desk"] = ["drop"]
    fill(database, ["desk"])
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        await dispatcher.send_all_due()
    assert states(database) == {"accepted": 1}
    first, second = faults.bodies("ok/desk")
    assert "you may have this message already" not in first
    assert "you may have this message already" in second


async def test_a_server_that_says_when_to_come_again_is_left_alone_until_then(
    database: Database, faults: FaultServer
) -> None:
    """Of all that waits for its channel one is sent, and gets a 429; the next look finds nothing to do."""
    fill(database, ["desk"], "a", "b", "c")
    async with dispatching(database, {"desk": faults.url("429")}) as dispatcher:
        await dispatcher.send_all_due()
        await dispatcher.send_all_due()
    assert states(database) == {"pending": 2, "retry": 1}
    assert len(faults.bodies("429")) == 1


async def test_all_that_is_due_goes_at_the_rate_of_its_channel(database: Database, faults: FaultServer) -> None:
    """Who waits for all of it, as `run --once` does, gets all of it."""
    fill(database, ["desk"], "a", "b", "c")
    async with dispatching(database, {"desk": faults.url("ok/desk")}, rate=SendRate(60, timedelta(seconds=3))) as slow:
        with capture_logs() as logs:
            await slow.send_all_due()
    assert states(database) == {"accepted": 3}
    assert [entry["event"] for entry in logs] == [LogEvent.ACCEPTED] * 3


async def test_what_waits_for_its_time_is_left_alone(database: Database, faults: FaultServer) -> None:
    """A delivery that failed is not hammered: its next attempt is seconds away."""
    fill(database, ["desk"])
    async with dispatching(database, {"desk": faults.url("503")}) as dispatcher:
        await dispatcher.send_all_due()
        await dispatcher.send_all_due()
    assert states(database) == {"retry": 1}
    assert len(faults.bodies("503")) == 1


@pytest.mark.parametrize(("path", "tried"), [("503", 9), ("404", retry.REFUSALS)])
@pytest.mark.usefixtures("at_once")
async def test_exhausted_attempts_end_dead_and_are_told(
    database: Database, faults: FaultServer, path: str, tried: int
) -> None:
    """After the limit (earlier where it is refused) it is dead: counted, and an error in the log; never silent."""
    fill(database, ["desk"])
    async with dispatching(database, {"desk": faults.url(path)}, Limits(attempts=9)) as dispatcher:
        with capture_logs() as logs:
            await dispatcher.send_all_due()
    assert states(database) == {"dead": 1}
    assert len(faults.bodies(path)) == tried
    (dead,) = (entry for entry in logs if entry["event"] == LogEvent.DEAD)
    assert (dead["log_level"], dead["channel"], dead["detail"]) == ("error", "desk", f"the server answered {path}")


@pytest.mark.usefixtures("at_once")
async def test_an_operators_retry_gives_all_attempts_again(database: Database, faults: FaultServer) -> None:
    """A channel that is mended gets what was dead; one that is not uses up its attempts once more, each on record."""
    fill(database, ["desk", "phone"])
    faults.then["ok/desk"] = ["503", "503"]
    urls = {"desk": faults.url("ok/desk"), "phone": faults.url("503")}
    async with dispatching(database, urls, Limits(attempts=2)) as dispatcher:
        await dispatcher.send_all_due()
        assert states(database) == {"dead": 2}
        outbox = Outbox(database, "operator")
        outbox.retry(outbox.ids([DeliveryState.DEAD]), clock.now())
        await dispatcher.send_all_due()
    assert states(database) == {"accepted": 1, "dead": 1}
    assert (len(faults.bodies("ok/desk")), len(faults.bodies("503"))) == (3, 4)
    assert {report.channel: report.attempts for report in ReportQueries(database).deliveries([], 10)} == {
        "desk": 3,
        "phone": 4,
    }


async def test_a_critical_alert_passes_a_backlog(database: Database, faults: FaultServer) -> None:
    """It comes behind 30 low ones to a channel that takes its time, and is sent next but one."""
    fill(database, ["desk"], *(f"{number:02}" for number in range(30)), level=Level.LOW)
    async with dispatching(database, {"desk": faults.url("late/0.5")}) as dispatcher:
        await dispatcher.run_once()
        await until(lambda: faults.bodies("late/0.5"))
        fill(database, ["desk"], "urgent", level=Level.CRITICAL)
        began = len(faults.bodies("late/0.5"))
        await until(lambda: any("CRITICAL" in body for body in faults.bodies("late/0.5")))
        sent = [json.loads(body)["title"] for body in faults.bodies("late/0.5")]
        await dispatcher.stop(timedelta(seconds=60))
    assert len(sent) <= began + 2
    assert sent[-1].startswith("CRITICAL: ")


async def test_a_hung_channel_delays_no_other(database: Database, faults: FaultServer) -> None:
    """While one channel hangs, the other's messages, also those that come later, are accepted."""
    urls = {"hung": faults.url("hang"), "desk": faults.url("ok/desk")}
    fill(database, urls, "a", "b")
    async with dispatching(database, urls) as dispatcher:
        await dispatcher.run_once()
        await until(lambda: len(faults.bodies("ok/desk")) == 2 and states(database).get("accepted") == 2)
        fill(database, ["desk"], "c")
        dispatcher.wake()
        await until(lambda: states(database).get("accepted") == 3)
        assert states(database) == {"accepted": 3, "sending": 1, "pending": 1}  # one at a time on the hung one
        await dispatcher.stop(timedelta(0))


async def test_more_hung_channels_than_usual_processes_delay_no_other(database: Database, faults: FaultServer) -> None:
    """Each of them holds a process that is its own: a healthy channel's message is accepted while all of them hang."""
    hung = {f"hung-{number}": faults.url(f"hang/{number}") for number in range(SENDERS + 4)}
    fill(database, hung, "a")
    urls = hung | {"desk": faults.url("ok/desk")}
    async with dispatching(database, urls, timeouts=SendTimeouts(http_answer=2 * LONG)) as dispatcher:
        await dispatcher.run_once()
        async with asyncio.timeout(PATIENCE):
            await until(lambda: len(faults.received) == len(hung))
            fill(database, ["desk"], "b")
            dispatcher.wake()
            await until(lambda: states(database).get("accepted"))
        assert states(database) == {"accepted": 1, "sending": len(hung)}
        await dispatcher.stop(timedelta(0))


def never_ready(started: str) -> None:
    Path(started).touch()
    time.sleep(3600)


async def test_what_has_no_process_is_not_claimed(database: Database, faults: FaultServer, tmp_path: Path) -> None:
    """While one more process is being started, however long that takes, the message for it has no lease that runs."""
    urls = {"desk": faults.url("hang/desk"), "phone": faults.url("hang/phone")}
    fill(database, urls)
    async with dispatching(database, urls) as dispatcher:
        notifier = dispatcher._notifier
        notifier.close()
        notifier._workers = Workers(
            1, setup=WorkerSetup(None), extra=1, prepare=partial(never_ready, str(tmp_path / "started"))
        )
        notifier._limiter = SendLimiter(1, 2, slow=timedelta(0))
        await dispatcher.run_once()
        async with asyncio.timeout(PATIENCE):
            await until((tmp_path / "started").exists)
            await until(lambda: faults.received)
        await asyncio.sleep(0.2)
        assert states(database) == {"sending": 1, "pending": 1}
        await dispatcher.stop(timedelta(0))


@pytest.mark.usefixtures("at_once")
async def test_after_two_lost_answers_in_a_row_a_channel_gets_long_pauses(
    database: Database, faults: FaultServer
) -> None:
    """The second may be of another message. What is new is still tried at once, for once."""
    faults.then["ok/desk"] = ["drop"] * 9
    fill(database, ["desk"], "a")
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        await dispatcher.send_all_due()
        assert len(faults.bodies("ok/desk")) == 2
        fill(database, ["desk"], "b")
        before = clock.now()
        await dispatcher.send_all_due()
    assert len(faults.bodies("ok/desk")) == 3
    outbox = Outbox(database, "test")
    assert outbox.find_due(before + UNANSWERED_WAIT).channels == []
    assert outbox.find_due(clock.now() + 2 * UNANSWERED_WAIT).channels == ["desk"]


@pytest.mark.usefixtures("at_once")
async def test_a_restart_does_not_forget_a_messages_lost_answers(database: Database, faults: FaultServer) -> None:
    """Its own are stored: the first attempt of the next daemon is the second in a row."""
    faults.then["ok/desk"] = ["drop"] * 9
    fill(database, ["desk"], "a")
    for _ in range(2):
        async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
            assert await dispatcher._send_next("desk")
    assert Outbox(database, "test").find_due(clock.now() + UNANSWERED_WAIT / 2).channels == []


@pytest.mark.usefixtures("at_once")
async def test_a_known_answer_ends_the_long_pauses(database: Database, faults: FaultServer) -> None:
    """Lost answers with one in between that is known are tried again soon."""
    faults.then["ok/desk"] = ["drop", "503", "drop", "503"]
    fill(database, ["desk"], "a")
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        await dispatcher.send_all_due()
    assert states(database) == {"accepted": 1}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_old_messages_lost_answers_are_not_its_channels(database: Database) -> None:
    """Each has a row of its own; a channel's ends with its next clear answer."""
    unclear, clear = Receipt(ReceiptKind.UNKNOWN, "lost"), Receipt(ReceiptKind.ACCEPTED, "accepted")
    old, new = replace(building.delivery(), unknown_streak=5), building.delivery()
    async with dispatching(database, {"desk": "console://"}) as dispatcher:
        seen = [(sent, receipt) for sent, receipt in ((new, clear), (old, unclear), (new, unclear), (new, clear))]
        assert [dispatcher._count_unknowns(sent, receipt) for sent, receipt in seen] == [0, 6, 2, 0]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_database_that_is_away_does_not_make_us_forget_an_acceptance(
    database: Database, faults: FaultServer, postgres_server: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is away beside the lease: nobody else has begun to send, and it is recorded once it is back."""
    monkeypatch.setattr(delivery, "LEASE_MARGIN", timedelta(0))
    name = database.write.url.database
    fill(database, ["desk"], "a")
    async with dispatching(database, {"desk": faults.url("late/2")}) as dispatcher:
        await dispatcher.run_once()
        await until(lambda: faults.bodies("late/2"))
        with postgres_server.connect() as operator:
            operator.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            operator.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            with capture_logs() as logs:
                async with asyncio.timeout(PATIENCE):
                    await until(lambda: [entry for entry in logs if entry["event"] == LogEvent.DATABASE_PROBLEM])
            operator.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        async with asyncio.timeout(PATIENCE):
            await until(lambda: states(database) == {"accepted": 1})
    assert len(faults.bodies("late/2")) == 1


async def test_stopping_is_bounded_and_loses_nothing(database: Database, faults: FaultServer) -> None:
    """What does not end in time goes back to retry, marked as a possible repeat, once nobody sends any more."""
    fill(database, ["desk"], "a", "b")
    async with dispatching(database, {"desk": faults.url("hang")}) as dispatcher:
        await dispatcher.run_once()
        await until(lambda: faults.bodies("hang"))
        began = time.monotonic()
        await dispatcher.stop(timedelta(seconds=0.2))
        assert time.monotonic() - began < 20  # of the 90 s that the attempt might have taken
    outbox = Outbox(database, "next")
    assert outbox.release_all(clock.now()) == 1
    assert states(database) == {"retry": 1, "pending": 1}
    again = [outbox.claim("desk", clock.now(), timedelta(1)) for _ in range(2)]
    assert sorted((sent.attempt, sent.may_be_duplicate) for sent in again if sent) == [(1, False), (2, True)]


async def test_stopping_lets_a_message_that_is_being_sent_end(database: Database, faults: FaultServer) -> None:
    """A receiver that answers in time is heard, and nothing new is begun."""
    fill(database, ["desk"], "a", "b")
    async with dispatching(database, {"desk": faults.url("late/0.5")}) as dispatcher:
        await dispatcher.run_once()
        await until(lambda: faults.bodies("late/0.5"))
        await dispatcher.stop(LONG)
    assert states(database) == {"accepted": 1, "pending": 1}


@pytest.mark.usefixtures("at_once")
async def test_a_dead_senders_delivery_is_taken_back(database: Database, faults: FaultServer) -> None:
    """A lease that ended is found at the next turn, logged, and sent again."""
    fill(database, ["desk"])
    assert Outbox(database, "dead").claim("desk", clock.now(), timedelta(0)) is not None
    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        with capture_logs() as logs:
            await dispatcher.send_all_due()
    assert [entry["event"] for entry in logs] == [LogEvent.LEASES_RELEASED, LogEvent.ACCEPTED]
    assert "you may have this message already" in faults.bodies("ok/desk")[0]


async def test_an_error_of_our_own_stops_nothing(database: Database, faults: FaultServer) -> None:
    """One delivery that cannot be rendered is tried again later, and is no repeat then; the next one is sent."""
    fill(database, ["desk"], "a", "b")
    asked = []

    def name_of(source: str) -> str:
        asked.append(source)
        if len(asked) == 1:
            raise RuntimeError("boom")
        return source

    async with dispatching(database, {"desk": faults.url("ok/desk")}) as dispatcher:
        dispatcher._name_of = name_of
        with capture_logs() as logs:
            await dispatcher.send_all_due()
    assert states(database) == {"accepted": 2}
    assert [entry["event"] for entry in logs] == [
        LogEvent.DELIVERY_CRASHED,
        LogEvent.RETRY,
        LogEvent.ACCEPTED,
        LogEvent.ACCEPTED,
    ]
    assert logs[1]["receipt"] == "try later"
    assert not any("you may have this message already" in body for body in faults.bodies("ok/desk"))
