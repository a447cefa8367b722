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
from monitor.model import Channel, Place


class ChannelSchema(Schema):
    """One address that messages go to."""

    label: ClassVar[str] = "channel"

    url: str = Field(
        repr=False,
        description="An Apprise URL, or console://. Secrets in it are written ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["console://"],
    )
    test_url: str | None = Field(
        None,
        repr=False,
        description="An Apprise URL of the same kind that nobody is woken by: the canary's messages go there.",
        examples=["ntfys://ntfy.example.org/news-test"],
    )


def build_channels(
    schemas: Mapping[str, ChannelSchema], document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> dict[str, Channel]:
    """The channels by name, with their secrets filled in. Raises InvalidFiles."""
    channels, faults = {}, list[Fault]()
    for name, channel in schemas.items():
        place, test_place = (document.place(("channels", name, key)) for key in ("url", "test_url"))
        test = None
        with collect_faults(faults):
            if channel.test_url is not None:
                test = Channel(name, _fill_url(channel.test_url, test_place, environment, folder), test_place)
        with collect_faults(faults):
            channels[name] = Channel(name, _fill_url(channel.url, place, environment, folder), place, test)
    if faults:
        raise InvalidFiles(faults)
    return channels


def _fill_url(url: str, place: Place, environment: Mapping[str, str], folder: Path) -> str:
    filled = fill_secrets(url, environment, place, folder)
    if not filled.partition("://")[1] or any(sign.isspace() for sign in filled):
        hint = "it begins like mailto://, ntfy:// or console://"
        raise InvalidFiles([Fault(place, "this is no channel's url", hint)])
    return filled
