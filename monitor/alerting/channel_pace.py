"""When a channel may be sent to: its rate, the pauses that its server asks for, and how it is probed while it fails.

The rate is that of the generic cell rate algorithm: one time is stored for each channel, and every message moves it by
the time between two messages. A message may go out as long as that time is less than a burst ahead of now.

A channel on which two deliveries in a row have failed is failing. Then one delivery at a time tries it, and the others
wait for the channel: a server that is away is not asked by every message that waits for it. One message that fails
again and again says nothing about its channel, so it does not hold up the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Delivery, Receipt, SendRate

FIRST_PROBE = timedelta(seconds=10)
LONGEST_PROBE = timedelta(minutes=5)
PROBE_SHARE = 5  # the wait between two probes is this part of the time for which the channel has failed
MIN_FAILURES = 2  # deliveries in a row that failed, before a channel is failing
LONGEST_PAUSE = timedelta(hours=1)  # whatever a server asks for: its answer may be a mistake
CLOCK_TOLERANCE = timedelta(minutes=1)  # the clocks of several daemons differ a little


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of a channel, by all daemons.

    next_at        when the next message would be due if all were spread evenly by the channel's rate
    paused_until   nothing is sent before: the server asked for it, or the channel is failing
    failing_since  when the first attempt failed since the channel last accepted a message; None: it has not
    failures       how many deliveries in a row have failed since then
    last_failed    the id of the last of them
    """

    name: str
    next_at: datetime | None = None
    paused_until: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    last_failed: int | None = None

    @property
    def is_failing(self) -> bool:
        """Whether one delivery at a time tries the channel."""
        return self.failures >= MIN_FAILURES


def end_of_pause(state: ChannelState, now: datetime) -> datetime:
    """Until when the channel is paused; `now` if it is not. A pause that is longer than the longest is from before the
    clock was set back, and does not count."""
    until = state.paused_until
    return until if until is not None and now < until <= now + LONGEST_PAUSE + CLOCK_TOLERANCE else now


def next_by_rate(state: ChannelState, rate: SendRate | None, now: datetime) -> datetime:
    """When the channel's rate allows the next message; `now` if it does so now."""
    if rate is None:
        return now
    return max(_planned(state, rate, now) - rate.gap * (rate.burst - 1), now)


def after_claim(state: ChannelState, rate: SendRate | None, now: datetime) -> ChannelState:
    """The state once a delivery was claimed. While the channel is failing, the next one is not claimed together with
    this one, by no daemon."""
    if rate is not None:
        state = replace(state, next_at=_planned(state, rate, now) + rate.gap)
    if state.is_failing and state.failing_since is not None:
        state = replace(state, paused_until=now + _probe_wait(state.failing_since, now))
    return state


def after_failure(state: ChannelState, failed: Delivery, receipt: Receipt, now: datetime) -> ChannelState:
    """The state once an attempt of a delivery has failed."""
    failing_since = min(state.failing_since or now, now)
    failures = state.failures + (failed.id != state.last_failed)
    pauses = [end_of_pause(state, now)]
    if receipt.retry_after is not None:
        pauses.append(now + min(receipt.retry_after, LONGEST_PAUSE))
    if failures >= MIN_FAILURES:
        pauses.append(now + _probe_wait(failing_since, now))
    paused_until = max(pauses)
    return ChannelState(
        state.name, state.next_at, paused_until if paused_until > now else None, failing_since, failures, failed.id
    )


def after_acceptance(state: ChannelState) -> ChannelState:
    """The state once the channel has accepted a message."""
    return ChannelState(state.name, state.next_at)


def _planned(state: ChannelState, rate: SendRate, now: datetime) -> datetime:
    """A time that no burst explains is from before the clock was set back, or of a slower rate."""
    at = state.next_at
    return at if at is not None and now < at <= now + rate.gap * rate.burst + CLOCK_TOLERANCE else now


def _probe_wait(failing_since: datetime, now: datetime) -> timedelta:
    return min(max((now - failing_since) / PROBE_SHARE, FIRST_PROBE), LONGEST_PROBE)
