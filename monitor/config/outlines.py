"""Sources and the outlines of lists of feeds: what of a list becomes a source, and what is said of a source in one.

What other programs write gives an address, a name, a language and tags; of what we wrote ourselves every key comes
back as it stood. It knows nothing of OPML, and writes no file.
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

from monitor.config.edit import NewSource, Written
from monitor.config.shape import language_tag
from monitor.config.source_files import Standing, new_source, same_address
from monitor.config.yaml12 import Plain
from monitor.errors import WrongUse
from monitor.model import Outline

_URL = "url"
_LISTS = ("tags", "select")
"""Keys that hold more than a word: they travel as JSON."""
_SWITCHES = ("full_text",)
_WORDS = {"true": True, "false": False}
_MAY_HOLD_CREDENTIALS = ("proxy",)
_LONGEST_TAG = 64


class Outcome(StrEnum):
    """What becomes of an outline."""

    ADDED = "added"
    KNOWN = "known"
    REPEATED = "repeated"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of one outline, and why. `source`: what is to be written."""

    outline: Outline
    outcome: Outcome
    source: NewSource | None = None
    why: str | None = None


def sources_of(outlines: Iterable[Outline], standing: Iterable[Standing], tags: Sequence[str]) -> list[Taken]:
    """Each outline with the source that it becomes: none where its address is there already or is none. `tags`: for
    all of them."""
    known = {same_address(each.url): f"is there already: {each.id}, {each.place}" for each in standing}
    ids = {each.id for each in standing}
    here: dict[str, int] = {}
    taken = []
    for outline in outlines:
        address = same_address(_url(outline.url))
        if address in known:
            taken.append(Taken(outline, Outcome.KNOWN, why=known[address]))
        elif address in here:
            taken.append(Taken(outline, Outcome.REPEATED, why=f"stands in line {here[address]} already"))
        else:
            taken.append(each := _taken(outline, ids, tags))
            if each.source:
                here[address] = outline.line
                ids.add(str(each.source["id"]))
    return taken


def _taken(outline: Outline, ids: set[str], tags: Sequence[str]) -> Taken:
    try:
        keys, notes = (_ours(outline), []) if outline.settings else _foreign(outline)
        if (wanted := keys.get("id")) in ids:
            notes.append(f"another source has the id {wanted}")
            del keys["id"]
        if every := list(dict.fromkeys([*_tags(keys), *tags])):
            keys["tags"] = every
        source = new_source(_url(outline.url), keys, ids)
    except WrongUse as wrong:
        return Taken(outline, Outcome.UNUSABLE, why="; ".join(str(wrong).splitlines()))
    return Taken(outline, Outcome.ADDED, source, "; ".join(notes) or None)


def _tags(keys: Mapping[str, Written]) -> list[str]:
    tags = keys.get("tags", ())
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, Sequence) else []


def _url(url: str) -> str:
    """An address as it is meant: `feed://` is an old way to write one for a feed reader."""
    return re.sub(r"^feed:(//|(?=https?:))", lambda found: "http://" if found[1] else "", url, flags=re.IGNORECASE)


def _foreign(outline: Outline) -> tuple[dict[str, Written], list[str]]:
    keys: dict[str, Written] = {}
    notes = []
    if outline.title:
        keys["name"] = outline.title
    if outline.language and (tag := language_tag(outline.language)):
        keys["language"] = tag
    elif outline.language:
        notes.append(f"its language, {outline.language[:40]!r}, is none that we know, and is left out")
    if tags := [word for group in outline.groups if (word := as_tag(group))]:
        keys["tags"] = list(dict.fromkeys(tags))
    return keys, notes


def as_tag(group: str) -> str:
    """The name of a group as a tag: 'Asia & Pacific' is asia-pacific."""
    folded = unicodedata.normalize("NFKC", group).casefold()
    return re.sub(r"[\W_]+", "-", folded)[:_LONGEST_TAG].strip("-")


def _ours(outline: Outline) -> dict[str, Written]:
    keys: dict[str, Written] = {}
    for key, text in outline.settings.items():
        if key in _LISTS:
            keys[key] = _listed(key, text)
        elif key in _SWITCHES:
            keys[key] = _WORDS.get(text, text)
        else:
            keys[key] = text
    keys.pop(_URL, None)  # it stands where every program looks for it
    return keys


def _listed(key: str, text: str) -> Written:
    value: object = None
    with suppress(ValueError):
        value = json.loads(text)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return value
    raise WrongUse(f"{key}: this is no list of words in JSON")


# --- the other way ----------------------------------------------------------------------------------------------


def outline_of(source: Mapping[str, Plain]) -> tuple[Outline, list[str]]:
    """A source, as its file has it, for a list of feeds; and the keys that hold a secret and are left out."""
    given = {key: value for key, value in source.items() if value is not None and key != _URL}
    secret = [key for key in _MAY_HOLD_CREDENTIALS if _has_credentials(given.get(key))]
    settings = {key: _as_text(value) for key, value in given.items() if key not in secret}
    tags = given.get("tags")
    groups = tuple(" ".join(each.split()) for each in tags if isinstance(each, str)) if isinstance(tags, list) else ()
    title, language = settings.get("name", settings.get("id")), settings.get("language")
    return Outline(str(source.get(_URL)), 0, title, language, groups, settings), secret


def _as_text(value: Plain) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = {key: each for key, each in value.items() if each is not None}
    return json.dumps(value, ensure_ascii=False)


def _has_credentials(address: Plain) -> bool:
    with suppress(ValueError):
        parts = urlsplit(address) if isinstance(address, str) else None
        return parts is not None and (parts.username is not None or parts.password is not None)
    return True
