"""The entities that rules can name, and how they are used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.config.loading.load import LoadedConfig
from monitor.model import Entity, Term
from monitor.services.lookup import require_known
from monitor.services.references import References
from monitor.store.engine.database import Database
from monitor.store.queries.daily_counts import DailyCounts
from monitor.store.queries.entity_matches import count_matches_naming


@dataclass(frozen=True, slots=True)
class EntityUsage:
    """An entity, and how it is used. `rules`: those that name it, also through groups, lists and other entities.
    `matches`: of these rules, on each of the last days, with one of its names in their evidence; None: there is no
    archive yet."""

    entity: Entity
    rules: tuple[str, ...]
    matches: DailyCounts | None


def list_entities(entities: Iterable[Entity], group: str | None = None, kind: str | None = None) -> list[Entity]:
    """The entities of this group and this kind, by kind and id. Raises InvalidRequest for a group or kind without
    any."""
    every = sorted(entities, key=lambda entity: (entity.kind, entity.id))
    require_known("group", [group] if group else [], {each for entity in every for each in entity.groups})
    require_known("kind", [kind] if kind else [], {entity.kind for entity in every})
    return [entity for entity in every if group in (None, *entity.groups) and kind in (None, entity.kind)]


def show_entity(loaded: LoadedConfig, database: Database | None, id_: str, now: datetime) -> EntityUsage:
    """An entity of the config, and how it is used. `database`: None before the first run. Raises InvalidRequest if
    there is no such entity."""
    config = loaded.config
    require_known("entity", [id_], config.entities)
    entity = config.entities[id_]
    references = References(config, loaded.documents)
    rules = tuple(rule.id for rule in config.rules.values() if entity.place in references.find_all(rule.place))
    matches = None
    if database is not None:
        names = {term.text for term in (*entity.sure, *(entity.maybe.terms if entity.maybe else ()))}
        matches = count_matches_naming(database, rules, names, now, config.settings.timezone)
    return EntityUsage(entity, rules, matches)


def list_languages(entity: Entity) -> list[str]:
    """The languages of its names."""
    maybe = entity.maybe.terms if entity.maybe else ()
    return sorted(group_by_language((*entity.sure, *maybe)))


def group_by_language(terms: Iterable[Term]) -> dict[str, list[str]]:
    """The texts of the terms, by language."""
    found: dict[str, list[str]] = {}
    for term in terms:
        found.setdefault(term.language, []).append(term.text)
    return found
