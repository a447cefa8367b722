"""What servers answer, in lines for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.sources.http.http_problems import error_to_line, explain_status, parse_retry_after

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("86401", timedelta(hours=24)),  # at most a day
        ("9" * 400, timedelta(hours=24)),  # more digits than a number should have
        ("Mon, 05 Jan 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 05 Jan 2026 12:10:00 -0000", timedelta(minutes=10)),  # a date without a zone is in UTC
        ("Mon, 05 Jan 2026 11:00:00 GMT", timedelta(0)),  # past
        ("Mon, 05 Jan 2099 11:00:00 GMT", timedelta(hours=24)),
        ("soon", None),
        (f"Wed, 01 Jan 2020 00:00:00 +{'9' * 20}", None),
        (f"Wed, 01 Jan 2020 {'9' * 20}:00:00 GMT", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_both_its_forms(value: str | None, wait: timedelta | None) -> None:
    """Seconds or a date, bounded; what cannot be read asks for nothing."""
    assert parse_retry_after(value, NOW) == wait


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (404, "404 Not Found: the address is wrong or the feed has moved"),
        (410, "410 Gone: the feed is gone for good; remove the source or find its new address"),
        (500, "500 Internal Server Error: the server has trouble; the next polls try again"),
        (302, "302 Found: the server redirects without saying where to"),
        (418, "418 I'm a Teapot: the server gives no document"),
        (599, "599, a status that nobody has defined: the server has trouble; the next polls try again"),
    ],
)
def test_each_status_says_what_to_do(status: int, line: str) -> None:
    """The server's own words are not needed, and not shown."""
    assert explain_status(status) == line


def test_errors_become_one_line() -> None:
    """However long and broken up their texts are."""
    assert error_to_line(ValueError("a\n  b")) == "a b"
    assert error_to_line(ValueError()) == "ValueError"
    assert error_to_line(OSError(111, "Connection refused")) == "Connection refused"
    assert len(error_to_line("x" * 1000)) == 300
