"""An entity as people read it, and as JSON has it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.cli.output.sparkline import draw_sparkline
from monitor.model import Entity, Term
from monitor.sanitize import sanitize_line
from monitor.services.queries.entities import EntityUsage, group_by_language, list_languages
from monitor.wording.quantities import format_count


def entity_to_row(entity: Entity) -> dict[str, object]:
    """An entity with its names by language."""
    return {
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "groups": list(entity.groups),
        "languages": list_languages(entity),
        "sure": group_by_language(entity.sure),
        "maybe": group_by_language(entity.maybe.terms) if entity.maybe else {},
        "file": entity.place.file,
        "line": entity.place.line,
    }


def format_entity(usage: EntityUsage) -> Iterator[str]:
    """An entity with all that is known of it, line by line."""
    entity = usage.entity
    yield f"entity     {entity.id}: {sanitize_line(entity.name)}"
    yield f"kind       {entity.kind}"
    yield f"file       {entity.place}"
    if entity.groups:
        yield f"groups     {', '.join(entity.groups)}"
    belongs = {"lies in": entity.lies_in, "of": entity.of}
    yield from (f"{name:<11}{value}" for name, value in belongs.items() if value)
    maybe = entity.maybe.terms if entity.maybe else ()
    for name, terms in (("names", entity.sure), ("maybe", maybe), ("never", entity.never), ("titles", entity.titles)):
        yield from format_terms(name, terms)
    yield f"rules      {', '.join(usage.rules) or 'none uses it'}"
    if usage.matches is None:
        yield "figures    there is no archive yet"
        return
    matches = format_count(usage.matches.total, "match")
    yield f"30 days    {draw_sparkline(usage.matches.counts)}  {matches}, with its names in the evidence"


def format_terms(name: str, terms: tuple[Term, ...]) -> Iterator[str]:
    """A line for each language, the first with the name of the terms."""
    for language, texts in sorted(group_by_language(terms).items()):
        yield f"{name:<11}{language}: {', '.join(map(sanitize_line, texts))}"
        name = ""
