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
REFUSALS = 8  # a receiver that says no for good may be in the middle of a deployment, but not for hours


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery's new state; `not_before` is when to try again, where it is to be."""

    state: DeliveryState
    not_before: datetime | None = None


def after_attempt(receipt: Receipt, sent: Delivery, *, limit: int, now: datetime) -> Verdict:
    """The verdict on an attempt of a delivery that may have `limit` of them, of which REFUSALS may be refused; those
    that an operator has forgiven do not count."""
    if receipt.kind is ReceiptKind.ACCEPTED:
        return Verdict(DeliveryState.ACCEPTED)
    refused = sent.refusals + (receipt.kind is ReceiptKind.REFUSED)
    counted = sent.attempt - sent.forgiven
    if counted >= limit or refused >= REFUSALS:
        return Verdict(DeliveryState.DEAD)
    wait = min(FIRST_WAIT * 2.0 ** min(counted - 1, 20), LONGEST_WAIT)
    return Verdict(DeliveryState.RETRY, now + wait * _jitter(sent.id, sent.attempt))


def _jitter(delivery: int, attempt: int) -> float:
    """A factor from 0.8 to 1.2 of this very attempt's own, so that a receiver that comes back is not met by all."""
    share = blake2b(f"{delivery} {attempt}".encode(), digest_size=4).digest()
    return 0.8 + 0.4 * int.from_bytes(share) / 2**32
