"""The door: all of the user's files -> everything good in them, and all that is wrong with them.

A file with a fault contributes nothing (one of sources: those of them that have none) and stops no other; only an
unusable monitor.yaml stops everything. A rule that names what does not exist is left out. Nothing here knows what is
running; but who loads again and again can have each file `Remembered` as it was when it last had no fault, and then
that counts in place of a faulty edit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

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
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, quote_text, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Config, Entity, EntityNamed, ListNamed, Place, Rule, Source, WordList


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """Everything good in the files that a monitor.yaml names, and the faults of the others. `documents`: of the rules,
    entities and lists, each by its place; `placed`: where each source stands."""

    config: Config
    faults: tuple[Fault, ...]
    documents: Mapping[Place, YamlDocument] = field(default_factory=dict)
    source_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Everything good in files of rules, entities and lists, and the faults of the others. `tried`: the rules that
    stand somewhere, if only in a faulty file; `sources` and `timezone`: of the monitor.yaml that was read with them;
    `documents`: of all of them, each by its place."""

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
    """The entities that come with the program: by their names identity knows persons and organisations in every
    language, also where a config names no entities."""
    return load_rules([find_shipped_folder() / "seeds" / "entities"]).entities


@cache
def shipped_lists() -> Mapping[str, PlainData]:
    """What the lists that come with the program say, by their ids: they wait for rules that name them."""
    files, _ = yaml_files([(find_shipped_folder() / "rules" / "lists", None)])
    data = [document.data for file in files for document in read_yaml_file(file)]
    return {str(item["list"]): item for item in data if isinstance(item, dict) and "list" in item}


def load_config_files(
    path: Path,
    environment: Mapping[str, str],
    cache: LoadCache | None = None,
    stamps: Mapping[str, Stamp] = MappingProxyType({}),
) -> LoadedConfig:
    """A monitor.yaml and all that it names. Raises Faulty, with the faults of all files, where monitor.yaml itself has
    one: an address that cannot be had or a route that leads nowhere would lose alerts.

    `remembered`: files that are as they were are not read again, and what they said without a fault counts where they
    have one now. It is brought up to date; a file that is gone is forgotten, as soon as nothing is at fault. `stamps`:
    of files that were looked at just before.
    """
    cache = LoadCache() if cache is None else cache
    document = settings_document(path)
    config_faults: list[Fault] = []
    settings, defaults = None, SourceDefaults(EVERY)
    with collect_faults(config_faults):
        settings, defaults = settings_from_document(document, environment, path.parent)
    routes = settings.routes if settings else None
    loaded = _load_rule_files(
        _collect_named_paths(document, path, "rules", "entities"), routes, cache.documents, stamps
    )
    sources, places, faults = _load_source_files(
        _collect_named_paths(document, path, "sources"), defaults, cache.sources, stamps
    )
    sources = _with_secrets(sources, places, faults, environment, path.parent)
    if settings is not None:
        config_faults += unknown_rules(document, settings.retention, loaded.rules.keys() | loaded.declared_rule_ids)
    all_faults = _sort_faults([*config_faults, *loaded.faults, *faults])
    if not all_faults:  # what was not read is gone in good order
        cache.drop_unread()
    if settings is None:
        raise InvalidFiles(all_faults)
    config = Config(settings, sources, loaded.rules, loaded.entities, loaded.lists)
    return LoadedConfig(config, all_faults, loaded.documents, places)


def list_configured_paths(path: Path) -> list[Path]:
    """The files and folders that a monitor.yaml names. Raises Faulty if it cannot be read."""
    return [
        named_paths
        for named_paths, _ in _collect_named_paths(settings_document(path), path, "rules", "entities", "sources")
    ]


def load_rules(paths: Sequence[Path], config_path: Path | None = None, cache: LoadCache | None = None) -> LoadedRules:
    """Files and folders of rules, entities and lists, alone or `beside` what a monitor.yaml names: routes are not
    looked up. `remembered`: as `load` takes it."""
    named_paths: _NamedPaths = [(path, None) for path in paths]
    cache = LoadCache() if cache is None else cache
    return (
        _load_rule_files(named_paths, None, cache.documents, {})
        if config_path is None
        else _load_rules_with_config(config_path, named_paths, cache)
    )


def load_rules_of(path: Path) -> LoadedRules:
    """What a monitor.yaml names of rules, entities, lists and sources, and its time zone, without its secrets and the
    rest of it: what `match` and `replay` need."""
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


_PlacedSource = tuple[Place, Source]


def _load_source_files(
    named_paths: _NamedPaths, defaults: SourceDefaults, cache: FileCache[_PlacedSource], stamps: Mapping[str, Stamp]
) -> tuple[dict[str, Source], dict[str, Place], list[Fault]]:
    """By id: those that are good, and where they stand; and the faults. Of a file that was never without a fault these
    are the sources that have none: a slip in one must not leave the others unpolled."""
    files, faults = yaml_files(named_paths)
    cached_files = cache.read(
        files, lambda document: sources_from_document(document, defaults), stamps, inputs=defaults
    )
    faults += (fault for cached in cached_files for fault in cached.faults)
    sources: dict[str, Source] = {}
    ids: dict[str, Place] = {}
    urls: dict[str, Place] = {}
    candidates = [placed for cached in cached_files for placed in cached.last_good]
    candidates += (
        placed for cached in cached_files if not cached.last_good for placed in cached.valid_part
    )  # these take nobody's id
    for place, source in candidates:
        for key, first in (("id", ids.get(source.id)), ("url", urls.get(source.url))):
            if first:
                faults.append(Fault(place, f"another source has this {key}", f"it is at {first}"))
                break
        else:
            ids[source.id] = urls[source.url] = place
            sources[source.id] = source
    return sources, ids, faults


def _with_secrets(
    sources: Mapping[str, Source],
    places: Mapping[str, Place],
    faults: list[Fault],
    environment: Mapping[str, str],
    folder: Path,
) -> dict[str, Source]:
    """Those whose secrets can be had. Looked up at each load: a secret may change while its file does not."""
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
) -> LoadedRules:
    files, faults = yaml_files(named_paths)
    cached_files = cache.read(files, _parse_document, stamps)
    faults += (fault for cached in cached_files for fault in cached.faults)
    parsed = [item for cached in cached_files for item in cached.last_good]
    entities = _index_by_id([item.value for item in parsed if isinstance(item.value, Entity)], "entity", faults)
    lists = _index_by_id([item.value for item in parsed if isinstance(item.value, WordList)], "list", faults)
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
    resolved: list[Rule] = []
    for item in parsed:
        if isinstance(item.value, Rule):
            with collect_faults(faults):
                resolved.append(item.resolve_rule(item.value, registry, routes))
    rules = _index_by_id(resolved, "rule", faults)
    definitions = registry.all_of_kind(Entity), registry.all_of_kind(WordList)
    return LoadedRules(rules, *definitions, _sort_faults(faults), declared_rule_ids, documents=documents)


def _collect_declarations(documents: Iterable[YamlDocument]) -> tuple[dict[Name, Place], frozenset[str]]:
    """The entities and lists that stand somewhere, if only in a faulty document, and the rules that do."""
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
    """A document and what it says; and, of a rule, what became of it when the names in it were looked up last."""

    def __init__(self, document: YamlDocument, value: _DocumentValue) -> None:
        self.document = document
        self.value = value
        self.references = find_references(document)
        self._reference_digests: dict[str, str] | None = None
        self._versioned_rule: Rule | None = None

    def resolve_rule(self, rule: Rule, registry: DefinitionRegistry, routes: Collection[str] | None) -> Rule:
        """The rule with its version, the very same for as long as all that it names is the same; raises Faulty where it
        names what does not exist. `routes` None: all are fine."""
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
    """What is known of each file."""

    documents: FileCache[_ParsedDocument] = field(default_factory=FileCache)
    sources: FileCache[_PlacedSource] = field(default_factory=FileCache)

    def drop_unread(self) -> None:
        """What was not read last."""
        self.documents.drop_unread()
        self.sources.drop_unread()


_PARSERS: dict[str, Callable[[YamlDocument], _DocumentValue]] = {
    "rule": rule_from_document,
    "entity": entity_from_document,
    "list": word_list_from_document,
    "extends": extension_from_document,
}


def _get_document_kind(document: YamlDocument) -> str | None:
    """A document is one rule, entity or list, or extends one: the key that says which need not be its first."""
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


_Identified = TypeVar("_Identified", Rule, Entity, WordList)


def _index_by_id(items: Iterable[_Identified], kind: str, faults: list[Fault]) -> dict[str, _Identified]:
    """By id; of two with the same, the first stays and the other is a fault."""
    by_id: dict[str, _Identified] = {}
    for item in items:
        if item.id in by_id:
            faults.append(Fault(item.place, f"there is another {kind} '{item.id}'", f"it is at {by_id[item.id].place}"))
        else:
            by_id[item.id] = item
    return by_id


def _find_unknown_routes(document: YamlDocument, rule: Rule, routes: Collection[str] | None) -> Iterator[Fault]:
    """Those that the rule names and that do not exist, each at its place."""
    if routes is None or all(route in routes for route in rule.alert.to):
        return
    for index, route in enumerate(_get_alert_routes(document)):
        if route not in routes:
            hint = did_you_mean(route, routes)
            yield Fault(document.place(("alert", "to", index)), f"there is no route {quote_text(route)}", hint)


def _get_alert_routes(document: YamlDocument) -> list[str]:
    """The routes as the file lists them, so that each has its place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
