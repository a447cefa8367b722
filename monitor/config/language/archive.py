"""`archive` in monitor.yaml: what is kept so that articles can be searched."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from monitor.config.language.base_schema import Schema
from monitor.model import ArchiveSettings


class ArchiveSchema(Schema):
    """What is kept so that articles can be searched."""

    label: ClassVar[str] = "archive"

    search: Literal["on", "off"] | None = Field(
        None,
        description="Whether there is a search index, written with each article (default: on). Without it, a search "
        "for words reads every text. `news-monitor db index` deletes an index that is off.",
        examples=["off"],
    )


def archive_from_schema(schema: ArchiveSchema | None) -> ArchiveSettings:
    """The settings; what is not set has its default."""
    return ArchiveSettings(search=schema is None or schema.search != "off")
