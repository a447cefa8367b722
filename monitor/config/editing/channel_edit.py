"""Adds a channel to a monitor.yaml as text: every byte that is not part of the edit stays the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite, prepare_rewrite
from monitor.config.editing.document_edit import Edit, InsertItem, InsertKey, ReplaceValue, apply_edits
from monitor.config.yaml.yaml12 import PlainData, decode_utf8_text, parse_yaml_text, quote_text
from monitor.errors import InvalidRequest


def prepare_channel(
    config: Path, name: str, url: str, routes: Iterable[str], *, for_operator: bool = False
) -> FileRewrite:
    """The rewrite of a monitor.yaml with one more channel, also as the last one of these routes; a route that is not
    there is made. `for_operator`: messages about the service go there too. Nothing is written yet. Raises
    InvalidRequest if the channel is there already, and MonitorError if the file cannot be read or edited."""

    def edit(text: str, file: str) -> str:
        documents = parse_yaml_text(text, file)
        data = documents[0].data if documents else None
        if not isinstance(data, dict):
            raise InvalidRequest(f"{file}: it has no keys; `news-monitor init` writes a monitor.yaml")
        if name in _get_mapping(data, "channels"):
            place = documents[0].key_place(("channels", name))
            raise InvalidRequest(f"{place}: there is a channel {quote_text(name)} already: edit it there")
        edits = [_insert(data, "channels", name, {"url": url}), *_add_to_routes(data, name, routes)]
        if for_operator:
            edits.append(_add_to_operator(data, name))
        return apply_edits(text, file, edits)

    return prepare_rewrite(config, edit)


def list_route_names(rewrite: FileRewrite) -> list[str]:
    """The routes of the monitor.yaml before this rewrite."""
    documents = parse_yaml_text(decode_utf8_text(rewrite.before or b"", str(rewrite.path)), str(rewrite.path))
    data = documents[0].data if documents else None
    return list(_get_mapping(data, "routes")) if isinstance(data, dict) else []


def _add_to_routes(data: Mapping[str, PlainData], name: str, routes: Iterable[str]) -> Iterator[Edit]:
    for route in dict.fromkeys(routes):
        existing = _get_mapping(data, "routes")
        if isinstance(existing.get(route), list):
            yield InsertItem(("routes", route), name)
        else:
            yield _insert(data, "routes", route, [name])
            data = {**data, "routes": {**existing, route: [name]}}


def _add_to_operator(data: Mapping[str, PlainData], name: str) -> Edit:
    if isinstance(data.get("operator"), list):
        return InsertItem(("operator",), name)
    return ReplaceValue(("operator",), [name]) if "operator" in data else InsertKey((), "operator", [name])


def _insert(data: Mapping[str, PlainData], key: str, name: str, value: PlainData) -> Edit:
    """The edit that gives the mapping under `key` one more entry, or makes it."""
    if _get_mapping(data, key):
        return InsertKey((key,), name, value)
    return ReplaceValue((key,), {name: value}) if key in data else InsertKey((), key, {name: value})


def _get_mapping(data: Mapping[str, PlainData], key: str) -> dict[str, PlainData]:
    found = data.get(key)
    return dict(found) if isinstance(found, dict) else {}
