"""The entities that rules can name."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import Entity, Term
from monitor.services.lookup import require_known


def list_entities(entities: Iterable[Entity], group: str | None = None, kind: str | None = None) -> list[Entity]:
    """The entities of this group and this kind, by kind and id. Raises InvalidRequest for a group or kind without
    any."""
    every = sorted(entities, key=lambda entity: (entity.kind, entity.id))
    require_known("group", [group] if group else [], {each for entity in every for each in entity.groups})
    require_known("kind", [kind] if kind else [], {entity.kind for entity in every})
    return [entity for entity in every if group in (None, *entity.groups) and kind in (None, entity.kind)]


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
