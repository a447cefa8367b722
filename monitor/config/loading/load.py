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
    return {str(each["list"]): each for each in data if isinstance(each, dict) and "list" in each}


def load_config_files(
    path: Path,
    environment: Mapping[str, str],
    remembered: LoadCache | None = None,
    stamps: Mapping[str, Stamp] = MappingProxyType({}),
) -> LoadedConfig:
    """A monitor.yaml and all that it names. Raises Faulty, with the faults of all files, where monitor.yaml itself has
    one: an address that cannot be had or a route that leads nowhere would lose alerts.

    `remembered`: files that are as they were are not read again, and what they said without a fault counts where they
    have one now. It is brought up to date; a file that is gone is forgotten, as soon as nothing is at fault. `stamps`:
    of files that were looked at just before.
    """
    remembered = LoadCache() if remembered is None else remembered
    document = settings_document(path)
    own: list[Fault] = []
    made, usual = None, SourceDefaults(EVERY)
    with collect_faults(own):
        made, usual = settings_from_document(document, environment, path.parent)
    routes = made.routes if made else None
    loaded = _load_rule_files(
        _collect_named_paths(document, path, "rules", "entities"), routes, remembered.documents, stamps
    )
    polled, placed, faults = _load_source_files(
        _collect_named_paths(document, path, "sources"), usual, remembered.sources, stamps
    )
    polled = _with_secrets(polled, placed, faults, environment, path.parent)
    if made is not None:
        own += unknown_rules(document, made.retention, loaded.rules.keys() | loaded.declared_rule_ids)
    everything = _sort_faults([*own, *loaded.faults, *faults])
    if not everything:  # what was not read is gone in good order
        remembered.drop_unread()
    if made is None:
        raise InvalidFiles(everything)
    config = Config(made, polled, loaded.rules, loaded.entities, loaded.lists)
    return LoadedConfig(config, everything, loaded.documents, placed)


def list_configured_paths(path: Path) -> list[Path]:
    """The files and folders that a monitor.yaml names. Raises Faulty if it cannot be read."""
    return [named for named, _ in _collect_named_paths(settings_document(path), path, "rules", "entities", "sources")]


def load_rules(paths: Sequence[Path], beside: Path | None = None, remembered: LoadCache | None = None) -> LoadedRules:
    """Files and folders of rules, entities and lists, alone or `beside` what a monitor.yaml names: routes are not
    looked up. `remembered`: as `load` takes it."""
    named: _NamedPaths = [(path, None) for path in paths]
    remembered = LoadCache() if remembered is None else remembered
    return (
        _load_rule_files(named, None, remembered.documents, {})
        if beside is None
        else _load_rules_with_config(beside, named, remembered)
    )


def load_rules_of(path: Path) -> LoadedRules:
    """What a monitor.yaml names of rules, entities, lists and sources, and its time zone, without its secrets and the
    rest of it: what `match` and `replay` need."""
    return _load_rules_with_config(path, [], LoadCache())


def _load_rules_with_config(path: Path, more: _NamedPaths, remembered: LoadCache) -> LoadedRules:
    document = settings_document(path)
    loaded = _load_rule_files(
        [*more, *_collect_named_paths(document, path, "rules", "entities")], None, remembered.documents, {}
    )
    found, _, faults = _load_source_files(
        _collect_named_paths(document, path, "sources"), SourceDefaults(EVERY), remembered.sources, {}
    )
    zone = timezone_of(document)
    return replace(loaded, sources=found, faults=_sort_faults([*loaded.faults, *faults]), timezone=zone)


_NamedPaths = list[tuple[Path, Place | None]]


def _collect_named_paths(document: YamlDocument, path: Path, *keys: str) -> _NamedPaths:
    return [named for key in keys for named in paths_named(document, key, path.parent)]


def _sort_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.problem)))


# --- sources ----------------------------------------------------------------------------------------------------


_PlacedSource = tuple[Place, Source]


def _load_source_files(
    named: _NamedPaths, usual: SourceDefaults, memory: FileCache[_PlacedSource], stamps: Mapping[str, Stamp]
) -> tuple[dict[str, Source], dict[str, Place], list[Fault]]:
    """By id: those that are good, and where they stand; and the faults. Of a file that was never without a fault these
    are the sources that have none: a slip in one must not leave the others unpolled."""
    files, faults = yaml_files(named)
    readings = memory.read(files, lambda document: sources_from_document(document, usual), stamps, given=usual)
    faults += (fault for reading in readings for fault in reading.faults)
    kept: dict[str, Source] = {}
    ids: dict[str, Place] = {}
    urls: dict[str, Place] = {}
    said = [placed for reading in readings for placed in reading.last_good]
    said += (
        placed for reading in readings if not reading.last_good for placed in reading.valid_part
    )  # these take nobody's id
    for place, source in said:
        for what, first in (("id", ids.get(source.id)), ("url", urls.get(source.url))):
            if first:
                faults.append(Fault(place, f"another source has this {what}", f"it is at {first}"))
                break
        else:
            ids[source.id] = urls[source.url] = place
            kept[source.id] = source
    return kept, ids, faults


def _with_secrets(
    found: Mapping[str, Source],
    placed: Mapping[str, Place],
    faults: list[Fault],
    environment: Mapping[str, str],
    folder: Path,
) -> dict[str, Source]:
    """Those whose secrets can be had. Looked up at each load: a secret may change while its file does not."""
    kept = {}
    for id_, source in found.items():
        with collect_faults(faults):
            kept[id_] = with_secrets(source, environment, placed[id_], folder)
    return kept


# --- rules and entities -----------------------------------------------------------------------------------------


def _load_rule_files(
    named: _NamedPaths, routes: Collection[str] | None, memory: FileCache[_ParsedDocument], stamps: Mapping[str, Stamp]
) -> LoadedRules:
    files, faults = yaml_files(named)
    readings = memory.read(files, _parse_document, stamps)
    faults += (fault for reading in readings for fault in reading.faults)
    drafts = [draft for reading in readings for draft in reading.last_good]
    entities = _index_by_id([draft.value for draft in drafts if isinstance(draft.value, Entity)], "entity", faults)
    lists = _index_by_id([draft.value for draft in drafts if isinstance(draft.value, WordList)], "list", faults)
    documents = {draft.value.place: draft.document for draft in drafts}
    tried, tried_rules = _collect_declarations(document for reading in readings for document in reading.documents)
    added = [
        ParsedExtension(each.value, each.document, each.references)
        for each in drafts
        if isinstance(each.value, Extension)
    ]
    known = resolve_definitions([*entities.values(), *lists.values()], added, documents, tried, faults)
    kept: list[Rule] = []
    for draft in drafts:
        if isinstance(draft.value, Rule):
            with collect_faults(faults):
                kept.append(draft.resolve_rule(draft.value, known, routes))
    rules = _index_by_id(kept, "rule", faults)
    things = known.all_of_kind(Entity), known.all_of_kind(WordList)
    return LoadedRules(rules, *things, _sort_faults(faults), tried_rules, documents=documents)


def _collect_declarations(documents: Iterable[YamlDocument]) -> tuple[dict[Name, Place], frozenset[str]]:
    """The entities and lists that stand somewhere, if only in a faulty document, and the rules that do."""
    tried: dict[Name, Place] = {}
    rules: set[str] = set()
    for document in documents:
        match _get_document_kind(document), document.data:
            case "rule" as kind, dict(data):
                rules.add(str(data[kind]))
            case "entity" as kind, dict(data):
                tried[EntityNamed(str(data[kind]))] = document.place()
            case "list" as kind, dict(data):
                tried[ListNamed(str(data[kind]))] = document.place()
    return tried, frozenset(rules)


_DocumentValue = Rule | Entity | WordList | Extension


class _ParsedDocument:
    """A document and what it says; and, of a rule, what became of it when the names in it were looked up last."""

    def __init__(self, document: YamlDocument, says: _DocumentValue) -> None:
        self.document = document
        self.value = says
        self.references = find_references(document)
        self._named: dict[str, str] | None = None
        self._rule: Rule | None = None

    def resolve_rule(self, rule: Rule, known: DefinitionRegistry, routes: Collection[str] | None) -> Rule:
        """The rule with its version, the very same for as long as all that it names is the same; raises Faulty where it
        names what does not exist. `routes` None: all are fine."""
        faults = [
            *known.find_faults(self.document, self.references),
            *_find_unknown_routes(self.document, rule, routes),
        ]
        if faults:
            raise InvalidFiles(faults)
        named = known.digest_references(self.references)
        if self._rule is None or named != self._named:
            self._rule, self._named = with_version(rule, named), named
        return self._rule


@dataclass(slots=True)
class LoadCache:
    """What is known of each file."""

    documents: FileCache[_ParsedDocument] = field(default_factory=FileCache)
    sources: FileCache[_PlacedSource] = field(default_factory=FileCache)

    def drop_unread(self) -> None:
        """What was not read last."""
        self.documents.drop_unread()
        self.sources.drop_unread()


_READERS: dict[str, Callable[[YamlDocument], _DocumentValue]] = {
    "rule": rule_from_document,
    "entity": entity_from_document,
    "list": word_list_from_document,
    "extends": extension_from_document,
}


def _get_document_kind(document: YamlDocument) -> str | None:
    """A document is one rule, entity or list, or extends one: the key that says which need not be its first."""
    return next((key for key in document.data if key in _READERS), None) if isinstance(document.data, dict) else None


def _parse_document(document: YamlDocument) -> list[_ParsedDocument]:
    if kind := _get_document_kind(document):
        return [_ParsedDocument(document.without_tables(), _READERS[kind](document))]
    keys = list(document.data) if isinstance(document.data, dict) else []
    if keys[:1] == ["sources"]:
        raise InvalidFiles(
            [Fault(document.place(), "this file holds sources", "name this file under sources: in monitor.yaml")]
        )
    begin = "begin it with 'rule: ID', 'entity: ID', 'list: ID' or 'extends: ID'"
    meant = did_you_mean(keys[0] if keys else "", _READERS, begin)
    raise InvalidFiles([Fault(document.place(), "this document is no rule, entity or list, and extends none", meant)])


_Kept = TypeVar("_Kept", Rule, Entity, WordList)


def _index_by_id(found: Iterable[_Kept], kind: str, faults: list[Fault]) -> dict[str, _Kept]:
    """By id; of two with the same, the first stays and the other is a fault."""
    kept: dict[str, _Kept] = {}
    for each in found:
        if each.id in kept:
            faults.append(
                Fault(each.place, f"there is another {kind} '{each.id}'", f"it is at {kept[each.id].place}")
            )
        else:
            kept[each.id] = each
    return kept


def _find_unknown_routes(document: YamlDocument, rule: Rule, routes: Collection[str] | None) -> Iterator[Fault]:
    """Those that the rule names and that do not exist, each at its place."""
    if routes is None or all(route in routes for route in rule.alert.to):
        return
    for index, route in enumerate(_get_alert_routes(document)):
        if route not in routes:
            meant = did_you_mean(route, routes)
            yield Fault(document.place(("alert", "to", index)), f"there is no route {quote_text(route)}", meant)


def _get_alert_routes(document: YamlDocument) -> list[str]:
    """The routes as the file lists them, so that each has its place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
