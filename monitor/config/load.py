"""The door: all of the user's files -> everything good in them, and all that is wrong with them.

A file with a fault contributes nothing and stops no other; only an unusable monitor.yaml stops everything. A rule that
names what does not exist is left out. Nothing here knows what is running: what a faulty edit must not replace, the
caller keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from monitor.config.entities import entity
from monitor.config.faults import did_you_mean, noting
from monitor.config.files import paths_named, settings_document, yaml_files
from monitor.config.rules import entities_named, entity_digest, rule, with_version
from monitor.config.settings import settings
from monitor.config.sources import sources
from monitor.config.yaml12 import Document, read, shown
from monitor.errors import Fault, Faulty
from monitor.model import Config, Entity, Place, Rule, Source


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything good in the files that a monitor.yaml names, and the faults of the others."""

    config: Config
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Everything good in files of rules and entities, and the faults of the others."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    faults: tuple[Fault, ...]


def load(path: Path, environment: Mapping[str, str]) -> Loaded:
    """A monitor.yaml and all that it names. Raises Faulty, with the faults of all files, where monitor.yaml itself has
    one: an address that cannot be had or a route that leads nowhere would lose alerts."""
    document = settings_document(path)
    own: list[Fault] = []
    made, every = None, timedelta(minutes=5)
    with noting(own):
        made, every = settings(document, environment, path.parent)
    loaded = _rules(_named(document, path, "rules", "entities"), made.routes if made else None)
    polled, faults = _sources(_named(document, path, "sources"), every)
    everything = _sorted([*own, *loaded.faults, *faults])
    if made is None:
        raise Faulty(everything)
    return Loaded(Config(made, polled, loaded.rules, loaded.entities), everything)


def load_rules(paths: Sequence[Path], beside: Path | None = None) -> LoadedRules:
    """Files and folders of rules and entities, alone or `beside` those that a monitor.yaml names: routes are not looked
    up."""
    named: _Named = [(path, None) for path in paths]
    if beside is not None:
        named += _named(settings_document(beside), beside, "rules", "entities")
    return _rules(named, None)


def load_rules_of(path: Path) -> LoadedRules:
    """The rules and entities that a monitor.yaml names, without its secrets and the rest of it: what `match` needs."""
    return _rules(_named(settings_document(path), path, "rules", "entities"), None)


_Named = list[tuple[Path, Place | None]]


def _named(document: Document, path: Path, *keys: str) -> _Named:
    return [named for key in keys for named in paths_named(document, key, path.parent)]


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.what)))


# --- sources ----------------------------------------------------------------------------------------------------


def _sources(named: _Named, every: timedelta) -> tuple[dict[str, Source], list[Fault]]:
    files, faults = yaml_files(named)
    found: list[tuple[Place, Source]] = []
    for file in files:
        with noting(faults):
            found += _whole(read(file), lambda document: sources(document, every))
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


def _rules(named: _Named, routes: Collection[str] | None) -> LoadedRules:
    files, faults = yaml_files(named)
    drafts: list[_Draft] = []
    tried: dict[str, Place] = {}
    for file in files:
        with noting(faults):
            documents = read(file)
            tried.update((_first(document, "entity"), document.place()) for document in documents)
            drafts += _whole(documents, _draft)
    entities = _unique([draft.says for draft in drafts if isinstance(draft.says, Entity)], faults)
    known = _Known({name: entity_digest(each) for name, each in entities.items()}, tried, routes)
    kept: list[Rule] = []
    for draft in drafts:
        if isinstance(draft.says, Rule):
            with noting(faults):
                kept.append(_looked_up(draft.document, draft.says, known))
    return LoadedRules(_unique(kept, faults), entities, _sorted(faults))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document and what it says, before the names in it are looked up."""

    document: Document
    says: Rule | Entity


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that a rule may use. `entities`: by id, the digest of each. `tried`: those that stand somewhere, if
    only in a faulty file. `routes` None: unknown, all are fine."""

    entities: Mapping[str, str]
    tried: Mapping[str, Place]
    routes: Collection[str] | None


def _draft(document: Document) -> list[_Draft]:
    """A document is one rule or one entity: its first key says which."""
    keys = list(document.data) if isinstance(document.data, dict) else []
    kind = next((key for key in keys if key in ("rule", "entity")), None)
    if kind:
        return [_Draft(document, rule(document) if kind == "rule" else entity(document))]
    if keys[:1] == ["sources"]:
        raise Faulty([Fault(document.place(), "sources stand here", "name this file under sources: in monitor.yaml")])
    meant = did_you_mean(keys[0] if keys else "", ["rule", "entity"], "begin it with 'rule: ID' or 'entity: ID'")
    raise Faulty([Fault(document.place(), "this document is neither a rule nor an entity", meant)])


def _first(document: Document, key: str) -> str:
    return str(document.data.get(key)) if isinstance(document.data, dict) else ""


_Kept = TypeVar("_Kept", Rule, Entity)


def _unique(found: Iterable[_Kept], faults: list[Fault]) -> dict[str, _Kept]:
    """By id; of two with the same, the first stays and the other is a fault."""
    kept: dict[str, _Kept] = {}
    for each in found:
        if each.id in kept:
            kind, first = type(each).__name__.lower(), kept[each.id].place
            faults.append(Fault(each.place, f"there is another {kind} '{each.id}'", f"it stands at {first}"))
        else:
            kept[each.id] = each
    return kept


def _looked_up(document: Document, rule: Rule, known: _Known) -> Rule:
    """The rule with its version; raises Faulty where it names what does not exist."""
    named = list(entities_named(document.data))
    faults = [_no_entity(document.place(at), name, known) for at, name in named if name not in known.entities]
    for index, route in enumerate(_alert_to(document)):
        if known.routes is not None and route not in known.routes:
            meant = did_you_mean(route, known.routes)
            faults.append(Fault(document.place(("alert", "to", index)), f"there is no route {shown(route)}", meant))
    if faults:
        raise Faulty(faults)
    return with_version(rule, {name: known.entities[name] for _, name in named})


def _no_entity(place: Place, name: str, known: _Known) -> Fault:
    if name in known.tried:
        return Fault(place, f"the entity '{name}' cannot be used", f"see the faults at {known.tried[name].file}")
    meant = did_you_mean(name, known.entities, "name the file that holds it under entities, or write it")
    return Fault(place, f"there is no entity {shown(name)}", meant)


def _alert_to(document: Document) -> list[str]:
    """The routes as the file lists them, so that each has its place."""
    alert = document.data.get("alert") if isinstance(document.data, dict) else None
    routes = alert.get("to") if isinstance(alert, dict) else None
    return [str(route) for route in routes] if isinstance(routes, list) else []
