"""Loads files of rules, entities and lists, and resolves what they refer to.

A file with a fault contributes nothing and does not affect other files. A rule that refers to something that does not
exist is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from monitor.config.language.base_schema import is_id
from monitor.config.language.entities import entity_from_document
from monitor.config.language.extends import Extension, ParsedExtension, extension_from_document, resolve_definitions
from monitor.config.language.faults import collect_faults, did_you_mean, mark_follow_ups, mark_hiding, sort_faults
from monitor.config.language.lists import word_list_from_document
from monitor.config.language.references import DefinitionRegistry, Name, find_references, suggest_existing_ids
from monitor.config.language.routes import RouteNames
from monitor.config.language.rules import rule_from_document
from monitor.config.language.versions import with_version
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.files import NamedPath, Stamp, yaml_files
from monitor.config.loading.packs import NO_PACKS, ChosenPacks
from monitor.config.loading.unique_ids import index_by_id
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Entity, EntityNamed, ListNamed, Place, RouteStep, Rule, RuleStatus, Source, WordList


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Everything valid in files of rules, entities and lists, and all faults. `declared_rule_ids`: of all rules in the
    files, also of faulty ones; `left_out`: the files with faults of which something is not used, and of each the ids of
    its rules that are not used (no id: nothing in the file is used); `sources`, `timezone` and `routes`: of the
    monitor.yaml that was read with them; `documents`: of the rules, entities and lists, by place."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    faults: tuple[Fault, ...]
    declared_rule_ids: frozenset[str]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    documents: Mapping[Place, YamlDocument] = field(default_factory=dict)
    timezone: str = "UTC"
    routes: Mapping[str, tuple[RouteStep, ...]] = field(default_factory=dict)


def load_rule_files(
    named_paths: Iterable[NamedPath],
    routes: RouteNames | None,
    cache: FileCache[ParsedDocument],
    stamps: Mapping[str, Stamp],
    *,
    packs: ChosenPacks = NO_PACKS,
    use_valid_parts: bool = False,
) -> LoadedRules:
    """Everything valid in files and folders of rules, entities and lists, and all faults. `packs`: what of them has the
    id of something valid in those files does not count. `routes`: None accepts all routes; `stamps`: of files that were
    checked just before. A pipe is read only if the user named it and no file did. `use_valid_parts`: of a file with a
    fault, the documents without one count. A daemon must not do so: half a file may send what the whole would not."""
    named_paths = list(named_paths)
    files, faults = yaml_files([*named_paths, *((file, None) for file in packs.rule_files)])
    pack_files = set(map(str, packs.rule_files))
    may_be_pipes = {path for path, place in named_paths if place is None}
    cached_files = cache.read(files, _parse_document, stamps, may_be_pipes=may_be_pipes)
    faults += (fault for cached in cached_files for fault in cached.faults)
    used_parts = {
        str(file): each.values if use_valid_parts or not each.faults else ()
        for file, each in zip(dict.fromkeys(files), cached_files, strict=True)
    }
    parsed = [item for used_part in used_parts.values() for item in used_part]
    parts = _split_off_packs([item.value for item in parsed], pack_files)
    entities, lists = dict[str, Entity](), dict[str, WordList]()
    for part in parts:  # the packs first: what is the user's takes their place
        entities |= index_by_id([value for value in part if isinstance(value, Entity)], faults)
        lists |= index_by_id([value for value in part if isinstance(value, WordList)], faults)
    documents = {item.value.place: item.document for item in parsed}
    read_documents = [document for cached in cached_files for document in cached.documents]
    declared, declared_rules = _collect_declarations(read_documents)
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
    rules: dict[str, Rule] = {}
    for part in parts:
        rules |= index_by_id([resolved[value.place] for value in part if value.place in resolved], faults)
    faults += packs.find_silenced_copies(rule for rule in rules.values() if rule.place.file not in pack_files)
    rules |= {
        id_: replace(rule, status=RuleStatus.OFF)
        for id_, rule in rules.items()
        if id_ in packs.rules_off and rule.place.file in pack_files
    }
    definitions = registry.all_of_kind(Entity), registry.all_of_kind(WordList)
    faults = suggest_existing_ids(faults, registry, read_documents)
    faults = mark_follow_ups(faults, faults)
    left_out = {
        file: unused
        for file in sorted({fault.place.file for fault in faults} & used_parts.keys())
        if (unused := _list_unused_rules(file, declared_rules, rules)) or not used_parts[file]
    }
    return LoadedRules(
        rules, *definitions, sort_faults(faults), frozenset(declared_rules), left_out, documents=documents
    )


def _split_off_packs(
    values: Iterable[_DocumentValue], pack_files: Collection[str]
) -> tuple[list[_DocumentValue], list[_DocumentValue]]:
    """The values of the packs, and those of the user's files."""
    parts: tuple[list[_DocumentValue], list[_DocumentValue]] = ([], [])
    for value in values:
        parts[value.place.file not in pack_files].append(value)
    return parts


def _list_unused_rules(file: str, declared: Mapping[str, Place], used: Mapping[str, Rule]) -> tuple[str, ...]:
    """The ids of the rules in a file that are not used."""
    return tuple(
        id_
        for id_, place in declared.items()
        if place.file == file and (id_ not in used or used[id_].place.file != file)
    )


def _collect_declarations(documents: Iterable[YamlDocument]) -> tuple[dict[Name, Place], dict[str, Place]]:
    """The places of all entities and lists in these documents, and of all rules by id, also of faulty ones."""
    declared: dict[Name, Place] = {}
    rules: dict[str, Place] = {}
    for document in documents:
        match _get_document_kind(document), document.data:
            case "rule" as kind, dict(data):
                rules.setdefault(str(data[kind]), document.place())
            case "entity" as kind, dict(data):
                declared[EntityNamed(str(data[kind]))] = document.place()
            case "list" as kind, dict(data):
                declared[ListNamed(str(data[kind]))] = document.place()
    return declared, rules


_DocumentValue = Rule | Entity | WordList | Extension


class ParsedDocument:
    """A document and its value. For a rule it also keeps the result of resolving its references last."""

    def __init__(self, document: YamlDocument, value: _DocumentValue) -> None:
        self.document = document
        self.value = value
        self.references = find_references(document)
        self._reference_digests: dict[str, str] | None = None
        self._versioned_rule: Rule | None = None

    def resolve_rule(self, rule: Rule, registry: DefinitionRegistry, routes: RouteNames | None) -> Rule:
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


def _parse_value(document: YamlDocument, kind: str) -> _DocumentValue:
    try:
        return _PARSERS[kind](document)
    except InvalidFiles as error:
        is_named = isinstance(document.data, dict) and is_id(document.data[kind])
        if kind == "rule" or is_named:  # conditions name entities and lists, and no rules
            raise
        raise InvalidFiles(mark_hiding(error.faults)) from None


_PARSERS: dict[str, Callable[[YamlDocument], _DocumentValue]] = {
    "rule": rule_from_document,
    "entity": entity_from_document,
    "list": word_list_from_document,
    "extends": extension_from_document,
}


def _get_document_kind(document: YamlDocument) -> str | None:
    """The kind of a document: rule, entity, list or extends; None: none of them. The key need not be its first."""
    return next((key for key in document.data if key in _PARSERS), None) if isinstance(document.data, dict) else None


def _parse_document(document: YamlDocument) -> list[ParsedDocument]:
    if kind := _get_document_kind(document):
        return [ParsedDocument(document.without_tables(), _parse_value(document, kind))]
    keys = list(document.data) if isinstance(document.data, dict) else []
    if keys[:1] == ["sources"]:
        raise InvalidFiles(
            [Fault(document.place(), "this file holds sources", "name this file under sources: in monitor.yaml")]
        )
    fallback = "begin it with 'rule: ID', 'entity: ID', 'list: ID' or 'extends: ID'"
    hint = did_you_mean(keys[0] if keys else "", _PARSERS, fallback)
    problem = "this document is not a rule, entity or list, and extends none"
    raise InvalidFiles([Fault(document.place(), problem, hint, hides_names=True)])


def _find_unknown_routes(document: YamlDocument, rule: Rule, routes: RouteNames | None) -> Iterator[Fault]:
    """The faults of routes that the rule names and that do not exist, each at its place."""
    if routes is None or all(route in routes.channels_of for route in rule.alert.to):
        return
    for index, route in enumerate(_get_alert_routes(document)):
        yield from routes.find_unknown(route, document, ("alert", "to", index))


def _get_alert_routes(document: YamlDocument) -> list[str]:
    """The routes as the file lists them, so that each index gives a place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
