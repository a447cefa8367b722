"""The outbox: nothing is sent that is not claimed, and nothing claimed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.alerting.retry import RetryVerdict
from monitor.model import (
    Alert,
    AlertPolicy,
    Article,
    Delivery,
    DeliveryState,
    Level,
    Notice,
    OncePer,
    Receipt,
    ReceiptKind,
    SendRate,
)
from monitor.store.commit.notice_writer import MAX_AHEAD
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import attempt, delivery, story_article
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    alerts,
    article,
    claimed,
    commit,
    notice,
    reason_of,
    rule,
    rules,
    sources,
)

LEASE = 2 * MINUTE
SECOND = timedelta(seconds=1)
OK = Receipt(ReceiptKind.ACCEPTED, "accepted")
BUSY = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
REFUSED = Receipt(ReceiptKind.REFUSED, "the server answered 404")
LOST = Receipt(ReceiptKind.UNKNOWN, "no answer")
ACCEPTED = RetryVerdict(DeliveryState.ACCEPTED)
EACH = rules(rule(once_per=OncePer.ARTICLE))


def again(minutes: int) -> RetryVerdict:
    return RetryVerdict(DeliveryState.RETRY, NOON + minutes * MINUTE)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    """The outbox of one process."""
    return Outbox(database, "here:1")


def fill(database: Database, *articles: Article) -> list[Alert]:
    """An alert for each of these articles, and a delivery of each to the desk."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON)
    return alerts(commit(SerialSection(database), claimed(claims), *(articles or (article(),)), ruleset=EACH))


def take(outbox: Outbox, now: datetime = NOON) -> Delivery:
    taken = outbox.claim("desk", now, LEASE)
    assert taken is not None
    return taken


def state_of(database: Database) -> str:
    (found,) = (state for state, count in ReportQueries(database).delivery_counts().items() if count)
    return found


def test_a_claim_carries_the_alert_as_it_was_decided(database: Database, outbox: Outbox) -> None:
    """Everything that a message shows comes back from the database unchanged."""
    of = article(text="Seoul says so.", url="https://x.test/1", published=NOON - MINUTE)
    (told,) = fill(database, of)
    sent = take(outbox)
    assert (sent.channel, sent.attempt, sent.may_be_duplicate) == ("desk", 1, False)
    back = alert_of(sent)
    assert (back.id, back.rule, back.rule_title, back.level) == (told.id, told.rule, told.rule_title, told.level)
    assert (reason_of(back), back.sentence, back.highlights) == (
        reason_of(told),
        told.sentence,
        told.highlights,
    )
    assert (back.story, back.at, back.kind, back.dedup_key) == (told.story, told.at, told.kind, told.dedup_key)
    page = back.article
    assert (page.source, page.uid, page.title, page.text) == (of.source, of.uid, of.title, of.text)
    assert (page.url, page.seen, page.published, page.dated) == (of.url, of.seen, of.published, of.dated)


def test_an_alert_shows_the_version_that_fired(database: Database, outbox: Outbox) -> None:
    """An edit between decision and delivery does not change the message."""
    fill(database, article(), article(title="All missiles were a drill", version=2))
    assert alert_of(take(outbox)).article.title == article().title


def test_deliveries_are_claimed_in_order_one_at_a_time(database: Database, outbox: Outbox) -> None:
    """The longest due first; each claim is of one delivery, and none is claimed twice."""
    fill(database, article("a"), article("b"), article("c"))
    first = take(outbox)
    assert outbox.settle(first, BUSY, again(1), NOON)
    order = [alert_of(take(outbox, NOON + 2 * MINUTE)).article.uid for _ in range(3)]
    assert (alert_of(first).article.uid, order) == ("a", ["b", "c", "a"])
    assert outbox.claim("desk", NOON + 2 * MINUTE, LEASE) is None


def test_the_highest_level_goes_first_and_of_one_level_what_waits_the_longest(
    database: Database, outbox: Outbox
) -> None:
    """A critical alert behind 300 low ones is the next; notices have their place by their level too; what was tried
    and is due again goes behind what has been due for longer."""
    words = {level: f"{level} tide" for level in Level}
    each = rules(*(rule(level, [words[level]], level=level, once_per=OncePer.ARTICLE) for level in Level))
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    levels = [*[Level.LOW] * 300, Level.INFO, Level.HIGH, Level.CRITICAL, Level.HIGH]
    brought = [article(f"{number:03}", words[level]) for number, level in enumerate(levels)]
    commit(section, claimed(claims), *brought, ruleset=each)
    with section.enter(NOON) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    assert alert_of(take(outbox)).article.uid == "302"
    first = take(outbox)
    assert alert_of(first).article.uid == "301"
    assert outbox.settle(first, BUSY, again(1), NOON)
    later = NOON + 2 * MINUTE
    assert [alert_of(take(outbox, later)).article.uid for _ in range(2)] == ["303", "301"]
    assert isinstance(take(outbox, later).alert, Notice)  # of medium level
    share, rest = range(MAX_AHEAD), range(MAX_AHEAD, 300)  # of the low ones; the one of level info is between them
    order = [f"{number:03}" for number in (*share, 300, *rest)]
    assert [alert_of(take(outbox, later)).article.uid for _ in range(301)] == order


@pytest.mark.parametrize("a_poll", [9, 300])
def test_a_flood_of_one_source_delays_the_alerts_of_others_by_a_few_messages(
    database: Database, outbox: Outbox, a_poll: int
) -> None:
    """However many alerts of a source wait, and whatever their level is: an alert of another source goes before all but
    a few of them, and none is lost."""
    each = rules(*(rule(level, [f"{level} tide"], level=level, once_per=OncePer.ARTICLE) for level in Level))
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("flood", "wire"), NOON)
    for first in range(0, 300, a_poll):
        numbers = range(first, min(first + a_poll, 300))
        brought = [article(f"f{number}", "critical tide", of="flood") for number in numbers]
        commit(section, claimed(claims, "flood"), *brought, ruleset=each)
    news = [article(level, f"{level} tide") for level in (Level.CRITICAL, Level.LOW)]
    commit(section, claimed(claims), *news, ruleset=each)
    taken = [alert_of(take(outbox)).article for _ in range(302)]
    order = [sent.uid for sent in taken]
    assert order.index(Level.CRITICAL) == MAX_AHEAD
    assert order.index(Level.LOW) == MAX_AHEAD + 1
    assert len(set(order)) == 302
    assert outbox.claim("desk", NOON, LEASE) is None


def test_what_a_source_brings_after_its_flood_was_sent_has_its_place_again(database: Database, outbox: Outbox) -> None:
    """What was accepted no longer counts against its source."""
    fill(database, *(article(f"a{number:02}") for number in range(2 * MAX_AHEAD)))
    for _ in range(2 * MAX_AHEAD):
        assert outbox.settle(take(outbox), OK, ACCEPTED, NOON)
    commit(SerialSection(database), claimed(Claims(database, "here:1")), article("new"), ruleset=EACH)
    with database.reading() as connection:
        priorities = connection.execute(select(delivery.c.priority).order_by(delivery.c.id)).scalars().all()
    assert priorities[-1] == priorities[0]


def test_a_rate_holds_over_restarts_and_for_all_daemons(database: Database, outbox: Outbox) -> None:
    """A burst of two, then one a second: whoever sends. A channel that has used it up is not named."""
    fill(database, *(article(f"a{number}") for number in range(6)))
    rate = SendRate(60, MINUTE, 2)
    owners = [outbox, Outbox(database, "there:1"), Outbox(database, "here:2")]
    assert [owner.claim("desk", NOON, LEASE, rate) is not None for owner in owners] == [True, True, False]
    due = outbox.find_due(NOON, {"desk": rate})
    assert (due.channels, due.next_by_rate) == ([], NOON + SECOND)
    assert outbox.find_due(NOON + SECOND, {"desk": rate}).channels == ["desk"]
    assert [owner.claim("desk", NOON + SECOND, LEASE, rate) is not None for owner in owners] == [True, False, False]
    assert owners[1].claim("desk", NOON + SECOND, LEASE, None) is not None  # the rate was lifted


def test_a_critical_alert_passes_a_backlog_that_waits_for_a_rate(database: Database, outbox: Outbox) -> None:
    """It is the next that the rate lets through."""
    low, urgent = (
        rule(level, [f"{level} tide"], level=level, once_per=OncePer.ARTICLE) for level in (Level.LOW, Level.CRITICAL)
    )
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    brought = [article(f"{number:03}", "low tide") for number in range(60)]
    commit(section, claimed(claims), *brought, ruleset=rules(low, urgent))
    rate = SendRate(20, MINUTE)
    assert outbox.claim("desk", NOON, LEASE, rate) is not None
    commit(section, claimed(claims, at=NOON + HOUR), article("urgent", "critical tide"), ruleset=rules(low, urgent))
    assert outbox.claim("desk", NOON, LEASE, rate) is None
    following = outbox.claim("desk", NOON + 3 * SECOND, LEASE, rate)
    assert following is not None
    assert alert_of(following).article.uid == "urgent"


def test_what_waits_for_a_channel_that_was_removed_is_left_alone(database: Database, outbox: Outbox) -> None:
    """It uses up no attempts: it waits until the channel is there again, or somebody moves or discards it."""
    fill(database)
    assert outbox.find_due(NOON, {"phone": None}).channels == []
    assert outbox.find_due(NOON, {"desk": None}).channels == ["desk"]


def test_of_many_that_wait_for_a_dead_server_one_at_a_time_tries(database: Database, outbox: Outbox) -> None:
    """Once two have failed, the channel rests between attempts, in each daemon; when it accepts one, all go."""
    fill(database, *(article(f"a{number}") for number in range(3)))
    now, attempts = NOON, 0
    while now < NOON + 10 * MINUTE:
        if (tried := outbox.claim("desk", now, LEASE)) is None:
            now += 10 * SECOND
        else:
            attempts += 1
            outbox.settle(tried, BUSY, RetryVerdict(DeliveryState.RETRY, now + SECOND), now)
    assert attempts < 22
    assert outbox.find_due(now).channels == []
    now += 2 * MINUTE
    recovered = take(outbox, now)
    assert Outbox(database, "there:1").claim("desk", now, LEASE) is None
    outbox.settle(recovered, OK, ACCEPTED, now)
    assert len([take(outbox, now) for _ in range(2)]) == 2


def test_a_server_that_asks_for_a_pause_gets_it_from_all_deliveries(database: Database, outbox: Outbox) -> None:
    """From all daemons too; the attempts that it cut short are counted apart."""
    fill(database, article("a"), article("b"))
    wait = replace(BUSY, throttled=True, retry_after=3 * MINUTE)
    outbox.settle(take(outbox), wait, again(3), NOON)
    assert Outbox(database, "there:1").claim("desk", NOON + 2 * MINUTE, LEASE) is None
    assert outbox.find_due(NOON + 2 * MINUTE).channels == []
    assert take(outbox, NOON + 3 * MINUTE).throttled == 0
    assert take(outbox, NOON + 3 * MINUTE).throttled == 1


def test_a_delivery_knows_since_when_it_was_due(database: Database, outbox: Outbox) -> None:
    """Whatever becomes of its next attempts."""
    fill(database)
    assert take(outbox, NOON + MINUTE).late_by == MINUTE
    outbox.release_all(NOON + 2 * MINUTE)
    assert take(outbox, NOON + HOUR).late_by == HOUR


def test_what_an_operator_sends_waits_for_no_pause(database: Database, outbox: Outbox) -> None:
    """The channel may have been repaired."""
    fill(database, article("a"), article("b"))
    for _ in range(2):
        died(outbox)
    outbox.retry(outbox.ids([DeliveryState.DEAD]), NOON)
    take(outbox)


def test_only_what_is_due_is_claimed_and_named(database: Database, outbox: Outbox) -> None:
    """A channel is due when something is, and not while it is being sent."""
    assert outbox.find_due(NOON).channels == []
    fill(database)
    assert outbox.find_due(NOON - MINUTE).channels == []
    assert outbox.find_due(NOON).channels == ["desk"]
    assert outbox.claim("phone", NOON, LEASE) is None
    sent = take(outbox)
    assert outbox.find_due(NOON).channels == []
    outbox.settle(sent, BUSY, again(5), NOON)
    assert outbox.find_due(NOON + 4 * MINUTE).channels == []
    assert outbox.claim("desk", NOON + 4 * MINUTE, LEASE) is None
    assert outbox.find_due(NOON + 5 * MINUTE).channels == ["desk"]


@pytest.mark.parametrize(
    ("receipt", "verdict", "state", "repeat"),
    [
        (OK, ACCEPTED, "accepted", False),
        (BUSY, again(1), "retry", False),
        (LOST, again(1), "retry", True),  # the reader may have it already
        (REFUSED, RetryVerdict(DeliveryState.DEAD), "dead", False),
    ],
)
def test_a_receipt_is_recorded(
    database: Database, outbox: Outbox, *, receipt: Receipt, verdict: RetryVerdict, state: str, repeat: bool
) -> None:
    """State, detail and the attempt's own line are kept; what is tried again says whether it may be a repeat."""
    fill(database)
    assert outbox.settle(take(outbox), receipt, verdict, NOON + MINUTE)
    assert state_of(database) == state
    (report,) = ReportQueries(database).deliveries([], 10)
    assert (report.state, report.attempts, report.detail) == (state, 1, receipt.detail)
    with database.reading() as connection:
        row = connection.execute(select(attempt)).one()
    assert (row.number, row.receipt, row.detail) == (1, receipt.kind, receipt.detail)
    assert (row.started_at, row.ended_at) == (NOON, NOON + MINUTE)
    if state == "retry":
        second = take(outbox, NOON + MINUTE)
        assert (second.attempt, second.may_be_duplicate) == (2, repeat)


def test_a_possible_repeat_stays_one(database: Database, outbox: Outbox) -> None:
    """A clear "later" after an unclear attempt does not make the message certainly new."""
    fill(database)
    outbox.settle(take(outbox), LOST, again(0), NOON)
    outbox.settle(take(outbox), BUSY, again(0), NOON)
    assert take(outbox).may_be_duplicate


def test_what_is_ended_is_not_claimed_again(database: Database, outbox: Outbox) -> None:
    """Accepted and dead are for good, until a person says otherwise."""
    fill(database, article("a"), article("b"))
    outbox.settle(take(outbox), OK, ACCEPTED, NOON)
    outbox.settle(take(outbox), BUSY, RetryVerdict(DeliveryState.DEAD), NOON)
    assert outbox.claim("desk", NOON + timedelta(365), LEASE) is None
    assert outbox.find_due(NOON + timedelta(365)).channels == []


def test_expired_leases_are_released_and_marked(database: Database, outbox: Outbox) -> None:
    """What a dead process left in `sending` is tried again, as a possible repeat, and its attempt ends unknown."""
    fill(database)
    take(outbox)
    assert not outbox.find_due(NOON + LEASE - MINUTE).has_expired
    assert outbox.release_expired(NOON + LEASE - MINUTE) == 0
    assert outbox.find_due(NOON + LEASE).has_expired
    assert outbox.release_expired(NOON + LEASE) == 1
    with database.reading() as connection:
        row = connection.execute(select(attempt)).one()
    assert (row.receipt, row.ended_at) == ("unknown", NOON + LEASE)
    sent = take(outbox, NOON + LEASE)
    assert (sent.attempt, sent.may_be_duplicate) == (2, True)


def test_all_are_released_by_who_holds_the_database_alone(database: Database, outbox: Outbox) -> None:
    """At start nobody else sends: no lease has to be waited for."""
    fill(database, article("a"), article("b"))
    take(outbox)
    assert outbox.release_all(NOON) == 1
    assert ReportQueries(database).delivery_counts()["sending"] == 0


def test_a_receipt_of_an_older_attempt_settles_nothing(database: Database, outbox: Outbox) -> None:
    """Who comes back after the lease ended finds the delivery in other hands, and its attempt already ended."""
    fill(database)
    old = take(outbox)
    outbox.release_expired(NOON + LEASE)
    assert not outbox.settle(old, BUSY, RetryVerdict(DeliveryState.DEAD), NOON + LEASE)
    new = take(outbox, NOON + LEASE)
    assert not outbox.settle(old, BUSY, RetryVerdict(DeliveryState.DEAD), NOON + LEASE)
    assert state_of(database) == "sending"
    assert outbox.settle(new, OK, ACCEPTED, NOON + LEASE)
    assert not outbox.settle(new, OK, ACCEPTED, NOON + LEASE)
    with database.reading() as connection:
        assert connection.execute(select(attempt.c.receipt)).scalars().all() == ["unknown", "accepted"]


def test_an_acceptance_counts_even_after_its_lease(database: Database, outbox: Outbox) -> None:
    """A server's yes that comes in late is not thrown away to send the message again; a late no decides nothing."""
    fill(database)
    late = take(outbox)
    outbox.release_expired(NOON + LEASE)
    assert not outbox.settle(late, BUSY, again(5), NOON + LEASE)
    assert outbox.settle(late, OK, ACCEPTED, NOON + LEASE)
    assert state_of(database) == "accepted"


def test_a_pause_counts_even_after_its_lease(database: Database, outbox: Outbox) -> None:
    """What failed late is not sent again before its time, unless an operator wants that, or somebody has begun."""
    fill(database)
    late = take(outbox)
    outbox.release_expired(NOON + LEASE)
    assert not outbox.settle(late, LOST, again(10), NOON + LEASE)
    assert outbox.claim("desk", NOON + 9 * MINUTE, LEASE) is None
    outbox.retry([late.id], NOON + LEASE)
    assert not outbox.settle(late, LOST, again(10), NOON + LEASE)
    second = take(outbox, NOON + LEASE)
    assert not outbox.settle(late, LOST, again(10), NOON + LEASE)
    assert outbox.settle(second, OK, ACCEPTED, NOON + LEASE)


def test_a_claim_knows_how_often_it_was_refused(database: Database, outbox: Outbox) -> None:
    """Refusals are counted apart from what else went wrong."""
    fill(database)
    for receipt in (BUSY, REFUSED, LOST, REFUSED):
        outbox.settle(take(outbox), receipt, RetryVerdict(DeliveryState.RETRY, NOON), NOON)
    fifth = take(outbox)
    assert (fifth.attempt, fifth.refusals) == (5, 2)


def test_a_claim_knows_how_many_of_its_last_attempts_had_no_answer(database: Database, outbox: Outbox) -> None:
    """In a row: a clear answer ends it. One whose process died counts too; what an operator has forgiven does not."""
    fill(database)
    found = []
    for receipt in (LOST, LOST, BUSY, LOST):
        sent = take(outbox)
        found.append(sent.unknown_streak)
        outbox.settle(sent, receipt, RetryVerdict(DeliveryState.RETRY, NOON), NOON)
    found.append(take(outbox).unknown_streak)
    outbox.release_all(NOON)
    found.append(take(outbox).unknown_streak)
    assert found == [0, 1, 2, 0, 1, 2]
    outbox.release_all(NOON)
    outbox.retry(outbox.ids([DeliveryState.RETRY]), NOON)
    assert take(outbox).unknown_streak == 0


def died(outbox: Outbox, receipt: Receipt = REFUSED) -> Delivery:
    """The delivery that is due next, sent and dead."""
    sent = take(outbox)
    assert outbox.settle(sent, receipt, RetryVerdict(DeliveryState.DEAD), NOON)
    return sent


def test_a_retried_delivery_starts_afresh_and_keeps_its_past(database: Database, outbox: Outbox) -> None:
    """It is due at once, its refusals count no more, and its attempts go on being numbered: each can be told apart."""
    fill(database)
    sent = died(outbox)
    assert outbox.retry([sent.id], NOON + MINUTE) == {sent.id: DeliveryState.DEAD}
    assert outbox.claim("desk", NOON, LEASE) is None
    second = take(outbox, NOON + MINUTE)
    assert (second.attempt, second.forgiven_attempts, second.refusals, second.may_be_duplicate) == (2, 1, 0, False)
    outbox.settle(second, REFUSED, RetryVerdict(DeliveryState.RETRY, NOON), NOON)
    third = take(outbox, NOON + MINUTE)
    assert (third.attempt, third.forgiven_attempts, third.refusals) == (3, 1, 1)
    with database.reading() as connection:
        kept = connection.execute(select(attempt.c.number, attempt.c.receipt).order_by(attempt.c.id)).all()
    assert [tuple(row) for row in kept] == [(1, "refused"), (2, "refused"), (3, None)]


def test_a_retried_delivery_may_still_be_a_repeat(database: Database, outbox: Outbox) -> None:
    """What was in doubt stays in doubt: the reader is told."""
    fill(database)
    outbox.retry([died(outbox, LOST).id], NOON)
    assert take(outbox).may_be_duplicate


def test_an_acceptance_counts_although_it_was_retried(database: Database, outbox: Outbox) -> None:
    """A server's yes to the attempt before comes in late: what it has is not sent to it again."""
    fill(database)
    late = take(outbox)
    outbox.release_expired(NOON + LEASE)
    outbox.retry([late.id], NOON + LEASE)
    assert outbox.settle(late, OK, ACCEPTED, NOON + LEASE)
    assert state_of(database) == "accepted"


def test_a_discarded_delivery_is_never_sent(database: Database, outbox: Outbox) -> None:
    """Neither at once nor when its time comes nor after a late receipt; its attempts and its last answer stay."""
    fill(database)
    sent = take(outbox)
    outbox.settle(sent, BUSY, again(1), NOON)
    assert outbox.discard([sent.id], NOON) == {sent.id: DeliveryState.RETRY}
    assert outbox.find_due(NOON + timedelta(365)).channels == []
    assert not outbox.settle(sent, OK, ACCEPTED, NOON)
    (report,) = ReportQueries(database).deliveries([], 10)
    assert (report.state, report.attempts, report.detail) == ("discarded", 1, BUSY.detail)
    with database.reading() as connection:
        assert connection.execute(select(attempt.c.receipt)).scalars().all() == ["try later"]
        assert connection.execute(select(delivery.c.ended_at)).scalar_one() == NOON


def test_what_is_sent_or_has_ended_well_is_left_alone(database: Database, outbox: Outbox) -> None:
    """An operator's word changes what is dead or waits, and nothing else; it is told what each was."""
    fill(database, *(article(uid) for uid in "abcde"))
    accepted = take(outbox)
    outbox.settle(accepted, OK, ACCEPTED, NOON)
    dead = died(outbox)
    waiting = take(outbox)
    outbox.settle(waiting, BUSY, again(5), NOON)
    sending = take(outbox, NOON + MINUTE)  # two have failed, so the channel rests
    (pending,) = outbox.ids([DeliveryState.PENDING])
    found = {
        accepted.id: DeliveryState.ACCEPTED,
        dead.id: DeliveryState.DEAD,
        waiting.id: DeliveryState.RETRY,
        sending.id: DeliveryState.SENDING,
        pending: DeliveryState.PENDING,
    }
    assert outbox.retry([*found, 10**9], NOON) == found
    counts = ReportQueries(database).delivery_counts()
    assert (counts["accepted"], counts["sending"], counts["pending"]) == (1, 1, 3)
    assert outbox.discard(found, NOON).keys() == found.keys()
    counts = ReportQueries(database).delivery_counts()
    assert (counts["accepted"], counts["sending"], counts["discarded"]) == (1, 1, 3)
    assert set(outbox.discard(found, NOON).values()) == {
        DeliveryState.ACCEPTED, DeliveryState.SENDING, DeliveryState.DISCARDED,
    }  # fmt: skip


def test_deliveries_are_found_by_state_and_channel(database: Database, outbox: Outbox) -> None:
    """The oldest first; on any channel where none is named."""
    fill(database, article("a"), article("b"))
    dead, waiting = died(outbox).id, outbox.ids([DeliveryState.PENDING])
    assert outbox.ids([DeliveryState.DEAD]) == outbox.ids([DeliveryState.DEAD], "desk") == [dead]
    assert outbox.ids([DeliveryState.DEAD], "phone") == []
    assert outbox.ids(list(DeliveryState)) == [dead, *waiting]


def test_two_processes_never_claim_one_delivery(database: Database, outbox: Outbox) -> None:
    """A claim is one statement under the writer's lock."""
    fill(database, article("a"), article("b"))
    other = Outbox(database, "there:2")
    claims = [box.claim("desk", NOON, LEASE) for box in (outbox, other, outbox, other)]
    assert [claim and alert_of(claim).article.uid for claim in claims] == ["a", "b", None, None]


def test_counts_name_every_state(database: Database, outbox: Outbox) -> None:
    """`status` shows zeros too; and since when a channel waits."""
    assert ReportQueries(database).delivery_counts() == dict.fromkeys(map(str, DeliveryState), 0)
    fill(database, article("a"), article("b"), article("c"))
    outbox.settle(take(outbox), OK, ACCEPTED, NOON)
    take(outbox)
    counts = ReportQueries(database).delivery_counts()
    assert (counts["accepted"], counts["sending"], counts["pending"]) == (1, 1, 1)
    assert ReportQueries(database).oldest_pending(NOON) == {"desk": NOON}


def test_a_message_says_who_reports_it_by_the_time_it_is_sent(database: Database, outbox: Outbox) -> None:
    """Its own publisher is not among the others; of what its outlet brings again, nothing more is said."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post", "echo"), NOON)
    for minute, of in enumerate(("wire", "post", "wire", "echo", "post")):
        seen = NOON + minute * MINUTE
        commit(section, claimed(claims, of, seen), article(f"{minute}", of=of, seen=seen), at=seen)
    sent = alert_of(take(outbox, NOON + HOUR))
    assert (sent.also_reported_by, sent.publisher_count) == (("post", "echo"), 3)


def test_a_page_that_several_sources_list_is_of_one_publisher(database: Database, outbox: Outbox) -> None:
    """Whoever lists the page of the message adds nothing to it; whoever has a page of his own does."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post", "echo"), NOON)
    for minute, (of, page) in enumerate((("wire", "page"), ("post", "page"), ("echo", "other"))):
        seen, canonical = NOON + minute * MINUTE, f"https://wire.test/{page}"
        made = article(f"{minute}", of=of, seen=seen, canonical=canonical)
        commit(section, claimed(claims, of, seen), made, at=seen)
    sent = alert_of(take(outbox, NOON + HOUR))
    assert (sent.also_reported_by, sent.publisher_count) == (("echo",), 2)


def test_of_an_event_those_who_tell_its_other_stories_report_it_too(database: Database, outbox: Outbox) -> None:
    """They are of one happening; what another rule makes of them is nothing to it."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post", "echo"), NOON)
    event = AlertPolicy(once_per=OncePer.EVENT, event_lasts=6 * HOUR)
    both = rules(replace(rule(), alert=event), rule("quiet", ["calm"]))
    for of, title in (("wire", "Missile over the sea"), ("post", "Rocket or missile lands"), ("echo", "All is calm")):
        commit(section, claimed(claims, of), article(of, title, of=of), ruleset=both)
    sent = alert_of(take(outbox))
    assert (sent.article.source, sent.also_reported_by, sent.publisher_count) == ("wire", ("post",), 2)


def test_of_what_was_stored_before_publishers_were_kept_nobody_else_is_named(
    database: Database, outbox: Outbox
) -> None:
    """Nothing is known of who prints it."""
    fill(database)
    with database.writing() as connection:
        connection.execute(story_article.update().values(publisher=None))
    sent = alert_of(take(outbox))
    assert (sent.also_reported_by, sent.publisher_count) == ((), 1)
