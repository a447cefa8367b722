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
from monitor.model import Channel, MessageTemplate, Place

MAX_TEMPLATE = 20_000  # characters


class ChannelSchema(Schema):
    """One address that messages go to."""

    label: ClassVar[str] = "channel"

    url: str = Field(
        repr=False,
        description="An Apprise URL, or console://. Secrets in it are written ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["console://"],
    )
    template: str | None = Field(
        None,
        description="A file (Jinja) that writes its messages in place of the default form: NAME.txt.j2, NAME.md.j2 or "
        "NAME.html.j2. `news-monitor channels preview` shows them.",
        examples=["templates/desk.txt.j2"],
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
            template = read_template(channel.template, document.place(("channels", name, "template")), folder)
            channels[name] = Channel(name, url, place, template=template)
    if faults:
        raise InvalidFiles(faults)
    return channels


def read_template(file: str | None, place: Place, folder: Path) -> MessageTemplate | None:
    """The template in a file, relative to `folder`; None if none is named. Raises InvalidFiles."""
    if file is None:
        return None
    try:
        with (folder / file).open(encoding="utf-8") as opened:
            source = opened.read(MAX_TEMPLATE + 1)
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidFiles([Fault(place, f"the template {file} cannot be read: {problem}")]) from error
    if len(source) > MAX_TEMPLATE:
        raise InvalidFiles([Fault(place, f"the template {file} is longer than {MAX_TEMPLATE} characters")])
    return MessageTemplate(file, source)
