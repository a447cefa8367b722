"""Moments as whole numbers, for values that we hold by the hundred thousand in packed rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT = timedelta(microseconds=1)


def datetime_to_micros(moment: datetime) -> int:
    """Microseconds since 1970, exact; 64 bits are enough for any."""
    return (moment - _EPOCH) // _UNIT


def datetime_from_micros(number: int) -> datetime:
    """The moment in UTC; the inverse of `datetime_to_micros`."""
    return _EPOCH + _UNIT * number
