"""Adds a channel to monitor.yaml, once it is known that messages can be sent on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.config.editing.channel_edit import prepare_channel
from monitor.config.language.settings import settings_from_document
from monitor.config.loading.files import only_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import Settings
from monitor.notify import channel_faults


def add_channel(
    config: Path,
    name: str,
    url: str,
    routes: Sequence[str],
    environment: Mapping[str, str],
    *,
    for_operator: bool = False,
) -> Settings:
    """Add a channel to monitor.yaml, also as the last one of these routes and, if `for_operator`, for messages about
    the service. Returns the settings as they are with it. Nothing is written, and InvalidFiles is
    raised with all faults, if the file would be faulty or Apprise cannot use the URL. Raises InvalidRequest if the
    channel is there already. `environment`: for the secrets in the URL."""
    rewrite = prepare_channel(config, name, url, routes, for_operator=for_operator)
    document = only_document(parse_yaml_text(rewrite.after.decode("utf-8-sig"), str(config)), config)
    settings, _ = settings_from_document(document, environment, config.parent)
    if faults := channel_faults([settings.channels[name]]):
        raise InvalidFiles(faults)
    rewrite.write()
    return settings
