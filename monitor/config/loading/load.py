"""The entry point: loads all of the user's files, and returns everything valid in them and all faults.

A file with a fault contributes nothing (a file of sources: its valid sources) and does not affect other files. Only an
unusable monitor.yaml stops everything. A rule that refers to something that does not exist is left out.

Nothing here knows what is running. A caller that loads again and again can pass a `LoadCache`. Then a faulty edit is
ignored, and the last content of the file without a fault stays in force.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from monitor.config.language.entities import entity_from_document
from monitor.config.language.extends import Extension, ParsedExtension, extension_from_document, resolve_definitions
from monitor.config.language.faults import collect_faults, did_you_mean
from monitor.config.language.lists import word_list_from_document
from monitor.config.language.references import DefinitionRegistry, Name, find_references
from monitor.config.language.rules import rule_from_document
from monitor.config.language.settings import EVERY, settings_from_document, timezone_of, unknown_rules
from monitor.config.language.sources import SourceDefaults, sources_from_document, with_secrets
from monitor.config.language.versions import with_version
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.files import Stamp, paths_named, settings_document, yaml_files
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.loading.unique_ids import (
    NOTHING_RUNS,
    PlacedSource,
    RunningItems,
    index_by_id,
    index_sources,
)
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, quote_text, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Config, Entity, EntityNamed, ListNamed, Place, Rule, Source, WordList


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """Everything valid in the files that a monitor.yaml names, and all faults. `documents`: of the rules, entities and
    lists, by place; `source_places`: the place of each source, by id."""

    config: Config
    faults: tuple[Fault, ...]
    documents: Mapping[Place, YamlDocument] = field(default_factory=dict)
    source_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Everything valid in files of rules, entities and lists, and all faults. `declared_rule_ids`: of all rules in the
    files, also of faulty ones; `sources` and `timezone`: of the monitor.yaml that was read with them; `documents`: of
    the rules, entities and lists, by place."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    faults: tuple[Fault, ...]
    declared_rule_ids: frozenset[str]
    sources: Mapping[str, Source] = field(default_factory=dict)
    documents: Mapping[Place, YamlDocument] = field(default_factory=dict)
    timezone: str = "UTC"


@cache
def shipped_entities() -> Mapping[str, Entity]:
    """The entities that come with the program. By their names, the identity of stories recognises persons and
    organisations in every language, even if a config names no entities."""
    return load_rules([find_shipped_folder() / "seeds" / "entities"]).entities


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
    running: Config | None = None,
) -> LoadedConfig:
    """Loads a monitor.yaml and all that it names. Raises InvalidFiles, with the faults of all files, if monitor.yaml
    itself has a fault: a missing secret of an address, or a route to nowhere, would lose alerts.

    `cache`: unchanged files are not read again, and the last content without a fault of a now faulty file stays in
    force. The cache is updated; it drops deleted files as soon as there is no fault. `stamps`: of files that were
    checked just before. `running`: of two rules (or entities, lists, sources) with the same id, the one in it counts.
    """
    cache = LoadCache() if cache is None else cache
    items = NOTHING_RUNS if running is None else RunningItems.from_config(running)
    document = settings_document(path)
    config_faults: list[Fault] = []
    settings, defaults = None, SourceDefaults(EVERY)
    with collect_faults(config_faults):
        settings, defaults = settings_from_document(document, environment, path.parent)
    routes = settings.routes if settings else None
    loaded = _load_rule_files(
        _collect_named_paths(document, path, "rules", "entities"), routes, cache.documents, stamps, items
    )
    sources, places, faults = _load_source_files(
        _collect_named_paths(document, path, "sources"), defaults, cache.sources, stamps, items
    )
    sources = _with_secrets(sources, places, faults, environment, path.parent)
    if settings is not None:
        config_faults += unknown_rules(document, settings.retention, loaded.rules.keys() | loaded.declared_rule_ids)
    all_faults = _sort_faults([*config_faults, *loaded.faults, *faults])
    if not all_faults:  # what was not read was removed on purpose
        cache.drop_unread()
    if settings is None:
        raise InvalidFiles(all_faults)
    config = Config(settings, sources, loaded.rules, loaded.entities, loaded.lists)
    return LoadedConfig(config, all_faults, loaded.documents, places)


def list_configured_paths(path: Path) -> list[Path]:
    """The files and folders that a monitor.yaml names. Raises InvalidFiles if it cannot be read."""
    return [named for named, _ in _collect_named_paths(settings_document(path), path, "rules", "entities", "sources")]


def load_rules(paths: Sequence[Path], config_path: Path | None = None, cache: LoadCache | None = None) -> LoadedRules:
    """Loads files and folders of rules, entities and lists, alone or together with what the monitor.yaml at
    `config_path` names. Routes are not checked. `cache`: as in `load_config_files`."""
    named_paths: _NamedPaths = [(path, None) for path in paths]
    cache = LoadCache() if cache is None else cache
    return (
        _load_rule_files(named_paths, None, cache.documents, {})
        if config_path is None
        else _load_rules_with_config(config_path, named_paths, cache)
    )


def load_rules_of(path: Path) -> LoadedRules:
    """Loads the rules, entities, lists and sources that a monitor.yaml names, and its time zone, without secrets and
    the rest: what `match` and `replay` need."""
    return _load_rules_with_config(path, [], LoadCache())


def _load_rules_with_config(path: Path, extra: _NamedPaths, cache: LoadCache) -> LoadedRules:
    document = settings_document(path)
    loaded = _load_rule_files(
        [*extra, *_collect_named_paths(document, path, "rules", "entities")], None, cache.documents, {}
    )
    sources, _, faults = _load_source_files(
        _collect_named_paths(document, path, "sources"), SourceDefaults(EVERY), cache.sources, {}
    )
    zone = timezone_of(document)
    return replace(loaded, sources=sources, faults=_sort_faults([*loaded.faults, *faults]), timezone=zone)


_NamedPaths = list[tuple[Path, Place | None]]


def _collect_named_paths(document: YamlDocument, path: Path, *keys: str) -> _NamedPaths:
    return [named for key in keys for named in paths_named(document, key, path.parent)]


def _sort_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.problem)))


# --- sources ----------------------------------------------------------------------------------------------------


def _load_source_files(
    named_paths: _NamedPaths,
    defaults: SourceDefaults,
    cache: FileCache[PlacedSource],
    stamps: Mapping[str, Stamp],
    running: RunningItems = NOTHING_RUNS,
) -> tuple[dict[str, Source], dict[str, Place], list[Fault]]:
    """The valid sources by id, their places by id, and the faults. Of a file that has never been without a fault, the
    valid sources are used: a mistake in one must not leave the others unpolled."""
    files, faults = yaml_files(named_paths)
    cached_files = cache.read(
        files, lambda document: sources_from_document(document, defaults), stamps, inputs=defaults
    )
    faults += (fault for cached in cached_files for fault in cached.faults)
    candidates = [placed for cached in cached_files for placed in cached.last_good]
    candidates += (
        placed for cached in cached_files if not cached.last_good for placed in cached.valid_part
    )  # last, so that these take no id of another
    chosen = index_sources(candidates, running.sources, faults)
    sources = {id_: source for id_, (_, source) in chosen.items()}
    places = {id_: place for id_, (place, _) in chosen.items()}
    return sources, places, faults


def _with_secrets(
    sources: Mapping[str, Source],
    places: Mapping[str, Place],
    faults: list[Fault],
    environment: Mapping[str, str],
    folder: Path,
) -> dict[str, Source]:
    """The sources whose secrets are available. Secrets are read at each load, because they can change while the file
    does not."""
    usable = {}
    for id_, source in sources.items():
        with collect_faults(faults):
            usable[id_] = with_secrets(source, environment, places[id_], folder)
    return usable


# --- rules and entities -----------------------------------------------------------------------------------------


def _load_rule_files(
    named_paths: _NamedPaths,
    routes: Collection[str] | None,
    cache: FileCache[_ParsedDocument],
    stamps: Mapping[str, Stamp],
    running: RunningItems = NOTHING_RUNS,
) -> LoadedRules:
    files, faults = yaml_files(named_paths)
    cached_files = cache.read(files, _parse_document, stamps)
    faults += (fault for cached in cached_files for fault in cached.faults)
    parsed = [item for cached in cached_files for item in cached.last_good]
    values = [item.value for item in parsed]
    entities = index_by_id([value for value in values if isinstance(value, Entity)], running.entities, faults)
    lists = index_by_id([value for value in values if isinstance(value, WordList)], running.lists, faults)
    documents = {item.value.place: item.document for item in parsed}
    declared, declared_rule_ids = _collect_declarations(
        document for cached in cached_files for document in cached.documents
    )
    extensions = [
        ParsedExtension(item.value, item.document, item.references)
        for item in parsed
        if isinstance(item.value, Extension)
    ]
    registry = resolve_definitions([*entities.values(), *lists.values()], extensions, documents, declared, faults)
    resolved: dict[Place, Rule] = {}
    for item in parsed:
        if isinstance(item.value, Rule):
            with collect_faults(faults):
                resolved[item.value.place] = item.resolve_rule(item.value, registry, routes)
    # a rule that runs keeps its id even while a name in it leads nowhere: another rule must not take its place
    usable = [
        value for value in values if isinstance(value, Rule) and (value.place in resolved or value.id in running.rules)
    ]
    chosen = index_by_id(usable, running.rules, faults)
    rules = {id_: resolved[rule.place] for id_, rule in chosen.items() if rule.place in resolved}
    definitions = registry.all_of_kind(Entity), registry.all_of_kind(WordList)
    return LoadedRules(rules, *definitions, _sort_faults(faults), declared_rule_ids, documents=documents)


def _collect_declarations(documents: Iterable[YamlDocument]) -> tuple[dict[Name, Place], frozenset[str]]:
    """The places of all entities and lists in these documents, and the ids of all rules, also of faulty ones."""
    declared: dict[Name, Place] = {}
    rule_ids: set[str] = set()
    for document in documents:
        match _get_document_kind(document), document.data:
            case "rule" as kind, dict(data):
                rule_ids.add(str(data[kind]))
            case "entity" as kind, dict(data):
                declared[EntityNamed(str(data[kind]))] = document.place()
            case "list" as kind, dict(data):
                declared[ListNamed(str(data[kind]))] = document.place()
    return declared, frozenset(rule_ids)


_DocumentValue = Rule | Entity | WordList | Extension


class _ParsedDocument:
    """A document and its value. For a rule it also keeps the result of resolving its references last."""

    def __init__(self, document: YamlDocument, value: _DocumentValue) -> None:
        self.document = document
        self.value = value
        self.references = find_references(document)
        self._reference_digests: dict[str, str] | None = None
        self._versioned_rule: Rule | None = None

    def resolve_rule(self, rule: Rule, registry: DefinitionRegistry, routes: Collection[str] | None) -> Rule:
        """The rule with its version: the same object for as long as nothing changes that it refers to. Raises
        InvalidFiles if it refers to something that does not exist. `routes`: None accepts all routes."""
        faults = [
            *registry.find_faults(self.document, self.references),
            *_find_unknown_routes(self.document, rule, routes),
        ]
        if faults:
            raise InvalidFiles(faults)
        digests = registry.digest_references(self.references)
        if self._versioned_rule is None or digests != self._reference_digests:
            self._versioned_rule, self._reference_digests = with_version(rule, digests), digests
        return self._versioned_rule


@dataclass(slots=True)
class LoadCache:
    """The last result for each file, of rules, entities and lists (`documents`) and of sources."""

    documents: FileCache[_ParsedDocument] = field(default_factory=FileCache)
    sources: FileCache[PlacedSource] = field(default_factory=FileCache)

    def drop_unread(self) -> None:
        """Forgets all files that were not read last."""
        self.documents.drop_unread()
        self.sources.drop_unread()


_PARSERS: dict[str, Callable[[YamlDocument], _DocumentValue]] = {
    "rule": rule_from_document,
    "entity": entity_from_document,
    "list": word_list_from_document,
    "extends": extension_from_document,
}


def _get_document_kind(document: YamlDocument) -> str | None:
    """The kind of a document: rule, entity, list or extends; None: none of them. The key need not be its first."""
    return next((key for key in document.data if key in _PARSERS), None) if isinstance(document.data, dict) else None


def _parse_document(document: YamlDocument) -> list[_ParsedDocument]:
    if kind := _get_document_kind(document):
        return [_ParsedDocument(document.without_tables(), _PARSERS[kind](document))]
    keys = list(document.data) if isinstance(document.data, dict) else []
    if keys[:1] == ["sources"]:
        raise InvalidFiles(
            [Fault(document.place(), "this file holds sources", "name this file under sources: in monitor.yaml")]
        )
    fallback = "begin it with 'rule: ID', 'entity: ID', 'list: ID' or 'extends: ID'"
    hint = did_you_mean(keys[0] if keys else "", _PARSERS, fallback)
    raise InvalidFiles([Fault(document.place(), "this document is no rule, entity or list, and extends none", hint)])


def _find_unknown_routes(document: YamlDocument, rule: Rule, routes: Collection[str] | None) -> Iterator[Fault]:
    """The faults of routes that the rule names and that do not exist, each at its place."""
    if routes is None or all(route in routes for route in rule.alert.to):
        return
    for index, route in enumerate(_get_alert_routes(document)):
        if route not in routes:
            hint = did_you_mean(route, routes)
            yield Fault(document.place(("alert", "to", index)), f"there is no route {quote_text(route)}", hint)


def _get_alert_routes(document: YamlDocument) -> list[str]:
    """The routes as the file lists them, so that each index gives a place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
