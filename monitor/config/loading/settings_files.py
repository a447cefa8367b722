"""Loads a monitor.yaml and the sources that it names, without the rules: that is quick."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from monitor.config.language.faults import collect_faults, mark_follow_ups, sort_faults
from monitor.config.language.network import find_unknown_sources
from monitor.config.language.routes import RouteNames
from monitor.config.language.settings import (
    EVERY,
    SettingsSchema,
    settings_from_document,
    unknown_rules,
    usable_settings_from_document,
)
from monitor.config.language.sources import SourceDefaults, list_source_ids, sources_from_document, with_secrets
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.files import NamedPath, Stamp, list_named_paths, settings_document, yaml_files
from monitor.config.loading.packs import NO_PACKS, ChosenPacks, choose_packs, find_faults_of_packs
from monitor.config.loading.unique_ids import PlacedSource, index_sources
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place, Settings, Source


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """A monitor.yaml and the valid sources that it names, and the faults of these files. `settings`: None if
    monitor.yaml itself has a fault; `source_places`: the place of each source, by id; `rule_paths`: the files and
    folders of rules, entities and lists that it names, beside its `packs`."""

    document: YamlDocument
    settings: Settings | None
    sources: Mapping[str, Source]
    source_places: Mapping[str, Place]
    rule_paths: list[NamedPath]
    packs: ChosenPacks
    faults: tuple[Fault, ...]

    @property
    def routes(self) -> RouteNames | None:
        """The names of the routes that rules may use; None: they are not known."""
        return RouteNames.from_routes(self.settings.routes, self.settings.channels) if self.settings else None

    def find_usable_settings(self, environment: Mapping[str, str], folder: Path) -> Settings | None:
        """The settings; if monitor.yaml has faults: without the keys that have them. None if nothing can be used."""
        return self.settings or _load_keys_without_faults(self.document, environment, folder)

    def add_faults_of_rules(self, faults: Iterable[Fault], rule_ids: Collection[str]) -> tuple[Fault, ...]:
        """All faults, with those of the files of rules. `rule_ids`: of all rules in them, faulty ones included."""
        unknown = unknown_rules(self.document, self.settings.retention, rule_ids) if self.settings else ()
        faults = list(faults)
        return sort_faults([*self.faults, *mark_follow_ups(unknown, faults), *faults])


def load_settings(
    path: Path,
    environment: Mapping[str, str],
    cache: FileCache[PlacedSource] | None = None,
    stamps: Mapping[str, Stamp] = MappingProxyType({}),
) -> LoadedSettings:
    """Loads a monitor.yaml and its sources. Raises InvalidFiles if monitor.yaml cannot be read. `cache`, `stamps`: as
    in `load_config_files`."""
    document = settings_document(path)
    faults: list[Fault] = []
    settings, defaults = None, SourceDefaults(EVERY)
    with collect_faults(faults):
        settings, defaults = settings_from_document(document, environment, path.parent)
    unknown_packs, unknown_ids = find_faults_of_packs(document)
    if unknown_packs:  # as a route to nowhere: it would lose alerts
        settings = None
    faults += [*unknown_packs, *unknown_ids]
    named_paths, packs = list_named_paths(document, path, "sources"), choose_packs(document)
    cache = FileCache() if cache is None else cache
    sources, places, faults_of_sources = load_source_files(named_paths, defaults, cache, stamps, packs=packs)
    faults += faults_of_sources
    if settings is not None and settings.allow_for:
        unknown = find_unknown_sources(document, sources.keys() | _list_declared_ids(cache))
        faults += mark_follow_ups(unknown, faults_of_sources)
    sources = _with_secrets(sources, places, faults, environment, path.parent)
    places = {id_: places[id_] for id_ in sources}
    rule_paths = list_named_paths(document, path, "rules", "entities")
    return LoadedSettings(document, settings, sources, places, rule_paths, packs, sort_faults(faults))


def _load_keys_without_faults(document: YamlDocument, environment: Mapping[str, str], folder: Path) -> Settings | None:
    """The settings of a document that has faults, without the top-level keys whose values cannot be read: they count
    as not written. None if that is `database`, or may be, or no key."""
    keys = set(document.data) if isinstance(document.data, dict) else set[str]()
    while True:
        try:
            return usable_settings_from_document(document.with_keys(keys), environment, folder)[0]
        except InvalidFiles as error:
            faulty = keys & {document.find_top_key(fault.place) for fault in error.faults}
        is_misspelt = "database" not in keys and not faulty <= SettingsSchema.model_fields.keys()
        if not faulty or "database" in faulty or is_misspelt:
            return None
        keys -= faulty


def _list_declared_ids(cache: FileCache[PlacedSource]) -> set[str]:
    """The ids of all sources in the files that were read last, faulty sources included."""
    documents = (document for cached in cache.last_read() for document in cached.documents)
    return {id_ for document in documents for id_ in list_source_ids(document) if id_ is not None}


def load_source_files(
    named_paths: Iterable[NamedPath],
    defaults: SourceDefaults,
    cache: FileCache[PlacedSource],
    stamps: Mapping[str, Stamp],
    *,
    packs: ChosenPacks = NO_PACKS,
) -> tuple[dict[str, Source], dict[str, Place], list[Fault]]:
    """The valid sources by id, their places by id, and the faults. Of a file with a fault, the valid sources are
    used: a mistake in one must not leave the others unpolled at a start. A source of a pack does not count if another
    one has its id or address."""
    files, faults = yaml_files([*named_paths, *((file, None) for file in packs.source_files)])
    cached_files = cache.read(
        files, lambda document: sources_from_document(document, defaults), stamps, inputs=defaults
    )
    faults += (fault for cached in cached_files for fault in cached.faults)
    in_order = sorted(cached_files, key=lambda cached: bool(cached.faults))  # so that these take no id of another
    candidates = [placed for cached in in_order for placed in cached.values]
    pack_files = set(map(str, packs.source_files))
    own = [placed for placed in candidates if placed[0].file not in pack_files]
    chosen = index_sources(own, faults)
    addresses = {source.address for _, source in chosen.values()}
    for place, source in candidates:
        if place.file in pack_files and source.id not in packs.sources_off and source.address not in addresses:
            chosen.setdefault(source.id, (place, source))
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
