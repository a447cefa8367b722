"""What a server says of how long to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from requests import Response

from monitor.model import Receipt, ReceiptKind
from monitor.notify.response_checks import receipt_of_bodies
from monitor.notify.retry_after import LONGEST, add_retry_after, find_retry_after
from tests.support.building import NOON

LATER = Receipt(ReceiptKind.TRY_LATER, "the server answered 429")


def answer(status: int, header: str | None = None, body: str = "") -> Response:
    made = Response()
    made.status_code, made._content = status, body.encode()
    if header is not None:
        made.headers["Retry-After"] = header
    return made


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("30", "", 30),
        (" 1.5 ", "", 1.5),
        ("0", "", 0),
        ("Mon, 05 Jan 2026 12:02:00 GMT", "", 120),
        ("Monday, 05-Jan-26 12:02:00 GMT", "", 120),
        ("Mon, 05 Jan 2026 11:00:00 GMT", "", 0),  # it is over
        ("86400", "", LONGEST.total_seconds()),
        ("9" * 400, "", LONGEST.total_seconds()),
        ("30", '{"retry_after": 7}', 30),
        (f"Wed, 01 Jan 2020 00:00:00 +{'9' * 20}", "", None),
        (None, '{"message": "You are being rate limited.", "retry_after": 0.529, "global": false}', 0.529),
        (None, '{"ok": false, "error_code": 429, "parameters": {"retry_after": 35}}', 35),
        # nothing that can be used
        (None, "", None),
        ("soon", "<html>", None),
        ("-5", "", None),
        ("nan", "", None),
        ("Mon, 99 Jan 2026 99:00:00 GMT", "", None),
        (None, '{"retry_after": true}', None),
        (None, '{"retry_after": [1]}', None),
        (None, "[1]", None),
        (None, "[" * 100_000, None),
    ],
)
def test_it_is_read_where_servers_write_it(header: str | None, body: str, seconds: float | None) -> None:
    """In the header, as seconds or a date, or in the body as Discord and Telegram do; an hour at most."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert find_retry_after(answer(429, header, body), NOON) == expected


@pytest.mark.parametrize(
    ("kind", "statuses", "throttled", "asked"),
    [
        (ReceiptKind.TRY_LATER, [429], True, True),
        (ReceiptKind.TRY_LATER, [503], False, True),
        (ReceiptKind.TRY_LATER, [200, 429], True, True),
        (ReceiptKind.UNKNOWN, [429], False, True),  # a part may have arrived: the attempt counts
        (ReceiptKind.TRY_LATER, [429, 500], False, False),  # the last answer decides
        (ReceiptKind.REFUSED, [404], False, False),
        (ReceiptKind.TRY_LATER, [], False, False),
        (ReceiptKind.ACCEPTED, [429], False, False),
    ],
)
def test_only_what_may_ask_for_a_wait_is_read(
    *, kind: ReceiptKind, statuses: list[int], throttled: bool, asked: bool
) -> None:
    """A 429 does not count as an attempt."""
    found = add_retry_after(Receipt(kind), [answer(status, "30") for status in statuses], NOON)
    assert (found.kind, found.throttled, found.retry_after is not None) == (kind, throttled, asked)


@pytest.mark.parametrize(
    ("kind", "body", "throttled", "seconds"),
    [
        ("wecombot", '{"errcode": 45009}', True, None),
        ("wecombot", '{"errcode": -1}', False, None),  # busy
        ("lark", '{"code": 11232}', True, None),
        ("vonage", '{"messages": [{"status": "1"}]}', True, None),
        ("bale", '{"ok": false, "error_code": 429, "parameters": {"retry_after": 35}}', True, 35),
    ],
)
def test_a_rate_limit_in_the_body_of_a_200_is_one_too(
    kind: str, body: str, *, throttled: bool, seconds: int | None
) -> None:
    """As a 429, it does not count as an attempt, and is tried again when the server says."""
    answers = [answer(200, body=body)]
    receipt = receipt_of_bodies([kind], answers)
    assert receipt is not None
    found = add_retry_after(receipt, answers, NOON)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert (found.kind, found.throttled, found.retry_after) == (ReceiptKind.TRY_LATER, throttled, expected)
