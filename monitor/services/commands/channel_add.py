"""Adds a channel to monitor.yaml, once it is known that messages can be sent on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config.editing.channel_edit import list_route_names, prepare_channel
from monitor.config.language.faults import find_close_word
from monitor.config.language.secrets import list_variables
from monitor.config.language.settings import settings_from_document
from monitor.config.loading.files import only_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import Settings
from monitor.notify import channel_faults
from monitor.notify.mail_urls import explain_mail_url


@dataclass(frozen=True, slots=True)
class NewRoute:
    """A route that was made for a channel. `similar`: a route that was there, with almost the same name."""

    name: str
    similar: str | None


@dataclass(frozen=True, slots=True)
class AddedChannel:
    """The settings with a new channel, and those of its routes that were made for it. `variables`: the environment
    variables that its URL refers to, which a running daemon needs too; `advice`: what its URL probably lacks."""

    settings: Settings
    new_routes: tuple[NewRoute, ...]
    variables: tuple[str, ...] = ()
    advice: str | None = None


def add_channel(
    config: Path,
    name: str,
    url: str,
    routes: Sequence[str],
    environment: Mapping[str, str],
    *,
    for_operator: bool = False,
) -> AddedChannel:
    """Add a channel to monitor.yaml, also as the last one of these routes and, if `for_operator`, for messages about
    the service. A route that is not there is made. Nothing is written, and InvalidFiles is raised with all faults, if
    the file would be faulty or Apprise cannot use the URL. Raises InvalidRequest if the channel is there already.
    `environment`: for the secrets in the URL."""
    rewrite = prepare_channel(config, name, url, routes, for_operator=for_operator)
    document = only_document(parse_yaml_text(rewrite.after.decode("utf-8-sig"), str(config)), config)
    settings, _ = settings_from_document(document, environment, config.parent)
    if faults := channel_faults([settings.channels[name]]):
        raise InvalidFiles(faults)
    rewrite.write()
    new_routes = tuple(_find_new_routes(routes, list_route_names(rewrite)))
    lacking = explain_mail_url(settings.channels[name].url)
    return AddedChannel(settings, new_routes, tuple(list_variables(url)), lacking and "; ".join(lacking))


def _find_new_routes(routes: Sequence[str], existing: Sequence[str]) -> Iterator[NewRoute]:
    for route in dict.fromkeys(routes):
        if route not in existing:
            yield NewRoute(route, find_close_word(route, existing))
