"""The door: all of the user's files -> everything good in them, and all that is wrong with them.

A file with a fault contributes nothing and stops no other; only an unusable monitor.yaml stops everything. A rule that
names what does not exist is left out. Nothing here knows what is running; but who loads again and again can have each
file `Remembered` as it was when it last had no fault, and then that counts in place of a faulty edit.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from monitor.config.entities import entity
from monitor.config.faults import did_you_mean, noting
from monitor.config.files import is_empty, paths_named, settings_document, yaml_files
from monitor.config.lists import word_list
from monitor.config.names import Name, Names, usable
from monitor.config.rules import rule
from monitor.config.settings import EVERY, settings, unknown_rules
from monitor.config.sources import sources
from monitor.config.versions import with_version
from monitor.config.yaml12 import Document, read, shown
from monitor.errors import Fault, Faulty
from monitor.model import Config, Entity, EntityNamed, ListNamed, Place, Rule, Source, WordList


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything good in the files that a monitor.yaml names, and the faults of the others."""

    config: Config
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Everything good in files of rules, entities and lists, and the faults of the others. `tried`: the rules that
    stand somewhere, if only in a faulty file; `sources`: of the monitor.yaml that was read with them."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    faults: tuple[Fault, ...]
    tried: frozenset[str]
    sources: Mapping[str, Source] = field(default_factory=dict)


def load(path: Path, environment: Mapping[str, str], remembered: Remembered | None = None) -> Loaded:
    """A monitor.yaml and all that it names. Raises Faulty, with the faults of all files, where monitor.yaml itself has
    one: an address that cannot be had or a route that leads nowhere would lose alerts.

    `remembered`: what files said without a fault counts where they have one now, and is brought up to date; of a file
    that is gone it is forgotten, as soon as nothing is at fault.
    """
    remembered = Remembered() if remembered is None else remembered
    document = settings_document(path)
    own: list[Fault] = []
    made, every = None, EVERY
    with noting(own):
        made, every = settings(document, environment, path.parent)
    routes = made.routes if made else None
    drafts, placed = ChainMap({}, remembered.drafts), ChainMap({}, remembered.sources)
    loaded = _rules(_named(document, path, "rules", "entities"), routes, drafts)
    polled, faults = _sources(_named(document, path, "sources"), every, placed)
    if made is not None:
        own += unknown_rules(document, made.retention, loaded.rules.keys() | loaded.tried)
    everything = _sorted([*own, *loaded.faults, *faults])
    if not everything:  # what was not read is gone in good order
        remembered.forget()
    remembered.drafts.update(drafts.maps[0])
    remembered.sources.update(placed.maps[0])
    if made is None:
        raise Faulty(everything)
    return Loaded(Config(made, polled, loaded.rules, loaded.entities, loaded.lists), everything)


def named_by(path: Path) -> list[Path]:
    """The files and folders that a monitor.yaml names. Raises Faulty if it cannot be read."""
    return [named for named, _ in _named(settings_document(path), path, "rules", "entities", "sources")]


def load_rules(paths: Sequence[Path], beside: Path | None = None) -> LoadedRules:
    """Files and folders of rules, entities and lists, alone or `beside` what a monitor.yaml names: routes are not
    looked up."""
    named: _Named = [(path, None) for path in paths]
    return _rules(named, None, {}) if beside is None else _matched_with(beside, named)


def load_rules_of(path: Path) -> LoadedRules:
    """What a monitor.yaml names of rules, entities, lists and sources, without its secrets and the rest of it: what
    `match` needs."""
    return _matched_with(path, [])


def _matched_with(path: Path, more: _Named) -> LoadedRules:
    document = settings_document(path)
    loaded = _rules([*more, *_named(document, path, "rules", "entities")], None, {})
    found, faults = _sources(_named(document, path, "sources"), EVERY, {})
    return replace(loaded, sources=found, faults=_sorted([*loaded.faults, *faults]))


_Named = list[tuple[Path, Place | None]]


def _named(document: Document, path: Path, *keys: str) -> _Named:
    return [named for key in keys for named in paths_named(document, key, path.parent)]


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.what)))


# --- sources ----------------------------------------------------------------------------------------------------


_Placed = tuple[Place, Source]


def _sources(named: _Named, every: timedelta, last: _Last[_Placed]) -> tuple[dict[str, Source], list[Fault]]:
    files, faults = yaml_files(named)
    found = _each(files, lambda document: sources(document, every), last, faults)
    kept: dict[str, Source] = {}
    ids: dict[str, Place] = {}
    urls: dict[str, Place] = {}
    for place, source in found:
        for what, first in (("id", ids.get(source.id)), ("url", urls.get(source.url))):
            if first:
                faults.append(Fault(place, f"another source has this {what}", f"it stands at {first}"))
                break
        else:
            ids[source.id] = urls[source.url] = place
            kept[source.id] = source
    return kept, faults


_Read = TypeVar("_Read")
_Last = MutableMapping[Path, list[_Read]]


def _each(
    files: Iterable[Path],
    reading: Callable[[Document], Iterable[_Read]],
    last: _Last[_Read],
    faults: list[Fault],
) -> list[_Read]:
    """What all files hold; a faulty one, what it held when it was `last` without a fault."""
    found: list[_Read] = []
    for file in files:
        with noting(faults):
            documents = read(file)
            if last.get(file) and not documents and is_empty(file):  # an editor that was cut off, a full disk
                raise Faulty([Fault(Place(str(file)), "the file has been emptied", "delete it if that is meant")])
            last[file] = _whole(documents, reading)
        found += last.get(file, ())
    return found


def _whole(documents: Iterable[Document], reading: Callable[[Document], Iterable[_Read]]) -> list[_Read]:
    """What all documents of a file hold; raises Faulty with the faults of all of them."""
    found: list[_Read] = []
    faults: list[Fault] = []
    for document in documents:
        with noting(faults):
            found += reading(document)
    if faults:
        raise Faulty(faults)
    return found


# --- rules and entities -----------------------------------------------------------------------------------------


def _rules(named: _Named, routes: Collection[str] | None, last: _Last[_Draft]) -> LoadedRules:
    files, faults = yaml_files(named)
    tried: dict[Name, Place] = {}
    tried_rules: set[str] = set()

    def drafts_of(document: Document) -> list[_Draft]:
        tried[EntityNamed(_first(document, "entity"))] = tried[ListNamed(_first(document, "list"))] = document.place()
        tried_rules.add(_first(document, "rule"))
        return _draft(document)

    drafts = _each(files, drafts_of, last, faults)
    entities = _unique([draft.says for draft in drafts if isinstance(draft.says, Entity)], "entity", faults)
    lists = _unique([draft.says for draft in drafts if isinstance(draft.says, WordList)], "list", faults)
    documents = {draft.says.place: draft.document for draft in drafts}
    known = usable([*entities.values(), *lists.values()], documents, tried, faults)
    kept: list[Rule] = []
    for draft in drafts:
        if isinstance(draft.says, Rule):
            with noting(faults):
                kept.append(_looked_up(draft.document, draft.says, known, routes))
    rules = _unique(kept, "rule", faults)
    return LoadedRules(rules, known.all(Entity), known.all(WordList), _sorted(faults), frozenset(tried_rules))


_Says = Rule | Entity | WordList


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document and what it says, before the names in it are looked up."""

    document: Document
    says: _Says


@dataclass(slots=True)
class Remembered:
    """What each file said when it was last without a fault."""

    drafts: dict[Path, list[_Draft]] = field(default_factory=dict)
    sources: dict[Path, list[_Placed]] = field(default_factory=dict)

    def forget(self) -> None:
        """As if nothing had been read yet."""
        self.drafts.clear()
        self.sources.clear()


_READERS: dict[str, Callable[[Document], Rule | Entity | WordList]] = {
    "rule": rule,
    "entity": entity,
    "list": word_list,
}


def _draft(document: Document) -> list[_Draft]:
    """A document is one rule, one entity or one list: its first key says which."""
    keys = list(document.data) if isinstance(document.data, dict) else []
    if kind := next((key for key in keys if key in _READERS), None):
        return [_Draft(document, _READERS[kind](document))]
    if keys[:1] == ["sources"]:
        raise Faulty([Fault(document.place(), "sources stand here", "name this file under sources: in monitor.yaml")])
    meant = did_you_mean(keys[0] if keys else "", _READERS, "begin it with 'rule: ID', 'entity: ID' or 'list: ID'")
    raise Faulty([Fault(document.place(), "this document is neither a rule nor an entity nor a list", meant)])


def _first(document: Document, key: str) -> str:
    return str(document.data.get(key)) if isinstance(document.data, dict) else ""


_Kept = TypeVar("_Kept", Rule, Entity, WordList)


def _unique(found: Iterable[_Kept], kind: str, faults: list[Fault]) -> dict[str, _Kept]:
    """By id; of two with the same, the first stays and the other is a fault."""
    kept: dict[str, _Kept] = {}
    for each in found:
        if each.id in kept:
            faults.append(
                Fault(each.place, f"there is another {kind} '{each.id}'", f"it stands at {kept[each.id].place}")
            )
        else:
            kept[each.id] = each
    return kept


def _looked_up(document: Document, rule: Rule, known: Names, routes: Collection[str] | None) -> Rule:
    """The rule with its version; raises Faulty where it names what does not exist. `routes` None: all are fine."""
    faults = known.faults(document)
    for index, route in enumerate(_alert_to(document)):
        if routes is not None and route not in routes:
            meant = did_you_mean(route, routes)
            faults.append(Fault(document.place(("alert", "to", index)), f"there is no route {shown(route)}", meant))
    if faults:
        raise Faulty(faults)
    return with_version(rule, known.digests(document))


def _alert_to(document: Document) -> list[str]:
    """The routes as the file lists them, so that each has its place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
