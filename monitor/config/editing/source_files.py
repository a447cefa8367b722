"""Finds the files that hold the sources, the place of each source, and the file for a new one.

It reads only the names of these files from monitor.yaml, and so needs no secrets.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from urllib.parse import urlsplit

from monitor.config.editing.yaml_edit import add_entries, format_yaml, remove_items
from monitor.config.language.faults import collect_faults, validate_document
from monitor.config.language.sources import SourceDefaults, SourceSchema, sources_from_document
from monitor.config.loading.files import is_config_file_name, is_there, paths_named, settings_document, yaml_files
from monitor.config.loading.packs import ChosenPacks, choose_packs
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, read_yaml_file
from monitor.errors import EditUnsafe, Fault, InvalidFiles, InvalidRequest
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Place
from monitor.url_secrets import explain_references, has_random_piece, redact_url

SourceValue = str | bool | Sequence[str] | Mapping[str, str]
NewSource = Mapping[str, SourceValue]
"""The keys of a source in the order in which they are written."""

NEW_FILE = "sources.yaml"
"""The file for sources that a command adds, separate from those that come with the program: `init` writes it beside
monitor.yaml; if monitor.yaml names only folders, it is in the first of them."""

_LIST = "sources"
_LONGEST_ID = 56  # characters of an id that is made; a number may follow
_MOST_WORDS = 3  # parts of a path in such an id
_LONGEST_WORD = 14  # characters: longer ones without a hyphen are seldom names of a section
_MOST_DIGITS = 8  # a date has eight
_SEPARATORS = re.compile("[^a-z0-9]+")
_DIGIT = re.compile("[0-9]")
_FILLED_IN = ("url", "proxy")
"""Keys in which the daemon fills in secrets."""
_TIDIED = ("name", "publisher", "wire", "tags")
"""Keys whose blanks are normalised when they are read. They are written in the normalised form."""


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source as a file has it, valid or not."""

    id: str
    url: str
    place: Place
    file: Path
    keys: Mapping[str, PlainData] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files that a monitor.yaml names for sources, in its order, and all sources in them, followed by those of its
    packs. `pack_files`: the files of these."""

    config: Path
    configured_paths: tuple[Path, ...]
    files: tuple[Path, ...]
    sources: tuple[ListedSource, ...]
    faults: list[Fault] = field(default_factory=list)
    pack_files: tuple[Path, ...] = ()

    def file_for(self, wanted: Path | None) -> Path:
        """The file for a new source: `wanted`, or the default one. Raises InvalidRequest if monitor.yaml would not read
        it."""
        if wanted is None:
            return self._default_file()
        if _resolve_path(wanted) in map(_resolve_path, self.files) or any(
            _is_file_included(path, wanted) for path in self.configured_paths
        ):
            return wanted
        known = ", ".join(map(str, self.files[:5])) or "none yet"
        raise InvalidRequest(
            f"{wanted} is not read: name it under sources: in {self.config}, or use a file that is ({known})"
        )

    def _default_file(self) -> Path:
        if not self.configured_paths:
            raise InvalidRequest(f"{self.config} names no sources: write 'sources: [{NEW_FILE}]' in it")
        if file := next((path for path in self.configured_paths if _is_file(path)), None):
            return file
        return self.configured_paths[0] / NEW_FILE


def source_files(config: Path) -> SourceFiles:
    """Reads the files for sources. Their faults are collected; a missing file is no fault. Raises InvalidFiles if
    monitor.yaml is faulty."""
    document = settings_document(config)
    configured, packs = paths_named(document, "sources", config.parent), choose_packs(document)
    existing = [(path, place) for path, place in configured if is_there(path)]
    files, faults = yaml_files(existing)
    sources: list[ListedSource] = []
    for file in files:
        with collect_faults(faults):
            sources += (source for document in read_yaml_file(file) for source in _iter_listed_sources(document, file))
    ids = {*(each.id for each in sources), *packs.sources_off}
    addresses = {each.url for each in sources}
    sources += (each for each in _list_pack_sources(packs) if each.id not in ids and each.url not in addresses)
    paths = tuple(path for path, _ in configured)
    return SourceFiles(config, paths, tuple(files), tuple(sources), faults, packs.source_files)


def _list_pack_sources(packs: ChosenPacks) -> Iterator[ListedSource]:
    for file in packs.source_files:
        for document in read_yaml_file(file):
            yield from _iter_listed_sources(document, file)


def check_file(file: Path) -> None:
    """Raises InvalidFiles if the file has a fault: a running daemon would ignore what is added to it."""
    if is_there(file):
        _, faults = find_valid_sources(file)
        if faults:
            raise InvalidFiles(faults)


def find_valid_sources(file: Path) -> tuple[set[Place], list[Fault]]:
    """The places of the sources of a file that have no fault, and the faults of the others."""
    places: set[Place] = set()
    faults: list[Fault] = []
    with collect_faults(faults):
        for document in read_yaml_file(file):
            with collect_faults(faults):
                places.update(
                    place for place, _ in sources_from_document(document, SourceDefaults(timedelta(minutes=5)))
                )
    return places, faults


def with_sources(text: str, file: str, sources: Sequence[NewSource]) -> str:
    """The text of a sources file with more sources, in this order, at the end of its last list. Raises EditUnsafe, with
    what to paste, if the list is written in an unusual way."""
    if not sources:
        return text
    items: list[PlainData] = [source_to_plain_data(source) for source in sources]
    try:
        return add_entries(text, file, (_LIST,), items, blocks=2)
    except EditUnsafe as error:
        shown: list[PlainData] = [
            {key: redact_url(value) if isinstance(value, str) else value for key, value in item.items()}
            for item in map(source_to_plain_data, sources)
        ]
        lines = ["write this there, or give --file with another file:", *format_yaml(shown, 2)]
        raise EditUnsafe(error.where, "\n".join(lines)) from None


def without_sources(text: str, file: str, ids: Collection[str]) -> str:
    """The text of a sources file without the sources with these ids. Comments that may be about others stay. Raises
    EditUnsafe if one is written in an unusual way."""
    try:
        return remove_items(text, file, (_LIST,), lambda item: isinstance(item, dict) and item.get("id") in ids)
    except EditUnsafe as error:
        raise EditUnsafe(error.where, f"remove by hand: {', '.join(sorted(ids))}") from None


def source_to_plain_data(source: NewSource) -> dict[str, PlainData]:
    """A source as our parser would read it."""
    return {key: _value_to_plain_data(value) for key, value in source.items()}


def _value_to_plain_data(value: SourceValue) -> PlainData:
    if isinstance(value, str | bool):
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def new_source(url: str, options: NewSource, used_ids: Collection[str], *, may_name_secrets: bool = False) -> NewSource:
    """The keys of a new source as they are written. Without an id in `options`, it is made from the address and
    avoids `used_ids`. `may_name_secrets`: the user typed the address; one from elsewhere must name no secret, because
    the daemon would send it there. Raises InvalidRequest with all faults."""
    keys = {"id": options.get("id") or _id_from_url(url, used_ids), "url": url}
    keys |= {key: value for key, value in options.items() if value and key != "id"}
    if not may_name_secrets:
        _refuse_references(keys)
    names = list(keys)
    data = source_to_plain_data(keys)
    try:
        json.dumps(data, ensure_ascii=False).encode()
        schema = validate_document(SourceSchema, YamlDocument("", data, _build_line_positions(data)))
    except UnicodeEncodeError:
        raise InvalidRequest("this is not UTF-8: set the locale of your terminal to UTF-8") from None
    except InvalidFiles as error:
        lines = (
            "; ".join(filter(None, (f"{names[fault.place.line - 1]}: {fault.problem}", fault.hint)))
            for fault in error.faults
        )
        raise InvalidRequest("\n".join(lines)) from None
    return keys | {key: getattr(schema, key) for key in _TIDIED if key in keys}


def _refuse_references(keys: Mapping[str, SourceValue]) -> None:
    found = ((key, explain_references(str(keys.get(key, "")))) for key in _FILLED_IN)
    if problems := [f"{key}: {problem}" for key, problem in found if problem]:
        raise InvalidRequest("\n".join(problems))


def comparable_address(url: str) -> str:
    """The address in a form that is the same for all addresses of one feed: without differences in http and https,
    `www.` and tracking parameters."""
    return (canonicalize_url(url) or url.strip()).rstrip("/")


def _build_line_positions(data: Mapping[str, PlainData]) -> list[int]:
    """The packed positions of a document in which each key has a line of its own, so that a fault's line gives the
    key."""
    positions = [0, 0, 1, 1, 1, 1]
    for line, value in enumerate(data.values(), 1):
        positions += [line, 1] * 3
        positions += [0, 0, line, 1, line, 1] * (len(value) if isinstance(value, list) else 0)
        positions += [line, 1] * 3 * (len(value) if isinstance(value, dict) else 0)
    return positions


def _iter_listed_sources(document: YamlDocument, file: Path) -> Iterator[ListedSource]:
    listed = document.data.get("sources") if isinstance(document.data, dict) else None
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            place = Place(
                document.file, *document.value_positions["sources", index]
            )  # from the table, because there may be thousands
            yield ListedSource(str(item.get("id")), str(item.get("url")), place, file, item)


def _is_file_included(path: Path, wanted: Path) -> bool:
    """Whether monitor.yaml reads a file (which may not exist yet) if it names this path."""
    if _is_file(path):
        return _resolve_path(path) == _resolve_path(wanted)
    folder, wanted_folder = _resolve_path(path), _resolve_path(wanted.parent)
    if not wanted_folder.is_relative_to(folder) or not is_config_file_name(wanted.name):
        return False
    return not any(part.startswith(".") for part in wanted_folder.relative_to(folder).parts)


def _is_file(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return is_config_file_name(path.name)
    return S_ISREG(mode) or (not S_ISDIR(mode) and is_config_file_name(path.name))


def _resolve_path(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _id_from_url(url: str, used_ids: Collection[str]) -> str:
    """An id from the host, such as news-example-com; if that is used already, from the host, port and path, such as
    news-example-com-sport; if that is used too, with a number."""
    host = port = path = ""
    with suppress(ValueError):  # for a faulty url, which is reported elsewhere; UnicodeError is a ValueError
        parts = urlsplit(redact_url(url))
        host = (parts.hostname or "").encode("idna").decode().removeprefix("www.")
        port = f":{parts.port}" if parts.port else ""
        path = parts.path
    base = _make_id(host)
    if base in used_ids:
        base = _make_id("/".join((host + port, *_list_words_of_path(path))))
    return base if base not in used_ids else f"{base}-{_find_free_number(base, used_ids)}"


def _list_words_of_path(path: str) -> list[str]:
    """The first parts of a path that may be words: not the ending of its file, and nothing that looks like a token.
    People see ids in messages and public feeds, so a word is left out rather than a token shown."""
    whole = PurePosixPath(path.lower())
    parts = (whole.parent / whole.stem).parts
    return [part for part in parts if part != "/" and not _may_be_token(part)][:_MOST_WORDS]


def _may_be_token(part: str) -> bool:
    longest = max(map(len, _SEPARATORS.split(part)))
    return longest > _LONGEST_WORD or len(_DIGIT.findall(part)) > _MOST_DIGITS or has_random_piece(part)


def _make_id(text: str) -> str:
    return _SEPARATORS.sub("-", text)[:_LONGEST_ID].strip("-") or "source"


def _find_free_number(base: str, used_ids: Collection[str]) -> int:
    """The first number that makes an unused id; if there are gaps, the number of one of the gaps. It is found in few
    steps, because a list may hold thousands of sources of one host."""
    upper = 2
    while f"{base}-{upper}" in used_ids:
        upper *= 2
    lower = upper // 2  # used; or 1, which is the id without a number
    while upper - lower > 1:
        middle = (lower + upper) // 2
        lower, upper = (middle, upper) if f"{base}-{middle}" in used_ids else (lower, middle)
    return upper
