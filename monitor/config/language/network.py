"""`network` in monitor.yaml: which private networks sources may reach, all of them or those that are named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from monitor.config.language.base_schema import Id, Schema, mapping_or_one, validation_error
from monitor.config.language.faults import did_you_mean
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.errors import Fault

Networks = tuple[IPv4Network | IPv6Network, ...]


def _validate_network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise validation_error(f"{quote_text(text)} is not a network", _suggest_network(text)) from None
    return text


def _suggest_network(text: str) -> str:
    try:
        return f"did you mean {ip_network(text, strict=False)}?"
    except ValueError:
        return "write a range such as 10.0.0.0/8 or fd00::/8"


NetworkRange = Annotated[str, AfterValidator(_validate_network), WithJsonSchema({"type": "string"})]


class AllowedNetworkSchema(Schema):
    """A private network, and the sources that may reach it."""

    label: ClassVar[str] = "network for some sources"

    network: NetworkRange = Field(description="The network.", examples=["192.168.7.0/24"])
    sources: Annotated[list[Id], Field(min_length=1)] = Field(
        description="The sources that may reach it; no other one can, not by a redirect either.",
        examples=[["intranet"]],
    )


AllowItem = Annotated[
    Annotated[AllowedNetworkSchema, Tag("<mapping>")] | Annotated[NetworkRange, Tag("<one>")],
    Discriminator(mapping_or_one),
]


class NetworkSchema(Schema):
    """Which private networks sources may reach."""

    label: ClassVar[str] = "network"

    allow: list[AllowItem] | None = Field(
        None,
        description="Private networks that sources may reach: a network for all sources, or a network with the sources "
        "that it is for.",
        examples=[["10.0.0.0/8", {"network": "192.168.7.0/24", "sources": ["intranet"]}]],
    )


@dataclass(frozen=True, slots=True)
class _Allowance:
    """One item of `allow`: its place in the list, the network as written, and the sources that it is for (None: all).
    Neither need be valid."""

    index: int
    network: Any
    sources: list[object] | None = None


def _list_allowances(data: object) -> Iterator[_Allowance]:
    """The items of `allow`, from `network` as plain data. What has another shape has none."""
    listed = data.get("allow") if isinstance(data, dict) else None
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            named = item.get("sources")
            yield _Allowance(index, item.get("network"), named if isinstance(named, list) else [])
        else:
            yield _Allowance(index, item)


def networks_for_all(schema: NetworkSchema | None) -> Networks:
    """The networks that all sources may reach."""
    return tuple(ip_network(item.network) for item in _list_of_schema(schema) if item.sources is None)


def networks_by_source(schema: NetworkSchema | None) -> dict[str, Networks]:
    """By the id of a source, the networks that it may reach besides those for all."""
    found: dict[str, Networks] = {}
    for item in _list_of_schema(schema):
        for source_id in map(str, item.sources or ()):
            found[source_id] = (*found.get(source_id, ()), ip_network(item.network))
    return found


def _list_of_schema(schema: NetworkSchema | None) -> Iterator[_Allowance]:
    for index, item in enumerate((schema and schema.allow) or ()):
        if isinstance(item, str):
            yield _Allowance(index, item)
        else:
            yield _Allowance(index, item.network, list[object](item.sources))


def _list_of_document(document: YamlDocument) -> Iterator[_Allowance]:
    return _list_allowances(document.data.get("network") if isinstance(document.data, dict) else None)


def networks_of(document: YamlDocument, source_id: str | None) -> list[IPv4Network | IPv6Network]:
    """The networks that this source may reach (None: those for all sources). What is faulty is left out: the check of
    monitor.yaml reports it."""
    networks = []
    for item in _list_of_document(document):
        if isinstance(item.network, str) and (item.sources is None or source_id in item.sources):
            with suppress(ValueError):
                networks.append(ip_network(item.network))
    return networks


def find_unknown_sources(document: YamlDocument, known: Collection[str]) -> Iterator[Fault]:
    """The faults of networks for sources that do not exist: a source was renamed or removed, or its name is mistyped.
    `known`: the ids of all sources, faulty ones included."""
    for item in _list_of_document(document):
        for number, source_id in enumerate(item.sources or ()):
            if isinstance(source_id, str) and source_id not in known:
                place = document.place(("network", "allow", item.index, "sources", number))
                hint = did_you_mean(source_id, known, "write the id of a source; remove one that has gone")
                problem = f"there is no source {quote_text(source_id)} that this network could be for"
                yield Fault(place, problem, hint, names_unknown=True)
