"""The files in which the sources stand: which there are, where each source stands, and where a new one goes.

It reads no more of monitor.yaml than the names of these files, and so needs none of its secrets.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from urllib.parse import urlsplit

from monitor.config.editing.source_edit import NewSource, source_to_plain_data
from monitor.config.language.faults import collect_faults, validate_document
from monitor.config.language.sources import SourceDefaults, SourceSchema, sources_from_document
from monitor.config.loading.files import is_config_file_name, is_there, paths_named, settings_document, yaml_files
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles, InvalidRequest
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Place

NEW_FILE = "sources.yaml"
"""In the first folder: what is added by a command stands apart from what came with the program."""

_TIDIED = ("name", "publisher", "tags")
"""Keys whose blanks are tidied up when they are read; so they are written."""


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source as a file has it, be it right or not."""

    id: str
    url: str
    place: Place
    file: Path
    keys: Mapping[str, PlainData] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files that a monitor.yaml names for sources, in its order, and all that stands in them."""

    config: Path
    configured_paths: tuple[Path, ...]
    files: tuple[Path, ...]
    sources: tuple[ListedSource, ...]
    faults: list[Fault] = field(default_factory=list)

    def file_for(self, wanted: Path | None) -> Path:
        """The file that a new source goes into. Raises WrongUse where monitor.yaml would not read it."""
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
    """Reads them; what is faulty is noted, and what is not there yet is no fault. Raises Faulty for monitor.yaml."""
    configured = paths_named(settings_document(config), "sources", config.parent)
    existing = [(path, place) for path, place in configured if is_there(path)]
    files, faults = yaml_files(existing)
    sources: list[ListedSource] = []
    for file in files:
        with collect_faults(faults):
            sources += (source for document in read_yaml_file(file) for source in _iter_listed_sources(document, file))
    return SourceFiles(config, tuple(path for path, _ in configured), tuple(files), tuple(sources), faults)


def check_file(file: Path) -> None:
    """Raises Faulty where the file has a fault: a daemon that runs would not take up what is added to it."""
    if is_there(file):
        _, faults = find_valid_sources(file)
        if faults:
            raise InvalidFiles(faults)


def find_valid_sources(file: Path) -> tuple[set[Place], list[Fault]]:
    """Where the sources of a file stand that have no fault, and the faults of the rest."""
    places: set[Place] = set()
    faults: list[Fault] = []
    with collect_faults(faults):
        for document in read_yaml_file(file):
            with collect_faults(faults):
                places.update(
                    place for place, _ in sources_from_document(document, SourceDefaults(timedelta(minutes=5)))
                )
    return places, faults


def new_source(url: str, options: NewSource, used_ids: Collection[str]) -> NewSource:
    """The keys of a new source as they are written; its id is made from the host where none is given. Raises WrongUse
    with all that is wrong."""
    keys = {"id": options.get("id") or _id_from_url(url, used_ids), "url": url}
    keys |= {key: value for key, value in options.items() if value and key != "id"}
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


def comparable_address(url: str) -> str:
    """What addresses of the same feed have in common: http and https, www. and none, and trackers make no other."""
    return (canonicalize_url(url) or url.strip()).rstrip("/")


def _build_line_positions(data: Mapping[str, PlainData]) -> list[int]:
    """The marks of a document in which each key has a line, to know it again."""
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
            )  # from the table: there may be thousands
            yield ListedSource(str(item.get("id")), str(item.get("url")), place, file, item)


def _is_file_included(path: Path, wanted: Path) -> bool:
    """Whether a file is read where this path is named, now or once it is there."""
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
    """From the host: news-example-com; with a number where that is taken."""
    host = ""
    with suppress(ValueError):  # of a faulty url, which is told of; UnicodeError is one
        host = (urlsplit(url).hostname or "").encode("idna").decode()
    base = re.sub("[^a-z0-9]+", "-", host.removeprefix("www."))[:56].strip("-") or "source"
    return base if base not in used_ids else f"{base}-{_find_free_number(base, used_ids)}"


def _find_free_number(base: str, used_ids: Collection[str]) -> int:
    """A number that makes an id of it: the first that is free, found in few steps, for a list may hold thousands of one
    host; where there are gaps, that of one of them."""
    upper = 2
    while f"{base}-{upper}" in used_ids:
        upper *= 2
    lower = upper // 2  # is taken, or is 1, which the name without a number stands for
    while upper - lower > 1:
        middle = (lower + upper) // 2
        lower, upper = (middle, upper) if f"{base}-{middle}" in used_ids else (lower, middle)
    return upper
