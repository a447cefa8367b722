"""Parses the name of a time zone."""

from __future__ import annotations

import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from monitor.config.language.base_schema import validation_error
from monitor.config.language.faults import did_you_mean
from monitor.config.yaml.yaml12 import quote_text


def _validate_timezone(name: str) -> str:
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Europe
        known = did_you_mean(name, zoneinfo.available_timezones(), "write one such as Europe/Berlin or Asia/Seoul")
        raise validation_error(f"{quote_text(name)} is not a time zone", known) from None


Zone = Annotated[str, AfterValidator(_validate_timezone), WithJsonSchema({"type": "string"})]
