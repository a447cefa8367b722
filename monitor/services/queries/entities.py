"""The entities that rules can name, and how they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.config.language.faults import did_you_mean
from monitor.config.loading.load import LoadedConfig
from monitor.errors import InvalidRequest
from monitor.model import Entity, Term
from monitor.services.lookup import require_known
from monitor.services.references import References
from monitor.store.engine.database import Database
from monitor.store.queries.daily_counts import DailyCounts
from monitor.store.queries.entity_matches import count_matches_naming
from monitor.text.folding import fold_text

_MAX_NAMED = 5  # entities that an error names


@dataclass(frozen=True, slots=True)
class EntityUsage:
    """An entity, and how it is used. `rules`: those that name it, also through groups, lists and other entities.
    `matches`: of these rules, on each of the last days, with one of its names in their evidence; None: there is no
    archive yet."""

    entity: Entity
    rules: tuple[str, ...]
    matches: DailyCounts | None


def list_entities(
    entities: Iterable[Entity], group: str | None = None, kind: str | None = None, word: str | None = None
) -> list[Entity]:
    """The entities of this group and this kind, with this word, by kind and id. Raises InvalidRequest for a group, kind
    or word without any."""
    every = sorted(entities, key=lambda entity: (entity.kind, entity.id))
    require_known("group", [group] if group else [], {each for entity in every for each in entity.groups})
    require_known("kind", [kind] if kind else [], {entity.kind for entity in every})
    if word is not None and not (every := _find_with_word(every, word)):
        hint = did_you_mean(word, (entity.id for entity in entities), "write one into a file of `rules`")
        raise InvalidRequest(f"no entity has '{word}' in its id, its name or a spelling; {hint}")
    return [entity for entity in every if group in (None, *entity.groups) and kind in (None, entity.kind)]


def _find_with_word(entities: Iterable[Entity], word: str) -> list[Entity]:
    """The entities with this word, or a part of one, in the id, the name or a spelling; case and accents do not
    matter."""
    part = fold_text(word)[0]
    return [entity for entity in entities if any(part in fold_text(text)[0] for text in _list_texts(entity))]


def _list_texts(entity: Entity) -> Iterator[str]:
    """All by which people may look for an entity."""
    yield from (entity.id, entity.name)
    yield from (term.text for term in (*entity.sure, *(entity.maybe.terms if entity.maybe else ())))


def _require_entity(id_: str, entities: Mapping[str, Entity]) -> None:
    """Raises InvalidRequest if there is no such entity, with those that may be meant."""
    if id_ in entities:
        return
    hint = "`news-monitor entities list WORD` finds entities by a part of a name"
    if found := _find_with_word(entities.values(), id_):
        more = " ..." if len(found) > _MAX_NAMED else ""
        hint = f"it is in a name of: {', '.join(entity.id for entity in found[:_MAX_NAMED])}{more}"
    raise InvalidRequest(f"there is no entity '{id_}'; {did_you_mean(id_, entities, hint)}")


def show_entity(loaded: LoadedConfig, database: Database | None, id_: str, now: datetime) -> EntityUsage:
    """An entity of the config, and how it is used. `database`: None before the first run. Raises InvalidRequest if
    there is no such entity."""
    config = loaded.config
    _require_entity(id_, config.entities)
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
