"""When a channel may be sent to: by its rate, by what its server asks for, and by how it fared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.alerting.channel_pace import (
    FIRST_PROBE,
    LONGEST_PAUSE,
    LONGEST_PROBE,
    ChannelState,
    after_acceptance,
    after_claim,
    after_failure,
    end_of_pause,
    next_by_rate,
)
from monitor.model import Receipt, ReceiptKind, SendRate
from tests.support.building import HOUR, MINUTE, NOON, delivery

RATE = SendRate(20, MINUTE, 5)
SECOND = timedelta(seconds=1)
BUSY = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
FRESH = ChannelState("desk")


def fail(state: ChannelState, number: int, now: datetime, receipt: Receipt = BUSY) -> ChannelState:
    return after_failure(state, replace(delivery(), id=number), receipt, now)


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    """Within an hour of a full queue, no minute has more than the rate and one burst."""
    state, now, sent = FRESH, NOON, []
    while now < NOON + HOUR:
        now = next_by_rate(state, RATE, now)
        state = after_claim(state, RATE, now)
        sent.append(now)
    assert sent[:6] == [*[NOON] * 5, NOON + 3 * SECOND]
    assert max(sum(at <= other < at + MINUTE for other in sent) for at in sent) <= 25
    assert len(sent) == 1200 + 5


def test_a_quiet_time_earns_no_more_than_a_burst() -> None:
    """However long it was."""
    state = after_claim(FRESH, RATE, NOON)
    later, count = NOON + 9 * HOUR, 0
    while next_by_rate(state, RATE, later) == later:
        state, count = after_claim(state, RATE, later), count + 1
    assert count == 5


def test_a_clock_that_was_set_back_stops_no_channel() -> None:
    """Times that the clock cannot explain do not count."""
    full = FRESH
    for _ in range(5):
        full = after_claim(full, RATE, NOON)
    paused = fail(full, 1, NOON, replace(BUSY, retry_after=HOUR))
    before = NOON - timedelta(days=2)
    assert next_by_rate(paused, RATE, before) == end_of_pause(paused, before) == before
    assert fail(paused, 1, before).failing_since == before


def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    """At once, for the whole channel, and for an hour at most."""
    assert end_of_pause(fail(FRESH, 1, NOON, replace(BUSY, retry_after=7 * MINUTE)), NOON) == NOON + 7 * MINUTE
    assert end_of_pause(fail(FRESH, 1, NOON, replace(BUSY, retry_after=9 * HOUR)), NOON) == NOON + LONGEST_PAUSE


def test_one_message_that_fails_again_and_again_stops_no_others() -> None:
    """The message may be to blame."""
    state = FRESH
    for attempt in range(9):
        state = fail(state, 1, NOON + attempt * MINUTE)
    assert (end_of_pause(state, NOON + 9 * MINUTE), state.failing_since) == (NOON + 9 * MINUTE, NOON)


def test_a_failing_channel_is_probed_ever_more_seldom() -> None:
    """Of 200 messages that wait at a dead server, one at a time tries: some 300 times a day, not 200 times at once."""
    state, now, probes = FRESH, NOON, []
    while now < NOON + 24 * HOUR:
        now = end_of_pause(state, now)
        probes.append(now)
        state = after_claim(state, None, now)
        state = fail(state, len(probes) % 200, now)
    gaps = [later - earlier for earlier, later in pairwise(probes[1:])]
    assert (gaps[0], gaps[-1]) == (FIRST_PROBE, LONGEST_PROBE)
    assert gaps == sorted(gaps)
    assert len(probes) < 320
    for recovered_at in (NOON + 90 * SECOND, NOON + 5 * MINUTE):  # it is seen within a fifth of the outage
        assert next(probe for probe in probes if probe >= recovered_at) - recovered_at <= (recovered_at - NOON) / 4


def test_two_daemons_do_not_probe_together() -> None:
    """The claim of a probe is a pause for all others."""
    failing = fail(fail(FRESH, 1, NOON), 2, NOON)
    at = end_of_pause(failing, NOON)
    assert end_of_pause(after_claim(failing, None, at), at) > at


def test_an_acceptance_ends_all_but_the_rate() -> None:
    """What waits may go at once."""
    failing = fail(fail(after_claim(FRESH, RATE, NOON), 1, NOON), 2, NOON, replace(BUSY, retry_after=HOUR))
    assert after_acceptance(failing) == ChannelState("desk", next_at=NOON + 3 * SECOND)


def test_a_clock_that_is_a_little_behind_earns_no_second_burst() -> None:
    """Of another daemon, or of a claim that waited for this one."""
    state = FRESH
    for _ in range(RATE.burst):
        state = after_claim(state, RATE, NOON)
    assert next_by_rate(state, RATE, NOON - SECOND) > NOON
    paused = replace(FRESH, paused_until=NOON + LONGEST_PAUSE)
    assert end_of_pause(paused, NOON - SECOND) == NOON + LONGEST_PAUSE
