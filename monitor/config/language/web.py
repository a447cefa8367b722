"""`web` in monitor.yaml: where the daemon answers HTTP requests. On this machine only, because there is no login."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from monitor.config.language.base_schema import Schema, validation_error
from monitor.config.yaml.yaml12 import quote_text
from monitor.model import Endpoint, WebSettings

_LISTEN = "127.0.0.1:8787"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
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
        raise validation_error(f"{quote_text(text)} is no address to listen at", f"write, for example, {_LISTEN}")
    if not address.is_loopback:
        raise validation_error(
            f"{quote_text(text)} could be reached from other machines, and there is no login",
            f"write {_LISTEN}, and put a proxy with a password in front of it",
        )
    return endpoint


def _validate_host(host: str) -> str:
    if not re.match(_HOST_NAME, host):
        raise validation_error(
            f"{quote_text(host)} is no host name",
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
        description="An address of this machine and a port: /healthz reports the daemon's health, /metrics gives "
        "figures to Prometheus. Without it nothing listens.",
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

    @model_validator(mode="after")
    def _require_listen(self) -> Self:
        if self.hosts and self.listen is None:
            raise validation_error("`hosts` does nothing without `listen`", f"write `listen: {_LISTEN}` too")
        return self


def web_settings_from_schema(schema: WebSchema | None) -> WebSettings | None:
    """None if nothing is to listen."""
    if schema is None or schema.listen is None:
        return None
    return WebSettings(schema.listen, frozenset(host.lower() for host in schema.hosts or ()))
