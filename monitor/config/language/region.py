"""A place that an entity lies in. It needs the gazetteer, which takes time to load and which no other schema needs."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from monitor.config.language.base_schema import ID_PATTERN, validate_id, validation_error
from monitor.config.yaml.yaml12 import quote_text
from monitor.places.gazetteer import get_place_level

_CODE = "[A-Z]{2}(?:-[A-Z0-9]{1,3})?"


def _validate_region(text: str) -> str:
    """An id, or the code of a country or division. Only codes are looked up in the gazetteer."""
    if re.fullmatch(_CODE, text) is None:
        return validate_id(text)
    if not get_place_level(text):
        raise validation_error(
            f"no country or division has the code {quote_text(text)}", "write one of ISO 3166, such as KP or KR-26"
        )
    return text


Region = Annotated[
    str, AfterValidator(_validate_region), WithJsonSchema({"type": "string", "pattern": f"{ID_PATTERN}|^{_CODE}$"})
]
