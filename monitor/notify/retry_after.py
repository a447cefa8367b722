"""How long a server asks us to wait: the header Retry-After of an answer 429 or 503, or a field of its body.

Telegram writes it into `parameters.retry_after`, Discord and others into `retry_after` (seconds).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from requests import Response

from monitor.model import Receipt, ReceiptKind
from monitor.notify.requests_compat import read_body

TOO_MANY, UNAVAILABLE = 429, 503
LONGEST = timedelta(hours=1)  # whatever the server says: its answer may be a mistake


def add_retry_after(receipt: Receipt, responses: Sequence[Response], now: datetime) -> Receipt:
    """The receipt with what the last answer says of how long to wait, if it is one that may say so: by its status, or
    by a body that made the receipt `throttled`. `now`: when it came."""
    last = responses[-1].status_code if responses else None
    if receipt.kind is ReceiptKind.ACCEPTED or not (receipt.throttled or last in (TOO_MANY, UNAVAILABLE)):
        return receipt
    throttled = receipt.throttled or (last == TOO_MANY and receipt.kind is ReceiptKind.TRY_LATER)
    return replace(receipt, throttled=throttled, retry_after=find_retry_after(responses[-1], now))


def find_retry_after(response: Response, now: datetime) -> timedelta | None:
    """How long the server asks us to wait, at most an hour; None: it does not say."""
    seconds = _parse_header(response.headers.get("Retry-After", "").strip(), now)
    if seconds is None:
        seconds = _parse_body(response)
    if seconds is None or math.isnan(seconds) or seconds < 0:
        return None
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))


def _parse_header(value: str, now: datetime) -> float | None:
    """Seconds, or the time of a date in HTTP's form."""
    if (seconds := _parse_number(value)) is not None or not value:
        return seconds
    try:
        date = parsedate_to_datetime(value)
        return max(((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds(), 0)
    except (ValueError, OverflowError):  # an offset of many digits
        return None


def _parse_body(response: Response) -> float | None:
    try:
        body = json.loads(read_body(response))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    parameters = body.get("parameters")
    return _parse_number(parameters.get("retry_after") if isinstance(parameters, dict) else body.get("retry_after"))


def _parse_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
