"""Converts the outlines of a list of feeds to sources, and sources to outlines.

An outline of another program gives an address, a name, a language and tags. An outline that we wrote ourselves gives
back every key unchanged. This module knows nothing of OPML, and writes no file.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.config.editing.source_files import ListedSource, NewSource, SourceValue, comparable_address, new_source
from monitor.config.language.base_schema import language_tag
from monitor.config.language.secrets import AS_REFERENCE
from monitor.config.yaml.yaml12 import PlainData
from monitor.errors import InvalidRequest
from monitor.model import Outline
from monitor.sanitize import sanitize_text
from monitor.sources.kinds import KINDS
from monitor.url_secrets import find_url_secrets, redact_url

_URL = "url"
_LISTS = ("tags", *(kind.key.name for kind in KINDS.values() if kind.key))
"""Keys whose values are no plain text: outlines hold them as JSON."""
_SWITCHES = ("full_text",)
_WORDS = {"true": True, "false": False}
_MAY_HOLD_CREDENTIALS = ("proxy",)
_LONGEST_TAG = 64


class ImportOutcome(StrEnum):
    """The result of importing an outline."""

    ADDED = "added"
    KNOWN = "known"
    REPEATED = "repeated"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class OutlineImport:
    """The result for one outline, and why. `source`: the source to write; None: there is none."""

    outline: Outline
    outcome: ImportOutcome
    source: NewSource | None = None
    why: str | None = None


def import_outlines(
    outlines: Iterable[Outline], sources: Iterable[ListedSource], tags: Sequence[str]
) -> list[OutlineImport]:
    """The result for each outline. There is no source for an address that exists already or is invalid. `sources`: the
    existing ones; `tags`: are added to all new sources."""
    known = {comparable_address(item.url): f"is there already: {item.id}, {item.place}" for item in sources}
    ids = {item.id for item in sources}
    first_lines: dict[str, int] = {}
    imports = []
    for outline in outlines:
        address = comparable_address(_normalize_feed_url(outline.url))
        if address in known:
            imports.append(OutlineImport(outline, ImportOutcome.KNOWN, why=known[address]))
        elif address in first_lines:
            imports.append(
                OutlineImport(outline, ImportOutcome.REPEATED, why=f"is already in line {first_lines[address]}")
            )
        else:
            imports.append(item := _import_outline(outline, ids, tags))
            if item.source:
                first_lines[address] = outline.line
                ids.add(str(item.source["id"]))
    return imports


def _import_outline(outline: Outline, ids: set[str], tags: Sequence[str]) -> OutlineImport:
    try:
        keys, notes = (_keys_from_own_outline(outline), []) if outline.settings else _keys_from_foreign_outline(outline)
        if (wanted_id := keys.get("id")) in ids:
            notes.append(f"another source has the id {wanted_id}")
            del keys["id"]
        if all_tags := list(dict.fromkeys([*_get_tags(keys), *tags])):
            keys["tags"] = all_tags
        source = new_source(_normalize_feed_url(outline.url), keys, ids)
        if find_url_secrets(outline.url):
            notes.append(f"has a token or a password in plain text: {AS_REFERENCE}")
    except InvalidRequest as error:
        return OutlineImport(outline, ImportOutcome.UNUSABLE, why="; ".join(str(error).splitlines()))
    return OutlineImport(outline, ImportOutcome.ADDED, source, "; ".join(notes) or None)


def _get_tags(keys: Mapping[str, SourceValue]) -> list[str]:
    tags = keys.get("tags", ())
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, Sequence) else []


def _normalize_feed_url(url: str) -> str:
    """An address without `feed://`, an old way to write addresses for feed readers."""
    return re.sub(r"^feed:(//|(?=https?:))", lambda match: "http://" if match[1] else "", url, flags=re.IGNORECASE)


def _keys_from_foreign_outline(outline: Outline) -> tuple[dict[str, SourceValue], list[str]]:
    keys: dict[str, SourceValue] = {}
    notes = []
    if outline.title:
        keys["name"] = outline.title
    if outline.language and (tag := language_tag(outline.language)):
        keys["language"] = tag
    elif outline.language:
        notes.append(f"its language {outline.language[:40]!r} is not known, and is left out")
    if tags := [word for group in outline.groups if (word := as_tag(group))]:
        keys["tags"] = list(dict.fromkeys(tags))
    return keys, notes


def as_tag(group: str) -> str:
    """The name of a group as a tag: 'Asia & Pacific' becomes asia-pacific."""
    folded = unicodedata.normalize("NFKC", group).casefold()
    return re.sub(r"[\W_]+", "-", folded)[:_LONGEST_TAG].strip("-")


def _keys_from_own_outline(outline: Outline) -> dict[str, SourceValue]:
    keys: dict[str, SourceValue] = {}
    for key, text in outline.settings.items():
        if key in _LISTS:
            keys[key] = _parse_json_value(key, text)
        elif key in _SWITCHES:
            keys[key] = _WORDS.get(text, text)
        else:
            keys[key] = text
    keys.pop(_URL, None)  # the outline has its own attribute for it
    return keys


def _parse_json_value(key: str, text: str) -> SourceValue:
    value: object = None
    with suppress(ValueError):
        value = json.loads(text)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [_to_line(item) for item in value]
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return {name: _to_line(item) for name, item in value.items()}
    raise InvalidRequest(f"{key}: this is not a list of words in JSON")


def _to_line(text: str) -> str:
    """A text of JSON, which may spell any character, as it can be written into a file: without line ends."""
    return sanitize_text(text).replace("\n", " ")


# --- from sources to outlines -----------------------------------------------------------------------------------


def outline_of(source: Mapping[str, PlainData]) -> tuple[Outline, list[str]]:
    """The outline for a source as its file has it, and the keys that hold a secret, which is left out. A reference to a
    secret goes along."""
    keys = {key: value for key, value in source.items() if value is not None and key != _URL}
    secret_keys = [key for key in _MAY_HOLD_CREDENTIALS if _has_credentials(keys.get(key))]
    settings = {key: _as_text(value) for key, value in keys.items() if key not in secret_keys}
    tags = keys.get("tags")
    groups = tuple(" ".join(tag.split()) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    title, language = settings.get("name", settings.get("id")), settings.get("language")
    url = str(source.get(_URL))
    if find_url_secrets(url):
        url, secret_keys = redact_url(url), [_URL, *secret_keys]
    return Outline(url, 0, title, language, groups, settings), secret_keys


def _as_text(value: PlainData) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if item is not None}
    return json.dumps(value, ensure_ascii=False)


def _has_credentials(address: PlainData) -> bool:
    with suppress(ValueError):
        parts = urlsplit(address) if isinstance(address, str) else None
        return parts is not None and (parts.username is not None or parts.password is not None)
    return True
