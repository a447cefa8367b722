"""What becomes of a delivery after an attempt: accepted, tried again and when, or dead.

An attempt that is in doubt is tried again: a reader forgives a message that comes twice, but not one that never came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Delivery, DeliveryState, Receipt, ReceiptKind

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=30)
UNANSWERED = 2  # attempts in a row on a channel without a clear answer: its server is slow, or drops what it takes
UNANSWERED_WAIT = timedelta(minutes=10)  # then: with each attempt the reader may get one more copy
SHORTEST_ASKED = timedelta(seconds=2)  # of what a server asks for: some say "0" again and again
REFUSALS = 8  # a receiver that refuses for good may be in the middle of a deployment, but not for hours


@dataclass(frozen=True, slots=True)
class RetryVerdict:
    """The delivery's new state. `not_before`: when to try again, if it is to be tried again."""

    state: DeliveryState
    not_before: datetime | None = None


def unknowns_in_a_row(receipt: Receipt, before: int) -> int:
    """How many attempts in a row had no clear answer, this one included; `before`: without this one."""
    return before + 1 if receipt.kind is ReceiptKind.UNKNOWN else 0


def after_message(
    receipt: Receipt, deliveries: Iterable[Delivery], *, limit: int, now: datetime, unknowns: int
) -> tuple[RetryVerdict, ...]:
    """The verdicts on all deliveries of one message. Those that are tried again are due at the same time, so that they
    can be one message again. The rest as in `after_attempt`."""
    verdicts = [after_attempt(receipt, each, limit=limit, now=now, unknowns=unknowns) for each in deliveries]
    again = next((verdict for verdict in verdicts if verdict.state is DeliveryState.RETRY), None)
    return tuple(again if again and verdict.state is again.state else verdict for verdict in verdicts)


def after_attempt(
    receipt: Receipt, delivery: Delivery, *, limit: int, now: datetime, unknowns: int = 0
) -> RetryVerdict:
    """The verdict on an attempt of a delivery.

    `limit`: how many attempts it may have; REFUSALS of them may be refused. Attempts that an operator has forgiven do
    not count, nor do those for which the server had too many messages: they are tried again when it says. `unknowns`:
    how many attempts in a row on its channel had no clear answer, this one included.
    """
    if receipt.is_sent:
        return RetryVerdict(DeliveryState.ACCEPTED)
    refused = delivery.refusals + (receipt.kind is ReceiptKind.REFUSED)
    tried = delivery.attempt - delivery.forgiven_attempts
    if (not receipt.throttled and tried - delivery.throttled >= limit) or refused >= REFUSALS:
        return RetryVerdict(DeliveryState.DEAD)
    spread = _compute_jitter(delivery.id, delivery.attempt)
    wait = min(FIRST_WAIT * 2.0 ** min(tried - 1, 20), LONGEST_WAIT) * (0.8 + spread)
    if receipt.retry_after is not None:
        asked = max(receipt.retry_after, SHORTEST_ASKED)
        wait = asked if receipt.throttled else max(wait, asked)
    if unknowns >= UNANSWERED:
        wait = max(wait, UNANSWERED_WAIT * (1 + spread))
    return RetryVerdict(DeliveryState.RETRY, now + wait)


def _compute_jitter(delivery_id: int, attempt: int) -> float:
    """From 0 to 0.4, different for each attempt: so the deliveries do not all come at once to a receiver that
    is back."""
    share = blake2b(f"{delivery_id} {attempt}".encode(), digest_size=4).digest()
    return 0.4 * int.from_bytes(share) / 2**32
