"""Parses the name of a time zone."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from monitor import clock
from monitor.config.language.base_schema import validation_error
from monitor.config.language.faults import did_you_mean
from monitor.config.yaml.yaml12 import quote_text

_EXAMPLES = "write one such as Europe/Berlin or Asia/Seoul"
_MAX_NAMED = 5  # zones that a hint names


def _validate_timezone(name: str) -> str:
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Europe
        hint = _suggest_by_abbreviation(name) or did_you_mean(name, zoneinfo.available_timezones(), _EXAMPLES)
        raise validation_error(f"{quote_text(name)} is not a time zone", hint) from None


def _suggest_by_abbreviation(name: str) -> str | None:
    """A hint with zones that have this abbreviation, such as KST, in this year; None if none has it."""
    year = clock.now().year
    moments = [datetime(year, month, 1, tzinfo=UTC) for month in (1, 7)]  # winter and summer
    zones = [zoneinfo.ZoneInfo(key) for key in sorted(zoneinfo.available_timezones()) if "/" in key]
    found = [zone.key for zone in zones if name.upper() in {moment.astimezone(zone).tzname() for moment in moments}]
    if not found:
        return None
    more = " ..." if len(found) > _MAX_NAMED else ""
    return f"this is an abbreviation; write a zone that has it: {', '.join(found[:_MAX_NAMED])}{more}"


Zone = Annotated[str, AfterValidator(_validate_timezone), WithJsonSchema({"type": "string"})]
