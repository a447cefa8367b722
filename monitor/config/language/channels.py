"""`channels:` of monitor.yaml: the addresses that messages go to.

The schema, and its conversion to the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator, WithJsonSchema

from monitor.config.language.base_schema import Schema, validator_from_parser
from monitor.config.language.faults import collect_faults
from monitor.config.language.secrets import fill_secrets
from monitor.config.language.send_rates import RATE_PATTERN, UNLIMITED, default_rate, parse_rate
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Channel, SendRate, scheme_of_channel

Rate = Annotated[
    SendRate | str,
    PlainValidator(validator_from_parser(lambda text: parse_rate(text) or UNLIMITED)),
    WithJsonSchema({"type": "string", "pattern": f"{RATE_PATTERN}|^{UNLIMITED}$"}),
]


class ChannelSchema(Schema):
    """One address that messages go to."""

    label: ClassVar[str] = "channel"

    url: str = Field(
        repr=False,
        description="An Apprise URL, or console://. Secrets in it are written ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["console://"],
    )
    rate: Rate | None = Field(
        None,
        description="How many messages it may get, or 'unlimited' (default: by its kind, see docs/operate.md). The "
        "others wait, and the highest level goes first.",
        examples=["20 a minute"],
    )
    burst: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many messages it may get at once after a quiet time.", examples=[5]
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
            channels[name] = Channel(name, url, place, _choose_rate(channel, url))
    if faults:
        raise InvalidFiles(faults)
    return channels


def _choose_rate(channel: ChannelSchema, url: str) -> SendRate | None:
    rate = default_rate(scheme_of_channel(url)) if channel.rate is None else channel.rate
    if not isinstance(rate, SendRate):
        return None
    return rate if channel.burst is None else replace(rate, burst=channel.burst)
