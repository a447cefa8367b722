"""What becomes of a delivery after an attempt: accepted, tried again and when, or dead.

An attempt that is in doubt is tried again: a reader who gets a message twice forgives, one who got none does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Delivery, DeliveryState, Receipt, ReceiptKind

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=30)
UNANSWERED = 2  # attempts in a row on a channel, each without a clear answer: its server is slow, or takes and drops
UNANSWERED_WAIT = timedelta(minutes=10)  # then: each attempt may be one more copy at the reader's
REFUSALS = 8  # a receiver that says no for good may be in the middle of a deployment, but not for hours


@dataclass(frozen=True, slots=True)
class RetryVerdict:
    """The delivery's new state; `not_before` is when to try again, where it is to be."""

    state: DeliveryState
    not_before: datetime | None = None


def unknowns_in_a_row(receipt: Receipt, before: int) -> int:
    """How many attempts in a row had no clear answer, with this one; `before`: without it."""
    return before + 1 if receipt.kind is ReceiptKind.UNKNOWN else 0


def after_attempt(receipt: Receipt, sent: Delivery, *, limit: int, now: datetime, unknowns: int = 0) -> RetryVerdict:
    """The verdict on an attempt of a delivery that may have `limit` of them, of which REFUSALS may be refused; those
    that an operator has forgiven do not count. `unknowns`: so many attempts in a row on its channel, this one included,
    had no clear answer."""
    if receipt.kind is ReceiptKind.ACCEPTED:
        return RetryVerdict(DeliveryState.ACCEPTED)
    refused = sent.refusals + (receipt.kind is ReceiptKind.REFUSED)
    counted = sent.attempt - sent.forgiven_attempts
    if counted >= limit or refused >= REFUSALS:
        return RetryVerdict(DeliveryState.DEAD)
    spread = _compute_jitter(sent.id, sent.attempt)
    wait = min(FIRST_WAIT * 2.0 ** min(counted - 1, 20), LONGEST_WAIT) * (0.8 + spread)
    if unknowns >= UNANSWERED:
        wait = max(wait, UNANSWERED_WAIT * (1 + spread))
    return RetryVerdict(DeliveryState.RETRY, now + wait)


def _compute_jitter(delivery: int, attempt: int) -> float:
    """From 0 to 0.4, this very attempt's own: a receiver that comes back is not met by all at once."""
    share = blake2b(f"{delivery} {attempt}".encode(), digest_size=4).digest()
    return 0.4 * int.from_bytes(share) / 2**32
