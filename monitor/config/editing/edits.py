"""The edits of one YAML document, and what they do to its data. `document_edit.py` makes them in a file's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from monitor.config.yaml.yaml12 import PlainData, ValuePath
from monitor.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class InsertItem:
    """A new item of the list at `path`, before the item `index`; None: at the end."""

    path: ValuePath
    value: PlainData
    index: int | None = None


@dataclass(frozen=True, slots=True)
class InsertKey:
    """A new key at the end of the mapping at `path`."""

    path: ValuePath
    key: str
    value: PlainData


@dataclass(frozen=True, slots=True)
class ReplaceValue:
    """Another value at `path`. The comments inside the old value are lost."""

    path: ValuePath
    value: PlainData


@dataclass(frozen=True, slots=True)
class WrapValue:
    """The value at `path` becomes the only item of a list under a key: with `any`, x becomes {any: [x]}. Its text and
    its comments stay. To give it siblings, insert items into the list at `(*path, key)`."""

    path: ValuePath
    key: str


@dataclass(frozen=True, slots=True)
class WrapKey:
    """The key at `path`, with its value, becomes the only item of a list under another key: with `any`, {b: x, c: y}
    becomes {any: [{b: x}], c: y} for the path of b. Its text and its comments stay."""

    path: ValuePath
    key: str


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """The list has no longer the item at `path`, whose last part is its index."""

    path: ValuePath


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """The mapping has no longer the key at `path`, whose last part is the key."""

    path: ValuePath


Edit = InsertItem | InsertKey | ReplaceValue | WrapValue | WrapKey | RemoveItem | RemoveKey


def apply_edits_to_data(data: PlainData, edits: Iterable[Edit]) -> PlainData:
    """The data after the edits, in their order; a path means the data after the edits before it. Raises InvalidRequest
    if an edit does not fit the data."""
    for edit in edits:
        data = _apply_edit(data, edit)
    return data


def _apply_edit(data: PlainData, edit: Edit) -> PlainData:
    match edit:
        case InsertItem(path, value, index):
            return _change_value(data, path, lambda found: _with_item(found, value, index, path))
        case InsertKey(path, key, value):
            return _change_value(data, path, lambda found: _with_key(found, key, value, path))
        case ReplaceValue(path, value):
            return _change_value(data, path, lambda _: value)
        case WrapValue(path, key):
            return _change_value(data, path, lambda found: {key: [found]})
        case WrapKey(path, key):
            return _change_value(data, path[:-1], lambda found: _with_wrapped_key(found, path, key))
        case RemoveItem(path) | RemoveKey(path):
            without = _without_item if isinstance(edit, RemoveItem) else _without_key
            return _change_value(data, path[:-1], lambda found: without(found, path))


def _change_value(
    data: PlainData, path: ValuePath, change: Callable[[PlainData], PlainData], at: ValuePath = ()
) -> PlainData:
    """A copy of the data with another value at the path. `at`: where the data is in the document, for messages."""
    if not path:
        return change(data)
    part, below = path[0], path[1:]
    if isinstance(data, dict) and isinstance(part, str) and part in data:
        return data | {part: _change_value(data[part], below, change, (*at, part))}
    if isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
        return [*data[:part], _change_value(data[part], below, change, (*at, part)), *data[part + 1 :]]
    raise _misfit((*at, part))


def _with_item(data: PlainData, item: PlainData, index: int | None, path: ValuePath) -> PlainData:
    if not isinstance(data, list):
        raise InvalidRequest(f"{_describe_path(path)} is not a list")
    at = len(data) if index is None else index
    if not 0 <= at <= len(data):
        raise _misfit((*path, at))
    return [*data[:at], item, *data[at:]]


def _with_key(data: PlainData, key: str, value: PlainData, path: ValuePath) -> PlainData:
    if not isinstance(data, dict):
        raise InvalidRequest(f"{_describe_path(path)} has no keys")
    if key in data:
        raise InvalidRequest(f"{_describe_path((*path, key))} is there already")
    return data | {key: value}


def _with_wrapped_key(data: PlainData, path: ValuePath, key: str) -> PlainData:
    """The new key is where the wrapped one was."""
    wrapped = path[-1]
    if not isinstance(data, dict) or wrapped not in data:
        raise _misfit(path)
    if key in data and key != wrapped:
        raise InvalidRequest(f"{_describe_path((*path[:-1], key))} is there already")
    return {
        key if name == wrapped else name: [{name: value}] if name == wrapped else value for name, value in data.items()
    }


def _without_item(data: PlainData, path: ValuePath) -> PlainData:
    match data, path[-1:]:
        case list(), (int(index),) if 0 <= index < len(data):
            return [*data[:index], *data[index + 1 :]]
    raise _misfit(path)


def _without_key(data: PlainData, path: ValuePath) -> PlainData:
    match data, path[-1:]:
        case dict(), (str(key),) if key in data:
            return {other: value for other, value in data.items() if other != key}
    raise _misfit(path)


def _misfit(path: ValuePath) -> InvalidRequest:
    return InvalidRequest(f"{_describe_path(path)} does not exist")


def _describe_path(path: ValuePath) -> str:
    return ".".join(map(str, path)) or "the document"
