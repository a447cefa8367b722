"""Moments as whole numbers: what is remembered by the hundred thousand is kept in rows of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT = timedelta(microseconds=1)


def datetime_to_micros(moment: datetime) -> int:
    """In microseconds, exact: 64 bits hold any."""
    return (moment - _BEGINNING) // _UNIT


def datetime_from_micros(number: int) -> datetime:
    """What `to_number` gave; in UTC."""
    return _BEGINNING + _UNIT * number
