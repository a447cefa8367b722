"""`channels:` of monitor.yaml: the addresses that messages go to.

The schema, and its conversion to the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from monitor.config.language.base_schema import Schema
from monitor.config.language.faults import collect_faults
from monitor.config.language.secrets import fill_secrets
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Channel


class ChannelSchema(Schema):
    """One address that messages go to."""

    label: ClassVar[str] = "channel"

    url: str = Field(
        repr=False,
        description="An Apprise URL, or console://. Secrets in it are written ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["console://"],
    )


def build_channels(
    schemas: Mapping[str, ChannelSchema], document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> dict[str, Channel]:
    """The channels by name, with their secrets filled in. Raises InvalidFiles."""
    channels, faults = {}, list[Fault]()
    for name, channel in schemas.items():
        place = document.place(("channels", name, "url"))
        with collect_faults(faults):
            url = fill_secrets(channel.url, environment, place, folder)
            if not url.partition("://")[1] or any(sign.isspace() for sign in url):
                raise InvalidFiles(
                    [Fault(place, "this is no channel's url", "it begins like mailto://, ntfy:// or console://")]
                )
            channels[name] = Channel(name, url, place)
    if faults:
        raise InvalidFiles(faults)
    return channels
