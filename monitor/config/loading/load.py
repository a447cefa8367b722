"""The entry point: loads all of the user's files, and returns everything valid in them and all faults.

A file with a fault contributes nothing (a file of sources: its valid sources) and does not affect other files. Only an
unusable monitor.yaml stops everything. A rule that refers to something that does not exist is left out.

Nothing here knows what is running. A caller that loads again and again can pass a `LoadCache`: a file is parsed again
only after it has changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from monitor.config.language.faults import sort_faults
from monitor.config.language.hours import list_holiday_files
from monitor.config.language.routes import RouteNames
from monitor.config.language.settings import EVERY, routes_of, timezone_of
from monitor.config.language.sources import SourceDefaults
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.files import (
    NamedPath,
    Stamp,
    list_named_paths,
    list_template_paths,
    settings_document,
    yaml_files,
)
from monitor.config.loading.packs import ChosenPacks, choose_packs, list_shared_files
from monitor.config.loading.rule_files import LoadedRules, ParsedDocument, load_rule_files
from monitor.config.loading.settings_files import load_settings, load_source_files
from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder
from monitor.config.loading.unique_ids import PlacedSource
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Config, Entity, Place

_ENTITY_ID = re.compile("^entity: (\\S+)$", re.MULTILINE)  # as the shipped files write it


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """Everything valid in the files that a monitor.yaml names, and all faults. `documents`: of the rules, entities and
    lists, by place; `source_places`: the place of each source, by id; `left_out`: as in LoadedRules."""

    config: Config
    faults: tuple[Fault, ...]
    documents: Mapping[Place, YamlDocument] = field(default_factory=dict)
    source_places: Mapping[str, Place] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class LoadCache:
    """The last result for each file, of rules, entities and lists (`documents`) and of sources."""

    documents: FileCache[ParsedDocument] = field(default_factory=FileCache)
    sources: FileCache[PlacedSource] = field(default_factory=FileCache)


def shipped_entities(own: Mapping[str, Entity] = MappingProxyType({})) -> Mapping[str, Entity]:
    """The entities that come with the program. By their names, the identity of stories recognises persons and
    organisations in every language, even if a config names no entities. `own`: the entities of a config. They count
    in place of shipped ones with the same ids, so if it has all of these, as with `packs`, no shipped file is read."""
    ids = list_shipped_entity_ids()
    return {id_: own[id_] for id_ in ids} if own.keys() >= set(ids) else _load_shipped_entities()


@cache
def list_shipped_entity_ids() -> tuple[str, ...]:
    """The ids of the entities that come with the program, in the order of the files."""
    files, _ = yaml_files([(find_shipped_entity_folder(), None)])
    return tuple(id_ for file in files for id_ in _ENTITY_ID.findall(file.read_text(encoding="utf-8")))


@cache
def _load_shipped_entities() -> Mapping[str, Entity]:
    return load_rules([find_shipped_entity_folder()]).entities


@cache
def shipped_lists() -> Mapping[str, PlainData]:
    """The data of the lists that come with the program, by id. A list has no effect until a rule names it."""
    files, _ = yaml_files([(find_shipped_folder() / "rules" / "lists", None)])
    data = [document.data for file in files for document in read_yaml_file(file)]
    return {str(item["list"]): item for item in data if isinstance(item, dict) and "list" in item}


def load_config_files(
    path: Path,
    environment: Mapping[str, str],
    cache: LoadCache | None = None,
    stamps: Mapping[str, Stamp] = MappingProxyType({}),
    *,
    accept_faults: bool = False,
) -> LoadedConfig:
    """Loads a monitor.yaml and all that it names. Raises InvalidFiles, with the faults of all files, if monitor.yaml
    itself has a fault: a missing secret of an address, or a route to nowhere, would lose alerts.

    `cache`: unchanged files are not read again; it is updated. `stamps`: of files that were checked just before.
    `accept_faults`: as in `load_config_summary`.
    """
    cache = LoadCache() if cache is None else cache
    read = load_settings(path, environment, cache.sources, stamps)
    loaded = load_rule_files(read.rule_paths, read.routes, cache.documents, stamps, packs=read.packs)
    faults = read.add_faults_of_rules(loaded.faults, loaded.rules.keys() | loaded.declared_rule_ids)
    settings = read.find_usable_settings(environment, path.parent) if accept_faults else read.settings
    if settings is None:
        raise InvalidFiles(faults)
    config = Config(settings, read.sources, loaded.rules, loaded.entities, loaded.lists)
    return LoadedConfig(config, faults, loaded.documents, read.source_places, loaded.left_out)


def list_configured_paths(path: Path) -> list[Path]:
    """The files and folders that a monitor.yaml names. Raises InvalidFiles if it cannot be read."""
    document = settings_document(path)
    named = [named for named, _ in list_named_paths(document, path, "rules", "entities", "sources")]
    return [*named, *list_template_paths(document, path), *list_holiday_files(document.data, path.parent)]


def load_rules(paths: Sequence[Path], config_path: Path | None = None, cache: LoadCache | None = None) -> LoadedRules:
    """Loads files and folders of rules, entities and lists, alone or together with what the monitor.yaml at
    `config_path` names, for commands that send nothing: of a file with a fault, only the faulty documents are left out.
    Alone, they may name the lists and entities that come with the program. Routes are not checked. `cache`: as in
    `load_config_files`."""
    named_paths: list[NamedPath] = [(path, None) for path in paths]
    cache = LoadCache() if cache is None else cache
    if config_path is not None:
        return _load_rules_with_config(config_path, named_paths, cache)
    loaded = load_rule_files(named_paths, None, cache.documents, {}, use_valid_parts=True)
    if not any(fault.names_unknown for fault in loaded.faults):
        return loaded
    shared = ChosenPacks(list_shared_files())
    return load_rule_files(named_paths, None, cache.documents, {}, packs=shared, use_valid_parts=True)


def load_rules_of(path: Path, *, with_routes: bool = False) -> LoadedRules:
    """Loads the rules, entities, lists and sources that a monitor.yaml names, and its time zone, without secrets and
    the rest: what `match` needs. `with_routes`: its routes too, with the faults of monitor.yaml, and of rules that send
    to routes that do not exist: what `replay` needs."""
    return _load_rules_with_config(path, [], LoadCache(), with_routes=with_routes)


def _load_rules_with_config(
    path: Path, extra: list[NamedPath], cache: LoadCache, *, with_routes: bool = False
) -> LoadedRules:
    document, faults_of_routes = settings_document(path), list[Fault]()
    routes, channels = routes_of(document, path.parent, faults_of_routes) if with_routes else ({}, [])
    names = RouteNames.from_routes(routes, channels) if routes else None
    named_paths = [*extra, *list_named_paths(document, path, "rules", "entities")]
    packs = choose_packs(document)
    loaded = load_rule_files(named_paths, names, cache.documents, {}, packs=packs, use_valid_parts=True)
    sources, _, faults = load_source_files(
        list_named_paths(document, path, "sources"), SourceDefaults(EVERY), cache.sources, {}, packs=packs
    )
    return replace(
        loaded,
        sources=sources,
        faults=sort_faults([*faults_of_routes, *loaded.faults, *faults]),
        timezone=timezone_of(document),
        routes=routes,
    )
