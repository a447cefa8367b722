"""`web` in monitor.yaml: where the daemon answers HTTP requests. On this machine only, because there is no login."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from monitor.config.language.base_schema import Schema, Text, validation_error
from monitor.config.language.secrets import fill_secrets
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles
from monitor.model import Endpoint, WebSettings

_LISTEN = "127.0.0.1:8787"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_FEED_SECRET = re.compile("[A-Za-z0-9_-]{22,200}")  # of 128 bits, and it needs no escape in an address
_HOST_NAME = rf"^({_LABEL}(\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])$"  # a name, an IPv4 or an IPv6 address


def _parse_listen_address(value: object) -> Endpoint:
    text = str(value)
    try:
        parts = urlsplit(f"//{text}")
        address = ip_address(parts.hostname or "")
        endpoint = Endpoint(str(address), -1 if parts.port is None else parts.port)
    except ValueError:
        endpoint = None
    if endpoint is None or text != str(endpoint):
        raise validation_error(f"{quote_text(text)} is not an address to listen at", f"write, for example, {_LISTEN}")
    if not address.is_loopback:
        raise validation_error(
            f"{quote_text(text)} could be reached from other machines, and there is no login",
            f"write {_LISTEN}, and put a proxy with a password in front of it",
        )
    return endpoint


def _validate_host(host: str) -> str:
    if not re.match(_HOST_NAME, host):
        raise validation_error(
            f"{quote_text(host)} is not a host name",
            "write it as in the address of the proxy, without scheme, port and path, such as monitor.example",
        )
    return host


class WebSchema(Schema):
    """Where the daemon answers HTTP requests."""

    label: ClassVar[str] = "web"

    listen: (
        Annotated[
            Endpoint,
            PlainValidator(_parse_listen_address),
            WithJsonSchema({"type": "string", "pattern": r"^(127(\.[0-9]{1,3}){3}|\[::1\]):[0-9]{1,5}$"}),
        ]
        | None
    ) = Field(
        None,
        description="An address of this machine and a port: / is a page that says what `status` says, /healthz reports "
        "the daemon's health, /metrics gives figures to Prometheus. Without it nothing listens.",
        examples=[_LISTEN],
    )
    hosts: (
        list[Annotated[str, AfterValidator(_validate_host), WithJsonSchema({"type": "string", "pattern": _HOST_NAME})]]
        | None
    ) = Field(
        None,
        description="The names under which a proxy passes requests on, if it does not replace them with `listen`. "
        "Requests for other names are refused, so that no web page can read this through your browser. localhost and "
        "the addresses of loopback always work.",
        examples=[["monitor.example"]],
    )

    feed: Text | None = Field(
        None,
        repr=False,
        description="The secret in the address of the alerts as Atom and JSON Feed; `news-monitor alerts feed` makes "
        "one, and prints the addresses. Without it there is no feed.",
        examples=["${credential:feed}"],
    )

    @model_validator(mode="after")
    def _require_listen(self) -> Self:
        for name in ("hosts", "feed"):
            if getattr(self, name) and self.listen is None:
                raise validation_error(f"`{name}` does nothing without `listen`", f"write `listen: {_LISTEN}` too")
        return self


def web_settings_from_schema(
    schema: WebSchema | None, document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> WebSettings | None:
    """None if nothing is to listen. Raises InvalidFiles if the secret of the feeds is missing, or can be guessed."""
    if schema is None or schema.listen is None:
        return None
    hosts = frozenset(host.lower() for host in schema.hosts or ())
    if schema.feed is None:
        return WebSettings(schema.listen, hosts)
    place = document.place(("web", "feed"))
    secret = fill_secrets(schema.feed, environment, place, folder)
    if secret.is_complete and not _FEED_SECRET.fullmatch(secret.text):  # no fault quotes it
        hint = "`news-monitor alerts feed`, without a `feed` in monitor.yaml, makes one"
        raise InvalidFiles(
            [Fault(place, "this is not a secret for a feed, which has 22 or more letters and digits", hint)]
        )
    return WebSettings(schema.listen, hosts, secret.text)
